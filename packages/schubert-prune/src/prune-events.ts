import { type EncoderArch } from "@bort/arch";
import { type Model, type ModelHead, type TrainingEvent } from "@bort/nn";
import { type RoundTarget } from "./round-targets.js";
import { type UnitCounts } from "./unit-vectors.js";

/** What a run tells as it goes. Rounds that an earlier process finished are told again, without their trainings. */
export type PruneEvent<H extends ModelHead = ModelHead> =
  | { readonly type: "started"; readonly arch: EncoderArch; readonly value: number; readonly metrics: Metrics; readonly targets: readonly RoundTarget[] }
  | { readonly type: "training"; readonly round: number; readonly phase: TrainingPhase; readonly event: TrainingEvent }
  /** Slopes are taken, of so many batches by now. */
  | { readonly type: "slopes"; readonly round: number; readonly batches: number }
  | (CutRound & { readonly type: "cut" })
  | (PrunedRound & { readonly type: "pruned" })
  /** A target is met, and its model is there; it is the run's, so it has to be saved before the run goes on. */
  | (PrunedRound & { readonly type: "target"; readonly model: Model<H> })
  | { readonly type: "interrupted"; readonly round: number };

/** The two trainings of a round: of prunable parameters, and of the network that was cut. */
export type TrainingPhase = "alphas" | "finetuning";

/** What a task's evaluation gives. */
export type Metrics = Readonly<Record<string, number>>;

/** A round, from 1, once its network is cut. */
export interface CutRound {
  readonly round: number;
  readonly target: number;
  readonly arch: EncoderArch;
  /** Of the objective. */
  readonly value: number;
  /** How many units went in this round, by vector. */
  readonly removed: UnitCounts;
  /** Of the penalty, where prunable parameters were trained. */
  readonly gamma?: number;
  /** What the task's evaluation gives before fine-tuning. */
  readonly metrics: Metrics;
}

/** A round that is over. */
export interface PrunedRound extends CutRound {
  /** The same after it. */
  readonly tunedMetrics: Metrics;
}

export interface PruneResult<H extends ModelHead> {
  /** The network of the last round that is over. */
  readonly model: Model<H>;
  readonly rounds: readonly PrunedRound[];
  readonly interrupted: boolean;
}
