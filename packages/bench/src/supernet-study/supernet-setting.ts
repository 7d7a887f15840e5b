import { type EncoderArch, uniformArch } from "@bort/arch";
import { type Tokenizer } from "@bort/data";
import { type MlmShape } from "@bort/nn";
import { ShapeSpace } from "@bort/supershaper";
import { type StepShape } from "../step-shape.js";

/** What is trained, and for how long. */
export interface SupernetSetting {
  /** Sizes of the backbone and of every batch; the vocabulary is that at most. */
  readonly backbone: StepShape;
  /** Widths that every layer may have. */
  readonly widths: readonly number[];
  /** Shapes that are trained alone, too. */
  readonly shapes: number;
  /** Of the trainings from scratch: each gives other first parameters and other batches. */
  readonly seeds: readonly number[];
  /** Of the sandwich, each of three networks. */
  readonly steps: number;
  /** Of a training from scratch, which has no backbone to begin with. */
  readonly scratchSteps: number;
  /** Steps of the backbone before either super-network; 0 for a fresh one. */
  readonly backboneSteps: number;
  /** Further steps of a shape that inherits. */
  readonly furtherSteps: number;
  /** Peak, of every training but those from scratch. */
  readonly learningRate: number;
  /** Peak, of a training from scratch: one at which the widest networks learn, too. */
  readonly scratchLearningRate: number;
  /** Of AdamW, for every training. */
  readonly beta2: number;
  /** Random shapes, beside the largest and the smallest, that super-networks are compared on. */
  readonly panelShapes: number;
  /** Batches that every loss is measured on. */
  readonly heldOutBatches: number;
}

/** Networks of a step of the sandwich: the largest, the smallest and a random one. */
export const sandwichNetworks = 3;

/** SuperShaper's widths in proportion to another hidden size, as multiples of the heads. */
export function proportionalWidths(hiddenSize: number, heads: number): number[] {
  const { widths: [widths], largest: [largest] } = new ShapeSpace();
  return [...new Set(widths!.map((width) => Math.max(1, Math.round((width * hiddenSize) / largest! / heads)) * heads))];
}

/** What two hours on two cores allow. Vocabulary and sequences are small so that networks learn more of their text in that time than how frequent tokens are. */
export const supernetSetting: SupernetSetting = {
  backbone: { batchSize: 32, sequenceLength: 32, hiddenSize: 256, heads: 4, intermediateSize: 512, depth: 6, vocabSize: 1024, maskedPerSequence: 5 },
  widths: proportionalWidths(256, 4), shapes: 12, seeds: [0], steps: 1000, scratchSteps: 3000, backboneSteps: 1000, furtherSteps: 100,
  learningRate: 1e-3, scratchLearningRate: 5e-4, beta2: 0.98, panelShapes: 8, heldOutBatches: 32,
};

/** Of the batches of a setting. */
export const batchShape = ({ backbone: { batchSize, sequenceLength, maskedPerSequence } }: SupernetSetting): MlmShape => ({ batchSize, sequenceLength, maskedPerSequence });

/** The encoder that becomes the backbone. */
export function backboneArch(setting: SupernetSetting, tokenizer: Tokenizer): EncoderArch {
  const { depth, heads, hiddenSize, intermediateSize } = setting.backbone;
  return uniformArch({ depth, heads, hidden: hiddenSize, intermediate: intermediateSize, ...frameOf(setting, tokenizer) });
}

/** Its shapes; `arch` gives networks with all their bottlenecks, as they are in the super-network. Throws what `ShapeSpace` throws. */
export function shapeSpace(setting: SupernetSetting, tokenizer: Tokenizer): ShapeSpace {
  const { backbone: { depth, heads, hiddenSize, intermediateSize }, widths } = setting;
  return new ShapeSpace({ layers: depth, widths, heads, hidden: hiddenSize, intermediate: intermediateSize, merged: false, frame: frameOf(setting, tokenizer) });
}

const frameOf = ({ backbone: { sequenceLength } }: SupernetSetting, { vocabSize, special }: Tokenizer) =>
  ({ vocabSize, positions: sequenceLength, padTokenId: special.pad, activation: "geluTanh" }) as const;
