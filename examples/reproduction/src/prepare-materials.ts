import { existsSync } from "node:fs";
import { join } from "node:path";
import { archOf } from "@bort/arch";
import { type PreparedCorpus, type Tokenizer, prepareCorpus } from "@bort/data";
import { type LoadTeacherOptions, loadMlmModel, loadTeacher, saveModel } from "@bort/nn";
import { pretrainModel } from "./pretrain-model.js";
import { type TextSource } from "./text-source.js";
import { type Materials, type Workplace } from "./workplace.js";

/**
 * The maximum point and the tokens of the text: T is downloaded once and kept, or pre-trained, and lies in `teacher` of the run's folder then.
 *
 * @throws the signal's reason; what `loadTeacher`, `prepareCorpus` and `pretrain` throw
 */
export async function prepareMaterials(workplace: Workplace, text: TextSource): Promise<Materials> {
  const { setting: { maximumPoint }, out } = workplace;
  if (maximumPoint.kind === "published") {
    const { model: teacher, tokenizer } = await loadTeacher(maximumPoint.name, downloading(workplace));
    return { teacher, corpus: await tokensOf(workplace, text, tokenizer) };
  }
  const { tuple, vocabSize, training } = maximumPoint;
  const corpus = await tokensOf(workplace, text, { vocabSize });
  const folder = join(out, "teacher");
  if (existsSync(join(folder, "config.json"))) return { teacher: loadMlmModel(folder).model, corpus }; // The last of its files to be written.
  try {
    const { tokenizer } = corpus;
    const arch = archOf(tuple, {
      vocabSize: tokenizer.vocabSize, positions: training.shape.sequenceLength, activation: "geluTanh", padTokenId: tokenizer.special.pad,
    });
    const teacher = await pretrainModel(workplace, { name: "teacher", arch, corpus, training });
    saveModel(folder, { model: teacher, tokenizer });
    return { teacher, corpus };
  } catch (error) {
    corpus.close();
    throw error;
  }
}

async function tokensOf(
  { out, terminal, signal }: Workplace, text: TextSource, tokenizer: Tokenizer | { readonly vocabSize: number },
): Promise<PreparedCorpus> {
  let bar: ReturnType<typeof terminal.bar> | undefined;
  const corpus = await prepareCorpus(join(out, "corpus"), () => text.documents(), {
    tokenizer, signal, source: text.fingerprint, splitOf: (document) => text.splitOf(document),
    onProgress: ({ stage, done, total = 0 }) => {
      if (stage === "vocabulary") (bar ??= terminal.bar("vocabulary", total)).update(done);
    },
  });
  bar?.finish();
  terminal.line(`${text.name}: ${corpus.train.tokens.toLocaleString("en-US")} tokens to train on, ${corpus.validation.tokens.toLocaleString("en-US")} held out`);
  return corpus;
}

/** Shows each file of a download by a bar, in kilobytes. */
function downloading({ terminal, signal }: Workplace): LoadTeacherOptions {
  const kilobytes = (bytes: number): number => Math.ceil(bytes / 1000);
  let bar: ReturnType<typeof terminal.bar> | undefined;
  return {
    signal,
    onEvent: (event) => {
      if (event.type === "file") bar = terminal.bar(`${event.file} (kB)`, kilobytes(event.sizeBytes), kilobytes(event.presentBytes));
      if (event.type === "progress") bar?.update(kilobytes(event.receivedBytes));
      if (event.type === "verified") bar?.finish();
      if (event.type === "retry") terminal.remark(`${event.file}: ${event.reason}; trying again`);
    },
  };
}
