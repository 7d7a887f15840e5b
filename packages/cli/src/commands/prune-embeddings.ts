import { engineText } from "@bort/backend";
import { formatNumber } from "@bort/bench";
import { usageError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { described, integer } from "../options.js";
import { barsOn } from "../progress.js";
import { metricOf } from "../pruning-table.js";
import { checkPruningSample, pruningSampleOptions } from "../pruning-work-options.js";
import { pruningWork } from "../pruning-work.js";
import { checkRunFolder } from "../run-folder.js";
import { runOnEngine } from "../run-on-engine.js";
import { saveWithOnnx } from "../save-with-onnx.js";
import { settingsOf } from "../settings.js";
import { type EmbeddingStage, smallerEmbeddings } from "../smaller-embeddings.js";
import { printLine } from "../terminal.js";
import { wordsOf } from "../train-mlm.js";
import { outOption, runOptions } from "../training-options.js";

const { resume: _, ...options } = runOptions; // It takes a minute, and keeps nothing on its way.

/** `bort prune-embeddings`: fewer tokens, narrower tables. */
export const pruneEmbeddings: Command = command({
  name: "prune-embeddings",
  description: "make a trained network's tables smaller: fewer tokens, narrower embeddings",
  options: {
    ...pruningSampleOptions,
    "vocab-size": described(integer("tokens to keep: those that must stay, and the most frequent in the text or the examples", 1), "all"),
    "embedding-size": described(integer("width of the tables of words, positions and token types, with a matrix that widens them", 2), "as it is"),
    "sample-batches": described(integer("with --embedding-size: batches that narrower tables are fitted to", 1), "32"),
    out: outOption,
    ...options,
  },
  run: async (flags, { terminal, signal }) => {
    const { out, task, "vocab-size": vocabSize, "embedding-size": embeddingSize, "sample-batches": sampleBatches } = flags;
    checkRunFolder(out);
    if (vocabSize === undefined && embeddingSize === undefined) throw usageError("what to make smaller is missing: give --vocab-size, --embedding-size or both");
    if (embeddingSize === undefined && sampleBatches !== undefined) throw usageError("--sample-batches is for --embedding-size, whose tables are fitted to them; leave it out");
    checkPruningSample(flags);
    const work = await pruningWork(flags, { terminal, signal });
    const { model: { arch }, tokenizer, inputs, casting, sequenceLength } = work;
    requireSmaller("vocab-size", vocabSize, "tokens", tokenizer.vocabSize);
    requireSmaller("embedding-size", embeddingSize, "columns", arch.hiddenSize);
    if (embeddingSize !== undefined && arch.embedding !== undefined) throw usageError(`--embedding-size is for tables as wide as the stream, and the model's are ${arch.embedding.size} wide already; leave it out`);
    const settings = { ...settingsOf(flags), ...(casting !== undefined && { casting }), [task === undefined ? "sequence-length" : "max-length"]: sequenceLength };
    const result = await runOnEngine({ out, request: { command: "prune-embeddings", settings, inputs }, flags, terminal }, async (run, backend) => {
      const { stages, ...smaller } = await smallerEmbeddings({ work, run, backend, signal, bars: barsOn(terminal, flags.quiet) }, { vocabSize, embeddingSize, sampleBatches: sampleBatches ?? 32 });
      saveWithOnnx(run.path, smaller.model, smaller.tokenizer);
      return { stages };
    });
    if (!flags.json) {
      for (const stage of result.stages) printLine(terminal.stdout, stageText(stage));
      const further = `bort ${task === undefined ? "pretrain" : "finetune"} --model ${out}`;
      printLine(terminal.stdout, `the model is in ${out} (${engineText(result)})${embeddingSize === undefined ? "" : `; it is a start, to be trained further: ${further}`}`);
    }
    return { ...result, out };
  },
});

/** @throws CliError `cli/usage` where nothing would become smaller */
function requireSmaller(name: string, given: number | undefined, unit: string, whole: number): void {
  if (given !== undefined && given >= whole) throw usageError(`--${name} must be below ${whole}, the ${unit} that the model has, got ${given}`);
}

function stageText({ vocabSize, embeddingSize, parameters, metrics }: EmbeddingStage): string {
  const measured = metrics === null ? "" : `, ${wordsOf(metricOf(metrics))} ${metrics[metricOf(metrics)]!.toFixed(4)}`;
  return `${formatNumber(vocabSize)} tokens, embeddings of ${embeddingSize}: ${formatNumber(parameters)} parameters${measured}`;
}
