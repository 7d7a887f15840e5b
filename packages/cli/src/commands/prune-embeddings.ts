import { engineText } from "@bort/backend";
import { formatNumber } from "@bort/bench";
import { usageError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { findMlmModel } from "../find-mlm-model.js";
import { described, integer, required, text, withDefault } from "../options.js";
import { barsOn } from "../progress.js";
import { savePrunedModel } from "../pruned-model.js";
import { batchesOf } from "../run-corpus.js";
import { checkRunFolder } from "../run-folder.js";
import { runOnEngine } from "../run-on-engine.js";
import { packedShapeOf, sequenceOptions, sequencesOf } from "../sequence-options.js";
import { settingsOf } from "../settings.js";
import { type EmbeddingStage, smallerEmbeddings } from "../smaller-embeddings.js";
import { printLine } from "../terminal.js";
import { VALIDATION_BATCHES } from "../train-mlm.js";
import { corpusOf, corpusOptions, outOption, runOptions, sequenceLengthFor } from "../training-options.js";

const { resume: _, ...options } = runOptions; // It takes a minute, and keeps nothing on its way.

/** `bort prune-embeddings`: fewer tokens, narrower tables. */
export const pruneEmbeddings: Command = command({
  name: "prune-embeddings",
  description: "make a trained network's tables smaller: fewer tokens, narrower embeddings",
  options: {
    model: required(text("MODEL", "masked language model, a folder or a name on Hugging Face's hub")),
    ...corpusOptions,
    "vocab-size": described(integer("tokens to keep: those that must stay, and the most frequent in the text", 1), "all"),
    "embedding-size": described(integer("width of the tables of words, positions and token types, with a matrix that widens them", 2), "as it is"),
    "sample-batches": withDefault(integer("with --embedding-size: batches of the text that narrower tables are fitted to", 1), 32),
    "batch-size": withDefault(integer("sequences in a batch", 1), 16),
    "sequence-length": described(integer("tokens in a sequence", 3), "128, or as many as --model reads"),
    ...sequenceOptions,
    out: outOption,
    ...options,
  },
  run: async (flags, { terminal, signal }) => {
    const { out, seed, "vocab-size": vocabSize, "embedding-size": embeddingSize, "sample-batches": sampleBatches, "batch-size": batchSize } = flags;
    checkRunFolder(out, false);
    if (vocabSize === undefined && embeddingSize === undefined) throw usageError("what to make smaller is missing: give --vocab-size, --embedding-size or both");
    const { model, tokenizer, sha256 } = await findMlmModel(flags.model, flags, { signal, terminal });
    requireSmaller("vocab-size", vocabSize, "tokens", tokenizer.vocabSize);
    requireSmaller("embedding-size", embeddingSize, "columns", model.arch.hiddenSize);
    if (embeddingSize !== undefined && model.arch.embedding !== undefined) throw usageError(`--embedding-size is for tables as wide as the stream, and the model's are ${model.arch.embedding.size} wide already; leave it out`);
    const sequenceLength = sequenceLengthFor(model, flags["sequence-length"], "model");
    const shape = packedShapeOf(batchSize, sequenceLength, flags);
    const corpus = await corpusOf(flags, signal);
    const request = { command: "prune-embeddings", settings: { ...settingsOf(flags), "sequence-length": sequenceLength }, inputs: { model: sha256 } };
    const result = await runOnEngine({ out, request, flags, terminal }, async (run, backend) => {
      const { stages, ...smaller } = await smallerEmbeddings({
        model, tokenizer, run, backend, corpus, shape, signal, bars: barsOn(terminal, flags.quiet),
        batches: (prepared) => batchesOf(prepared, { ...shape, ...sequencesOf(flags, prepared.tokenizer) }, seed, VALIDATION_BATCHES),
      }, { vocabSize, embeddingSize, sampleBatches });
      savePrunedModel(run.path, smaller.model, smaller.tokenizer);
      return { stages };
    });
    if (!flags.json) {
      for (const stage of result.stages) printLine(terminal.stdout, stageText(stage));
      printLine(terminal.stdout, `the model is in ${out} (${engineText(result)})${embeddingSize === undefined ? "" : `; it is a start, to be trained further: bort pretrain --model ${out}`}`);
    }
    return { ...result, out };
  },
});

/** @throws CliError `cli/usage` where nothing would become smaller */
function requireSmaller(name: string, given: number | undefined, unit: string, whole: number): void {
  if (given !== undefined && given >= whole) throw usageError(`--${name} must be below ${whole}, the ${unit} that the model has, got ${given}`);
}

const stageText = ({ vocabSize, embeddingSize, parameters, validationLoss }: EmbeddingStage): string =>
  `${formatNumber(vocabSize)} tokens, embeddings of ${embeddingSize}: ${formatNumber(parameters)} parameters${validationLoss === null ? "" : `, validation loss ${validationLoss.toFixed(4)}`}`;
