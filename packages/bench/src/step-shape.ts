import { type EncoderArch, flops, memoryBytes, parameterCount, uniformArch } from "@bort/arch";
import { BenchError } from "./bench-error.js";

/** Sizes of an encoder and of the batch that it reads, in the order of the command line. */
export interface EncoderShape {
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly depth: number;
  readonly vocabSize: number;
}

/** Sizes of a training step, in the order of the command line. */
export interface StepShape extends EncoderShape {
  readonly maskedPerSequence: number;
}

/** What a training step takes, as the calculators of `@bort/arch` count it. */
export interface StepCosts {
  readonly parameters: number;
  /** Of all matrix products, forward and backward; 2 for a multiplication and an addition. */
  readonly flops: number;
  /** What the backward pass reads of the forward pass, in float32. */
  readonly activationBytes: number;
}

/** The shapes that engines are compared on: from a small student to the widths of BERT-base, and Bort itself. */
export const stepShapes: readonly string[] = [
  "32,128,128,2,512,2,8192,20",
  "16,128,256,4,1024,4,8192,20",
  "8,128,512,8,2048,4,30522,20",
  "8,128,768,12,3072,2,30522,20",
  "4,128,1024,8,768,4,50265,20",
];

/** Reads `16,128,256,4,1024,4,8192,20`; @throws BenchError `bench/bad-shape` */
export function parseStepShape(text: string): StepShape {
  const [encoder, maskedPerSequence] = parseShape(text, "masked", 20);
  if (maskedPerSequence > encoder.sequenceLength) {
    throw new BenchError("bench/bad-shape", `bench: a sequence of ${encoder.sequenceLength} has no room for ${maskedPerSequence} masked places; mask fewer`);
  }
  return { ...encoder, maskedPerSequence };
}

/** Reads the sizes of an encoder and the last one, of which a name and an example are given; @throws BenchError `bench/bad-shape` */
export function parseShape(text: string, last: string, example: number): readonly [EncoderShape, number] {
  const sizes = text.split(",").map(Number);
  if (sizes.length !== 8 || sizes.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    const form = `batch,sequence,hidden,heads,FFN,layers,vocabulary,${last}`;
    throw new BenchError("bench/bad-shape", `bench: a shape is ${form}, got ${JSON.stringify(text)}; for example 16,128,256,4,1024,4,8192,${example}`);
  }
  const [batchSize = 0, sequenceLength = 0, hiddenSize = 0, heads = 0, intermediateSize = 0, depth = 0, vocabSize = 0, lastSize = 0] = sizes;
  return [{ batchSize, sequenceLength, hiddenSize, heads, intermediateSize, depth, vocabSize }, lastSize];
}

/** A shape as `parseStepShape` reads it. */
export function formatStepShape(shape: StepShape): string {
  const { batchSize, sequenceLength, hiddenSize, heads, intermediateSize, depth, vocabSize, maskedPerSequence } = shape;
  return [batchSize, sequenceLength, hiddenSize, heads, intermediateSize, depth, vocabSize, maskedPerSequence].join(",");
}

/** The encoder of a shape: BERT's, without token types and pooler, with GELU as tanh computes it. */
export function stepArch({ depth, heads, hiddenSize, intermediateSize, vocabSize, sequenceLength }: EncoderShape): EncoderArch {
  return uniformArch({ depth, heads, hidden: hiddenSize, intermediate: intermediateSize, vocabSize, positions: sequenceLength, activation: "geluTanh" });
}

/** Counts the encoder with its tied MLM head, which decodes the masked positions alone. */
export function stepCosts(shape: StepShape): StepCosts {
  const arch = stepArch(shape);
  const heads = { mlm: {} };
  const work = { sequence: shape.sequenceLength, batch: shape.batchSize, heads, maskedPositions: shape.maskedPerSequence };
  return {
    parameters: parameterCount(arch, { heads }).total,
    flops: flops(arch, { ...work, pass: "training" }).total,
    activationBytes: memoryBytes(arch, work).trainingActivations,
  };
}
