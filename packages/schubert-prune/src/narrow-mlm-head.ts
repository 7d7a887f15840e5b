import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { type ModelHead, type ParameterStore, matrixProduct } from "@bort/nn";
import { leastSquares } from "./least-squares.js";
import { type Sample, fitProducts, sampleSums } from "./sample-sums.js";
import { transposed } from "./transposed.js";

/** Where every activation is the identity, to a ten-thousandth. */
const LINEAR_FROM = 4;

/** How many standard deviations of what the transform gives lie above that. */
const MARGIN_DEVIATIONS = 6;

/**
 * Fits the head of a masked language model to word vectors that have become narrow, `narrow`'s, in place. Words are about K times their narrow vectors, so decoding these needs K z of what the wide transform
 * gives, z.
 *
 * The narrow transform is linear at the start: K z is fitted to the states, and a bias that LayerNorm takes away lifts it to where the activation is the identity. Gains and biases of its norm are fitted to K z one by one,
 * and the bias of each word makes up for what its logit would lose on average.
 */
export async function narrowMlmHead<H extends ModelHead>(sample: Sample<H>, narrow: ParameterStore): Promise<void> {
  const { model: { arch: { hiddenSize, vocabSize, layerNormEps }, parameters } } = sample;
  const [wideWords, narrowWords] = [parameters.view("embeddings.word"), narrow.view("embeddings.word")];
  const size = narrowWords.length / vocabSize;
  const byWord = transposed(narrowWords, vocabSize);
  const toWide = Float32Array.from(leastSquares(matrixProduct(byWord, narrowWords, [size, vocabSize, size]), matrixProduct(byWord, wideWords, [size, vocabSize, hiddenSize]), size)); // [size, hidden]
  const wanted = transposed(toWide, size); // [hidden, size]
  const { gram, products, decoded } = await sampleSums(sample, (readerOf) => {
    const z = readerOf("mlm.norm.bias");
    return { ...fitProducts(readerOf("mlm.dense.weight").inputs[0]!, z), decoded: op.reduceSum(z, [0]) };
  });
  const map = matrixProduct(Float32Array.from(leastSquares(gram!, products!, hiddenSize + 1)), wanted, [hiddenSize + 1, hiddenSize, size]); // K z = [h, 1] map
  const { weight, bias } = liftedMap(map, gram!, size);
  narrow.view("mlm.dense.weight").set(weight);
  narrow.view("mlm.dense.bias").set(bias);
  const sums = await sampleSums(sample, (readerOf) => {
    const mapped = op.linear(readerOf("mlm.dense.weight").inputs[0]!, op.constant(weight, [size, hiddenSize]), op.constant(bias, [size]));
    const given = op.layerNorm(mapped, op.constant(1, [size]), op.zeros([size]), layerNormEps);
    return pairSums(given, op.matmul(readerOf("mlm.norm.bias"), op.constant(wanted, [hiddenSize, size])));
  });
  fitNorm(narrow, sums, gram!.at(-1)!);
  const mean = Float32Array.from(decoded!, (value) => value / gram!.at(-1)!); // [hidden]
  const logits = matrixProduct(wideWords, mean, [vocabSize, hiddenSize, 1]);
  const logitsLeft = matrixProduct(narrowWords, matrixProduct(toWide, mean, [size, hiddenSize, 1]), [vocabSize, size, 1]);
  narrow.view("mlm.bias").set(parameters.view("mlm.bias").map((value, word) => value + logits[word]! - logitsLeft[word]!));
}

/** `map`, `[hidden + 1, size]`, as weight and bias, scaled to a variance of one and lifted; the last of `gram`, `[hidden + 1, hidden + 1]`, is how many rows there were. */
function liftedMap(map: Float32Array, gram: Float64Array, size: number): { readonly weight: Float32Array; readonly bias: Float32Array } {
  const inputs = map.length / size;
  const rows = gram.at(-1)!;
  const byOutput = transposed(map, inputs); // [size, hidden + 1]
  const spread = matrixProduct(byOutput, Float32Array.from(gram, (value) => value / rows), [size, inputs, inputs]);
  const outputs = Array.from({ length: size }, (_, i) => i);
  const means = outputs.map((i) => spread[i * inputs + inputs - 1]!);
  const variances = outputs.map((i) => Math.max(0, byOutput.subarray(i * inputs, (i + 1) * inputs).reduce((sum, value, j) => sum + value * spread[i * inputs + j]!, 0) - means[i]! ** 2));
  const scale = 1 / (Math.sqrt(variances.reduce((a, b) => a + b, 0) / size) || 1);
  const lift = LINEAR_FROM + scale * Math.max(...outputs.map((i) => MARGIN_DEVIATIONS * Math.sqrt(variances[i]!) - means[i]!));
  const rowsOf = (from: number, to: number): Float32Array => Float32Array.from(outputs.flatMap((i) => [...byOutput.subarray(i * inputs + from, i * inputs + to)]), (value) => scale * value);
  return { weight: rowsOf(0, inputs - 1), bias: rowsOf(inputs - 1, inputs).map((value) => value + lift) };
}

/** What fitting one column to another needs, `[columns]` each. */
const pairSums = (x: Node, y: Node): Record<"x" | "xx" | "xy" | "y", Node> =>
  ({ x: op.reduceSum(x, [0]), y: op.reduceSum(y, [0]), xx: op.reduceSum(op.mul(x, x), [0]), xy: op.reduceSum(op.mul(x, y), [0]) });

function fitNorm(narrow: ParameterStore, { x, y, xx, xy }: Readonly<Record<string, Float64Array>>, rows: number): void {
  for (const [i, sum] of x!.entries()) {
    const [meanX, meanY] = [sum / rows, y![i]! / rows];
    const variance = xx![i]! / rows - meanX ** 2;
    const gain = variance > 0 ? (xy![i]! / rows - meanX * meanY) / variance : 0;
    narrow.view("mlm.norm.gain")[i] = gain;
    narrow.view("mlm.norm.bias")[i] = meanY - gain * meanX;
  }
}
