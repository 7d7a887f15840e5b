import { dirname } from "node:path";
import { engineFacts } from "@bort/backend";
import { makeFolder } from "@bort/nn";
import { type Command, command } from "../command.js";
import { weightsHash } from "../find-model.js";
import { engineOptions, onEngine } from "../on-engine.js";
import { anyList, described, flag, integer, required, text, withDefault } from "../options.js";
import { OutputFolder } from "../output-folder.js";
import { barsOn } from "../progress.js";
import { batchesOf, corpusFacts } from "../run-corpus.js";
import { distinctDraws, sampleShapes } from "../sample-shapes.js";
import { SampleTable } from "../sample-table.js";
import { packedShapeOf, sequenceOptions, sequencesOf } from "../sequence-options.js";
import { openSupernet } from "../supernet-folder.js";
import { checkSupernetText, withSupernetText } from "../supernet-text.js";
import { printLine } from "../terminal.js";
import { corpusOf, corpusOptions, sequenceLengthFor } from "../training-options.js";
import { workingAlone } from "../working-alone.js";

/** `bort supernet sample`: measures random shapes of a super-network. */
export const supernetSample: Command = command({
  name: "supernet sample",
  description: "measure random shapes of a super-network on held-out text, for bort supernet search",
  options: {
    supernet: required(text("RUN", "folder of a super-network")),
    ...corpusOptions,
    corpus: described(anyList("PATH", corpusOptions.corpus.description), "the text that the super-network was trained on; of either, the held-out part is read"),
    shapes: required(integer("shapes to measure; those that --out has are not measured again", 1)),
    out: required(text("FILE.jsonl", "the table to write or to go on with, a line of JSON for each shape")),
    batches: withDefault(integer("batches of held-out text, at most", 1), 8),
    "batch-size": withDefault(integer("sequences in a batch", 1), 16),
    "sequence-length": described(integer("tokens in a sequence", 3), "128, or as many as the super-network reads"),
    ...sequenceOptions,
    latency: flag("measure the time that the network of each shape takes for a batch, too"),
    seed: withDefault(integer("draws the shapes", 0), 0),
    ...engineOptions,
    quiet: flag("show no progress, nor why it is not the native engine"),
  },
  run: async (options, { terminal, signal }) => {
    const { supernet: folder, out, latency, json, documents, field, packing, batches: most } = options;
    OutputFolder.check(dirname(out)); // Throws, before any work, where nothing can be written there.
    const supernet = openSupernet(folder);
    checkSupernetText(folder, options);
    const shapes = distinctDraws(supernet.space, options.shapes, options.seed);
    const form = packedShapeOf(options["batch-size"], sequenceLengthFor(supernet.model, options["sequence-length"], "super-network"), options);
    const corpus = options.corpus.length === 0 ? undefined : await corpusOf(options, signal);
    const bars = barsOn(terminal, options.quiet);
    const text = corpus === undefined ? null : { files: corpusFacts(corpus), documents, field };
    const result = await onEngine(options, terminal, (backend) => withSupernetText({ folder, supernet, corpus, signal, bars }, async (prepared) => {
      const { validation } = batchesOf(prepared, { ...form, ...sequencesOf(options, supernet.tokenizer) }, 0, most);
      const settings = { supernet: await weightsHash(folder), text, ...form, packing, wholeWordMasking: options["whole-word-masking"], batches: most, latency, ...engineFacts(backend) };
      makeFolder(dirname(out));
      const measured = await workingAlone(out, `${out}.lock`, () =>
        sampleShapes({ backend, supernet, shapes, table: new SampleTable(out, settings), form, batches: validation, latency, bars, signal }));
      return { shapes: shapes.length, measured, out };
    }));
    if (!json) printLine(terminal.stdout, `${result.measured} shapes measured, ${result.shapes - result.measured} known before; the table is ${out}`);
    return result;
  },
});
