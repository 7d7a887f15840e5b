export { isNew, loadProse, textOf, type Prose, type ProseDocument, type ProseSplit } from "./prose-corpus.js";
