import { type MlmBatch, random } from "@bort/data";
import { type Backend } from "@bort/graph";
import { createModel, type LatencyOptions, measureLatency, type MlmModel, pretrain, type TrainingEvent } from "@bort/nn";
import { betas, foldAlphas, headCounting, mlmTask, parameterObjective, trainAlphas, truncateSmallest, unitVectors } from "@bort/schubert-prune";
import { type StepShape, stepArch } from "../step-shape.js";
import { syntheticBatch } from "../step-trainer.js";
import { mlmParameters } from "./least-fraction.js";

/** What a round of pruning consists of, measured. */
export interface RoundTimes {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly parameters: number;
  /** A step of prunable parameters. */
  readonly alphaMs: number;
  /** A step of pre-training. */
  readonly trainingMs: number;
  /** Truncation to three quarters of the parameters, folding, and cutting. */
  readonly cutSeconds: number;
}

/** What a round costs, as a share of a pre-training. */
export interface RoundShares {
  readonly pretrainingSteps: number;
  readonly alphas: number;
  /** At most: the network that is fine-tuned is a smaller one. */
  readonly finetuning: number;
  readonly cut: number;
  readonly round: number;
}

/** Steps of a round as shares of the pre-training's: schuBERT, section 6. */
const [ALPHA_STEPS, FINETUNE_STEPS] = [1 / 1000, 1 / 20];
const CUT_FRACTION = 0.75;

/** Times a round's steps of a fresh network in turn with steps of its pre-training (medians), then truncation, folding and cutting, once. */
export async function measureRoundTimes(backend: Backend, shape: StepShape, { clock = () => performance.now(), repeats = 5 }: Pick<LatencyOptions, "clock" | "repeats"> = {}): Promise<RoundTimes> {
  const arch = stepArch(shape);
  const model: MlmModel = createModel(arch, { kind: "mlm" }, 0);
  const trainings = await trainingsOf(backend, model, { shape, steps: repeats + 1 });
  try {
    const { alphas, network } = await measureLatency({ alphas: () => toNextStep(trainings.alphas), network: () => toNextStep(trainings.network) }, { clock, repeats, warmUp: 1 });
    return {
      layers: shape.depth, hiddenSize: shape.hiddenSize, parameters: mlmParameters(arch), alphaMs: alphas.medianMs, trainingMs: network.medianMs,
      cutSeconds: await timeCut(backend, model, clock),
    };
  } finally {
    for (const training of Object.values(trainings)) await training.return(undefined as never);
  }
}

/** Shares of a pre-training of so many steps. */
export function roundShares({ alphaMs, trainingMs, cutSeconds }: RoundTimes, pretrainingSteps: number): RoundShares {
  const alphas = (ALPHA_STEPS * alphaMs) / trainingMs;
  const cut = (1000 * cutSeconds) / (pretrainingSteps * trainingMs);
  return { pretrainingSteps, alphas, finetuning: FINETUNE_STEPS, cut, round: alphas + FINETUNE_STEPS + cut };
}

interface Trainings {
  readonly alphas: AsyncGenerator<TrainingEvent, unknown>;
  readonly network: AsyncGenerator<TrainingEvent, unknown>;
}

/** Both on one made-up batch. A gamma is given, because the balanced one costs a few steps before the first. */
async function trainingsOf(backend: Backend, model: MlmModel, { shape, steps }: { readonly shape: StepShape; readonly steps: number }): Promise<Trainings> {
  const batch = syntheticBatch(shape) as MlmBatch;
  const { batchSize, sequenceLength, maskedPerSequence } = shape;
  const common = { backend, shape: { batchSize, sequenceLength, maskedPerSequence }, train: { sequences: batchSize, stepsPerEpoch: 1, at: () => batch }, validation: [batch] };
  const costs = await betas(model.arch, parameterObjective(headCounting(model.head)));
  return {
    alphas: trainAlphas({ backend, model, task: mlmTask(common), vectors: unitVectors(model.arch), betas: costs, steps, gamma: 1e-4 }),
    network: pretrain({ ...common, arch: model.arch, start: model, steps, evaluateEvery: steps, learningRate: 1e-4 }),
  };
}

async function toNextStep(training: AsyncGenerator<TrainingEvent, unknown>): Promise<void> {
  for (;;) {
    const { value, done } = await training.next();
    if (done === true || value.type === "step") return;
  }
}

/** Seconds of all that a round does between its two trainings. */
async function timeCut(backend: Backend, model: MlmModel, clock: () => number): Promise<number> {
  const { arch } = model;
  const rng = random(0, "round-cost");
  const values = Object.fromEntries(unitVectors(arch).map(({ name, size }) => [name, Float32Array.from({ length: size }, () => rng.uniform())]));
  const start = clock();
  const { cut } = await truncateSmallest({ arch, values, objective: parameterObjective(headCounting(model.head)), target: CUT_FRACTION * mlmParameters(arch) });
  cut(await foldAlphas(backend, model, values));
  return (clock() - start) / 1000;
}
