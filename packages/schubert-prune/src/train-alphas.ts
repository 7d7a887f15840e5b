import * as op from "@bort/graph";
import { type Backend, type Feeds, type Node, parameter } from "@bort/graph";
import { type Model, type ModelHead, type TrainingEvent, type TrainingSettings, fingerprint, runTraining, schedule } from "@bort/nn";
import { random } from "@bort/data";
import { alphaTrainer } from "./alpha-trainer.js";
import { alphaName } from "./fold-alphas.js";
import { type Alphas } from "./prunable-graph.js";
import { type PruningTask } from "./pruning-task.js";
import { SchubertError } from "./schubert-error.js";
import { l1 } from "./penalty/l1.js";
import { type SparsityPenalty } from "./penalty/sparsity-penalty.js";
import { type UnitValues, type UnitVector } from "./unit-vectors.js";
import { unitSlopes } from "./unit-slopes.js";

export interface TrainAlphasOptions<H extends ModelHead> extends Pick<TrainingSettings, "checkpoint" | "seed" | "signal"> {
  readonly backend: Backend;
  /** It stays as it is. */
  readonly model: Model<H>;
  readonly task: PruningTask<H>;
  /** What is pruned. */
  readonly vectors: readonly UnitVector[];
  /** What a unit of each vector saves, relative to others, by the name of the vector (beta of eq. 2). */
  readonly betas: Readonly<Record<string, number>>;
  readonly steps: number;
  /** Weight of the penalty, however large: a gamma beta above 1e15 counts as 1e15. Default: {@link balancedGamma}, of the network as it is. */
  readonly gamma?: number;
  /** Default: {@link l1}. */
  readonly penalty?: SparsityPenalty;
  /** Default: the penalty's own for as many steps. */
  readonly learningRate?: number;
  /** The task's batch to begin with. Default 0. */
  readonly firstBatch?: number;
}

export interface TrainedAlphas {
  /** Prunable parameters by vector; where the run was interrupted, as they were then. */
  readonly alphas: UnitValues;
  /** What units are ranked by, as the penalty has it. */
  readonly worth: UnitValues;
  readonly gamma: number;
  readonly interrupted: boolean;
}

/**
 * Trains prunable parameters of a network, whose own parameters stay as they are, by the task's loss and a penalty: L + gamma sum beta ||alpha|| (schuBERT, eq. 2).
 *
 * `step` events carry the whole loss, and as a metric `taskLoss`, but with proximal gradient, where the loss is the task's.
 *
 * @throws SchubertError `schubert-prune/bad-option`; what `runTraining` throws
 */
export async function* trainAlphas<H extends ModelHead>(options: TrainAlphasOptions<H>): AsyncGenerator<TrainingEvent, TrainedAlphas> {
  const { backend, model, task, vectors, betas, steps, penalty = l1(), seed = 0, firstBatch = 0, checkpoint, signal } = options;
  const { learningRate = penalty.learningRate(steps) } = options;
  if (options.gamma !== undefined && !(options.gamma >= 0 && options.gamma < Infinity)) throw new SchubertError("schubert-prune/bad-option", `schubert-prune: gamma must be a number from 0, got ${options.gamma}`);
  const gamma = options.gamma ?? (await balancedGamma({ ...options, penalty, firstBatch }));
  const strengthOf = ({ name }: UnitVector): number => Math.min(gamma * betas[name]!, STRONGEST);
  const weighed = (trained: Alphas): Node => vectors.map((vector) => op.mul(penalty.penalty!(trained[vector.name]!), strengthOf(vector))).reduce((a, b) => op.add(a, b));
  const trainer = await alphaTrainer({
    backend, model, task, vectors, optimizer: penalty.optimizer, initial: penalty.initial,
    // An array, not a number: kernels that differ in what they read alone are one, so that all vectors have the same.
    gate: (trained, i) => penalty.gate(trained, op.add(parameter(SEED, [], "i32"), op.constant([i], [], "i32"))),
    ...(penalty.penalty === undefined ? { decay: strengthOf } : { penalty: weighed }),
  });
  const settings = {
    ...task.settings, objective: "prunable parameters", penalty: { name: penalty.name, ...penalty.settings }, gamma, betas, learningRate, steps, seed, firstBatch, arch: model.arch,
    vectors: vectors.map(({ name }) => name), startingParameters: fingerprint(model.parameters.flat),
  };
  try {
    const { interrupted } = yield* runTraining({
      trainer, steps, schedule: schedule("constant", { learningRate, steps, warmupRatio: 0 }),
      feeds: (step) => {
        const { feeds, length, tokens } = task.batch(firstBatch + step, model);
        return { batch: { ...feeds, ...seedFeeds(penalty, seed, firstBatch + step) }, length, tokens };
      },
      ...(checkpoint !== undefined && { checkpoint: { ...checkpoint, settings } }),
      ...(signal !== undefined && { signal }),
    });
    const { parameters } = trainer.state;
    const valuesBy = (read: (trained: Float32Array) => Float32Array): UnitValues => Object.fromEntries(vectors.map(({ name }) => [name, read(parameters.view(alphaName(name)))]));
    const alphas = valuesBy((trained) => penalty.values(trained));
    return { alphas, worth: penalty.worth === undefined ? alphas : valuesBy((trained) => penalty.worth!(trained)), gamma, interrupted };
  } finally {
    await trainer.dispose();
  }
}

/**
 * gamma beta counts as this where it is larger, because squares of slopes would not be finite in float32. Nothing changes beyond: slopes of the task's loss are long lost beside those of the penalty, by whose size Adam
 * divides them, and a threshold of proximal gradient empties every vector.
 */
const STRONGEST = 1e15;

const SEED = "alpha:seed";

/** A penalty that draws is fed a seed; vectors count on from it. */
const seedFeeds = ({ isRandom }: SparsityPenalty, seed: number, batch: number): Feeds =>
  (isRandom ? { [SEED]: Int32Array.of(random(seed, "alphas", batch).integer(2 ** 30)) } : {});

/** Batches that {@link balancedGamma} looks at. */
const BALANCE_BATCHES = 4;

/**
 * The gamma at which half of the units are worth what they cost, at the start of training: the median of |dL / d alpha| / beta over all units at prunable parameters of one, by the penalty's own slopes. Units that cost
 * nothing, or on which the loss does not depend, have no say.
 *
 * schuBERT searches for gamma; this one depends on no scale of losses or sizes, and gives a search where to begin.
 *
 * @throws SchubertError `schubert-prune/bad-option` where no unit has a say
 */
export async function balancedGamma<H extends ModelHead>(
  { penalty = l1(), ...options }: Pick<TrainAlphasOptions<H>, "backend" | "betas" | "firstBatch" | "model" | "penalty" | "signal" | "task" | "vectors">,
): Promise<number> {
  const { mean } = await unitSlopes({ ...options, batches: BALANCE_BATCHES });
  const costly = options.vectors.filter(({ name }) => options.betas[name]! > 0);
  const ratios = costly.flatMap(({ name }) => Array.from(mean[name]!, (slope) => Math.abs(slope) / options.betas[name]!)).filter((ratio) => ratio !== 0).sort((a, b) => a - b);
  if (ratios.length === 0) throw new SchubertError("schubert-prune/bad-option", "schubert-prune: balancing gamma needs a unit that costs something and on which the loss depends, got none; give gamma");
  return penalty.balance * ratios[ratios.length >> 1]!;
}
