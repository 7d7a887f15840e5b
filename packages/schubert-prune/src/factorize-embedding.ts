import { type EncoderArch } from "@bort/arch";
import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { type Model, type ModelHead, ParameterStore, matrixProduct, modelParameters } from "@bort/nn";
import { leastSquares } from "./least-squares.js";
import { narrowMlmHead } from "./narrow-mlm-head.js";
import { principalDirections } from "./principal-directions.js";
import { type Sample, fitProducts, sampleSums } from "./sample-sums.js";
import { SchubertError } from "./schubert-error.js";
import { transposed } from "./transposed.js";

export interface FactorizeEmbeddingOptions<H extends ModelHead> extends Sample<H> {
  /** The width of the new tables: from 2, below the hidden size. */
  readonly size: number;
}

/**
 * A model with tables of words, positions and token types that are narrower than the stream, and a linear map that widens them (ALBERT, section 3.1), from one whose tables are as wide. The head
 * of a masked language model becomes as narrow. It is an approximation, a start to be trained further; encoder layers and a classifier stay as they are.
 *
 * Tables are projected to the principal directions of their sums, normalized, on the task's batches. What follows is fitted by least squares on the same batches: the widening map to what the norm gave, the
 * head as {@link narrowMlmHead} says. Where sums lie in fewer directions than there are, one more than these is exact, but for rounding, as far as the encoder goes.
 *
 * @throws SchubertError `schubert-prune/factorized` for tables that are narrow already, `schubert-prune/bad-option`
 */
export async function factorizeEmbedding<H extends ModelHead>(options: FactorizeEmbeddingOptions<H>): Promise<Model<H>> {
  const { model: { arch }, size } = options;
  requireWide(options);
  const { moments } = await sampleSums(options, (readerOf) => {
    const normed = normalized(arch, readerOf("embeddings.norm.gain").inputs[0]!);
    return { moments: op.matmul(normed, normed, { transposeA: true }) };
  });
  return factorizedAlong(options, principalDirections(moments!, arch.hiddenSize, size));
}

/** The same with tables that are projected to other orthonormal directions, `[size, hidden]`, the most important first. */
export async function factorizedAlong<H extends ModelHead>(options: FactorizeEmbeddingOptions<H>, directions: readonly Float64Array[]): Promise<Model<H>> {
  const { model: { arch, head, parameters }, size } = options;
  const { hiddenSize } = arch;
  const narrow: EncoderArch = { ...arch, embedding: { kind: "projected", size } };
  const result = new ParameterStore(modelParameters(narrow, head));
  const former = new Map(parameters.specs.map(({ name, shape }) => [name, shape]));
  const projection = Float32Array.from(withLastAlongMean(directions).flatMap((direction) => [...direction])); // [size, hidden]
  const toNarrow = transposed(projection, size);
  for (const { name, shape } of result.specs) {
    const wide = former.get(name);
    if (/^embeddings\.(word|position|tokenType)$/.test(name)) result.view(name).set(matrixProduct(parameters.view(name), toNarrow, [shape[0]!, hiddenSize, size]));
    else if (name === "embeddings.norm.gain") result.view(name).fill(1); // The widening map has gain and bias.
    else if (wide !== undefined && wide.join() === shape.join()) result.view(name).set(parameters.view(name));
  }
  const { gram, products } = await sampleSums(options, (readerOf) => {
    const narrowed = op.matmul(readerOf("embeddings.norm.gain").inputs[0]!, op.constant(toNarrow, [hiddenSize, size]));
    return fitProducts(normalized(arch, narrowed), readerOf("embeddings.norm.bias"));
  });
  const widening = leastSquares(gram!, products!, size + 1); // [size + 1, hidden]
  result.view("embeddings.projection.weight").set(transposed(widening.subarray(0, size * hiddenSize), size));
  result.view("embeddings.projection.bias").set(widening.subarray(size * hiddenSize));
  if (head.kind === "mlm") await narrowMlmHead(options, result);
  return { arch: narrow, head, parameters: result };
}

/** The norm after the tables, with gains of one and biases of zero. */
const normalized = ({ normalization, layerNormEps }: EncoderArch, x: Node): Node =>
  (normalization === "noNorm" ? x : op.layerNorm(x, op.constant(1, [x.shape[1]!]), op.zeros([x.shape[1]!]), layerNormEps));

/**
 * Directions of the same span, turned so that the last given one is the sum of all: that is what LayerNorm takes away, and so what is least missed. By Householder's reflection of the last
 * axis to (1, ..., 1) / sqrt(size).
 */
function withLastAlongMean(directions: readonly Float64Array[]): Float64Array[] {
  const last = directions.length - 1;
  const axis = directions.map((_, i) => Number(i === last) - 1 / Math.sqrt(directions.length));
  const squaredNorm = axis.reduce((sum, value) => sum + value * value, 0);
  const along = directions[0]!.map((_, j) => directions.reduce((sum, direction, i) => sum + axis[i]! * direction[j]!, 0));
  return directions.map((direction, i) => direction.map((value, j) => value - (2 * axis[i]! * along[j]!) / squaredNorm));
}

function requireWide<H extends ModelHead>({ model: { arch: { embedding, hiddenSize } }, size, batches }: FactorizeEmbeddingOptions<H>): void {
  if (embedding !== undefined) {
    throw new SchubertError("schubert-prune/factorized", `schubert-prune: factorizing needs tables as wide as the stream, ${hiddenSize}, and this model's are ${embedding.size} wide already; leave it out`);
  }
  if (!(Number.isInteger(size) && size >= 2 && size < hiddenSize)) throw badOption(`the embedding's size must be a whole number from 2 to ${hiddenSize - 1}, got ${size}`);
  if (!(Number.isInteger(batches) && batches > 0)) throw badOption(`a sample must have a batch or more, got ${batches}`);
}

const badOption = (problem: string): SchubertError => new SchubertError("schubert-prune/bad-option", `schubert-prune: ${problem}; correct it`);
