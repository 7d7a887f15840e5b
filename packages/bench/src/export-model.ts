import { join } from "node:path";
import { maxSequence } from "@bort/arch";
import { loadOnnxModel } from "@bort/backend-onnx";
import { random } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type Model, type ModelFolder, exportOnnx, inferenceGraph, saveModel, writeFileAtomically } from "@bort/nn";
import { BenchError } from "./bench-error.js";
import { modelCard } from "./model-card.js";

/** Sequences that the exported model is compared on, and the tokens of the longest. */
const SEQUENCES = 4;
const TOKENS = 32;

/** Largest difference of two logits, as a share of the largest one, that single precision explains. */
const TOLERANCE = 1e-3;

export interface ExportedModel {
  /** What was written, below the folder. */
  readonly files: readonly string[];
  /** Largest difference of a logit of the reloaded ONNX file from the model's own, over a padded batch of random tokens. */
  readonly maxAbsDifference: number;
}

/**
 * Writes a folder that Hugging Face libraries and ONNX Runtime open: config, weights, tokenizer, `onnx/model.onnx` and a model card; then
 * runs the ONNX file and compares its logits with those of the model on `backend`.
 *
 * @throws BenchError `bench/export-differs` where rounding does not explain a difference; what `saveModel` throws
 */
export async function exportModel(folder: string, { model, tokenizer }: ModelFolder, backend: Backend): Promise<ExportedModel> {
  saveModel(folder, { model, tokenizer });
  const file = join(folder, "onnx", "model.onnx");
  writeFileAtomically(file, [exportOnnx(model)]);
  const maxAbsDifference = await largestDifference(file, model, backend);
  writeFileAtomically(join(folder, "README.md"), modelCard({ model, tokenizer }, maxAbsDifference));
  return { files: ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx", "README.md"], maxAbsDifference };
}

async function largestDifference(file: string, model: Model, backend: Backend): Promise<number> {
  const length = Math.min(TOKENS, maxSequence(model.arch));
  const shape = [SEQUENCES, length];
  const feeds = paddedBatch(model, length);
  const program = await backend.compile(inferenceGraph(model, SEQUENCES, length));
  const exported = await loadOnnxModel(file);
  try {
    const expected = (await program.run({ ...model.parameters.views, ...feeds }))["logits"]!.data as Float32Array;
    const { logits } = await exported.run({ input_ids: { data: feeds.input_ids, shape }, attention_mask: { data: feeds.attention_mask, shape } });
    const got = logits!.data as Float32Array;
    let difference = got.length === expected.length ? 0 : Number.NaN;
    let largest = 1;
    expected.forEach((value, i) => {
      difference = Math.max(difference, Math.abs(value - got[i]!)); // NaN stays NaN.
      largest = Math.max(largest, Math.abs(value));
    });
    if (difference <= TOLERANCE * largest) return difference;
    throw new BenchError("bench/export-differs", `bench: the logits of ${file} differ from the model's by ${difference}; the export cannot be trusted, please report this`);
  } finally {
    await exported.dispose();
    await program.dispose();
  }
}

/** Sequences of falling length, `[SEQUENCES, length]`. */
function paddedBatch({ arch }: Model, length: number): { readonly input_ids: BigInt64Array; readonly attention_mask: BigInt64Array } {
  const rng = random(0, "export");
  const used = (place: number): boolean => place % length < Math.max(1, length - 5 * Math.floor(place / length));
  const places = Array.from({ length: SEQUENCES * length }, (_, place) => place);
  return {
    input_ids: BigInt64Array.from(places, (place) => BigInt(used(place) ? rng.integer(arch.vocabSize) : (arch.padTokenId ?? 0))),
    attention_mask: BigInt64Array.from(places, (place) => (used(place) ? 1n : 0n)),
  };
}
