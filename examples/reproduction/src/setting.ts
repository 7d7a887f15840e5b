import { type ArchTuple, type EncoderArch } from "@bort/arch";
import { type PublishedObjective } from "@bort/distill";
import { type SearchPreset } from "@bort/fptas";
import { type BortPretraining, type DropoutRates, type MlmShape } from "@bort/nn";

/** The numbers of a run from the maximum point to the exported model. Everything that is not in them is the same for each. */
export interface Setting {
  readonly name: "paper" | "toy";
  readonly maximumPoint: MaximumPointSetting;
  /** Share of the documents that nothing is trained on. */
  readonly heldOutShare: number;
  readonly search: SearchPreset["search"];
  readonly trial: TrialSetting;
  readonly pretraining: PretrainingSetting;
  /** What the search came to in the paper. Default: not known beforehand. */
  readonly publishedChoice?: ArchTuple;
  /** Sequences that are computed at once; the gradients of a batch's parts are added up. Divides the batch sizes. */
  readonly sequencesAtOnce: number;
  /** Held-out sequences that models are evaluated on, at most. */
  readonly evaluationSequences: number;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
}

/** T: a model of Hugging Face's hub, or one that is pre-trained first, with a vocabulary of its own. */
export type MaximumPointSetting =
  | { readonly kind: "published"; readonly name: string; readonly arch: EncoderArch }
  | { readonly kind: "pretrained"; readonly tuple: ArchTuple; readonly vocabSize: number; readonly training: PretrainingSetting };

/** How a candidate is trained for its surrogate error, and what that is measured on. */
export interface TrialSetting {
  /** n. */
  readonly steps: number;
  /** Of a whole batch. */
  readonly shape: MlmShape;
  readonly maxGradientNorm: number;
  readonly heldOutSequences: number;
}

/** A whole pre-training. */
export interface PretrainingSetting extends BortPretraining {
  readonly dropout: DropoutRates;
  /** Whether the first steps have short sequences (`shortFirst` of `@bort/nn`). */
  readonly shortFirst: boolean;
  /** What is learned from the maximum point. Default: nothing, masked language modelling alone. */
  readonly objective?: PublishedObjective;
}

/** The parts of a batch: as many as `parts`, each of `shape`. */
export interface BatchParts {
  readonly parts: number;
  readonly shape: MlmShape;
}

export const partsOf = (shape: MlmShape, { sequencesAtOnce }: Setting): BatchParts =>
  ({ parts: shape.batchSize / sequencesAtOnce, shape: { ...shape, batchSize: sequencesAtOnce } });
