import { type EncoderArch } from "@bort/arch";
import { type MlmBatches } from "@bort/data";
import { type LogitsCache, distillationObjective, lastLayer, repeated } from "@bort/distill";
import { type Backend } from "@bort/graph";
import { adamW, pretrain } from "@bort/nn";
import { type HeldOut, type HeldOutScores, heldOutScores } from "./held-out-scores.js";

/** What a training in full gives. */
export interface FullTraining extends HeldOutScores {
  /** Held-out MLM loss in nats by step. */
  readonly curve: readonly (readonly [step: number, loss: number])[];
  readonly seconds: number;
}

export interface TrainInFullOptions {
  readonly backend: Backend;
  readonly arch: EncoderArch;
  /** What the teacher says on the first of `train`; they are repeated where there are more steps. */
  readonly cache: LogitsCache;
  readonly train: MlmBatches;
  readonly heldOut: HeldOut;
  readonly steps: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** A variance that forgets faster than BERT's 0.999 suits runs of some thousand steps. */
const OPTIMIZER = adamW({ beta2: 0.98 });

/** Trains a candidate towards the teacher's last layer, as a search does for its surrogate error, but by AdamW and to a rate of 0. */
export async function trainInFull({ backend, arch, cache, train, heldOut, steps, learningRate, seed }: TrainInFullOptions): Promise<FullTraining> {
  const objective = distillationObjective({ backend, teachers: [cache], mlmWeight: 0, terms: [lastLayer({ weight: 1, temperature: 1, form: "crossEntropy" })] });
  const curve: [number, number][] = [];
  const run = pretrain({
    backend, arch, shape: heldOut.shape, train: repeated(train, cache.batches), validation: heldOut.batches, objective, steps, learningRate, seed, optimizer: OPTIMIZER,
  });
  try {
    for (;;) {
      const { done, value } = await run.next();
      if (done === true) return { ...(await heldOutScores(backend, value.model, heldOut)), curve, seconds: value.summary.seconds };
      if (value.type === "evaluation") curve.push([value.step, value.metrics["validationLoss"]!]);
    }
  } finally {
    await objective.dispose();
  }
}
