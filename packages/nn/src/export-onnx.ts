import { maxSequence } from "@bort/arch";
import * as op from "@bort/graph";
import { type Graph, type TensorData, encodeModel, parameter } from "@bort/graph";
import { encoder } from "./encoder.js";
import { classifierHead, mlmHead } from "./heads.js";
import { type Model } from "./model.js";
import { NnError } from "./nn-error.js";
import { modelParameters } from "./parameter-spec.js";
import { parameterNodes } from "./parameter-store.js";

/**
 * A model as the bytes of an `.onnx` file of standard operators, its weights inside, for any batch and any sequence length that it has positions for.
 *
 * Inputs, under Hugging Face's names: `input_ids` and `attention_mask`, `int64[batch, sequence]`. Output: `logits`,
 * `float32[batch, sequence, vocabulary]` of a masked language model, `float32[batch, labels]` of a classifier.
 */
export function exportOnnx(model: Model): Uint8Array {
  const dynamic = standInSizes(model);
  const initializers: Record<string, TensorData> = {};
  for (const { name, shape } of model.parameters.specs) initializers[name] = { dtype: "f32", shape, data: model.parameters.view(name) };
  return encodeModel(inferenceGraph(model, dynamic.batch, dynamic.sequence), { dynamic, initializers });
}

/** The graph that `exportOnnx` writes, with its inputs and its output `logits`, for one batch size and sequence length. */
export function inferenceGraph({ arch, head }: Pick<Model, "arch" | "head">, batch: number, sequence: number): Graph {
  const parameters = parameterNodes(modelParameters(arch, head));
  const ids = op.cast(parameter("input_ids", [batch, sequence], "i64"), "i32");
  const mask = op.cast(parameter("attention_mask", [batch, sequence], "i64"), "f32");
  const states = encoder(arch, parameters, { ids, mask });
  const logits = head.kind === "classifier"
    ? classifierHead(arch, parameters, states, batch)
    : op.reshape(mlmHead(arch, parameters, states), [batch, sequence, arch.vocabSize]);
  return { logits };
}

/** Sizes that stand for the free dimensions while the graph is built: primes that divide no other size of the model. */
function standInSizes(model: Pick<Model, "arch" | "head">): { batch: number; sequence: number } {
  const sizes = sizesOf(model);
  const free = (size: number): boolean => isPrime(size) && sizes.every((other) => other % size !== 0);
  const sequence = descending(maxSequence(model.arch)).find(free);
  const batch = descending(9973).find((size) => size !== sequence && free(size));
  if (sequence === undefined || batch === undefined) {
    throw new NnError("nn/bad-option",
      `nn: cannot export a model with ${maxSequence(model.arch)} positions: its sizes share a factor with every length up to that; give it a few more positions`);
  }
  return { batch, sequence };
}

const descending = (from: number): number[] => Array.from({ length: from - 1 }, (_, i) => from - i);

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return n > 1;
}

/** The sizes that tensors of the model have, or the factors of those, apart from the free ones. */
const sizesOf = ({ arch, head }: Pick<Model, "arch" | "head">): number[] => [...new Set([
  maxSequence(arch),
  ...arch.layers.flatMap(({ heads, keySize, valueSize }) => [heads, keySize, valueSize]),
  ...modelParameters(arch, head).flatMap(({ shape }) => shape),
])];
