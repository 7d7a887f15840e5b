import { type ArchFrame, type EncoderArch, uniformArch } from "@bort/arch";
import { random } from "@bort/data";
import { type Feeds } from "@bort/graph";
import { createModel, type MlmModel, type MlmShape } from "@bort/nn";
import { backboneOf } from "./backbone.js";
import { SHAPES } from "./supernet-gradients.js";
import { type StageFrame } from "./supernet-stages.js";

const testArch = (frame: Partial<ArchFrame>): EncoderArch =>
  uniformArch({ depth: 3, heads: 2, hidden: 24, intermediate: 20, vocabSize: 40, positions: 16, padTokenId: 1, layerNormEps: 1e-5, ...frame });

/** Small encoders that are no plain BERT, by what they are. */
export const unusualArchs: Readonly<Record<string, EncoderArch>> = {
  "narrow tables": testArch({ embedding: { kind: "projected", size: 10 }, tokenTypes: 2 }),
  "narrow words, three at once": testArch({ embedding: { kind: "wordProjected", size: 8, window: 3 } }),
  "narrow words without statistics in norms": testArch({ embedding: { kind: "wordProjected", size: 12, window: 1 }, normalization: "noNorm" }),
  "narrow tables and layers that share": { ...testArch({ embedding: { kind: "projected", size: 6 } }), sharing: [0, 1, 0] },
};

/** A small super-network for tests, with bottlenecks that are no longer the identity. */
export function testSupernet(arch: EncoderArch = testArch({})): MlmModel {
  const supernet = backboneOf(createModel(arch, { kind: "mlm" }, 1, 0.3));
  const rng = random(2, "bottlenecks");
  for (const { name } of supernet.parameters.specs) {
    const values = supernet.parameters.view(name);
    if (name.includes("bias") || name.includes("bottleneck") || name.includes("gain")) for (let i = 0; i < values.length; i++) values[i]! += 0.2 * rng.normal();
  }
  return supernet;
}

export const testBatch: MlmShape = { batchSize: 3, sequenceLength: 7, maskedPerSequence: 2 };

export const testFrame = (supernet: MlmModel, changes: Partial<StageFrame> = {}): StageFrame => ({ arch: supernet.arch, batch: testBatch, slicing: "prefix", dropout: {}, ...changes });

/** A batch and the shapes to run it through. */
export function testFeeds(seed: number, shapes: readonly (readonly number[])[] = []): Feeds {
  const rng = random(seed, "feeds");
  const { batchSize, sequenceLength, maskedPerSequence } = testBatch;
  return {
    ids: Int32Array.from({ length: batchSize * sequenceLength }, () => 2 + rng.integer(38)),
    positions: Int32Array.from({ length: batchSize * maskedPerSequence }, (_, i) => Math.floor(i / maskedPerSequence) * sequenceLength + (i % maskedPerSequence) * 3),
    labels: Int32Array.from({ length: batchSize * maskedPerSequence }, () => rng.integer(40)),
    weights: Float32Array.from({ length: batchSize * maskedPerSequence }, (_, i) => (i === 3 ? 0 : 1)),
    ...(shapes.length > 0 && { [SHAPES]: Int32Array.from(shapes.flat()) }),
  };
}
