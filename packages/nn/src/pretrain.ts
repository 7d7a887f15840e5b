import { type EncoderArch, withoutDefaults } from "@bort/arch";
import { type MlmBatch, type MlmBatches, readAhead } from "@bort/data";
import { type Backend, type Feeds } from "@bort/graph";
import { type DropoutRates, dropoutFeeds, readsDropout } from "./dropout.js";
import { fingerprint } from "./fingerprint.js";
import { firstDifference } from "./first-difference.js";
import { microBatches, totalWeight } from "./micro-batches.js";
import { type MlmShape, evaluateMlm, mlmFeeds, mlmLossGraph } from "./mlm.js";
import { type MlmModel, initialDeviation } from "./model.js";
import { NnError } from "./nn-error.js";
import { type ParameterSpec, modelParameters } from "./parameter-spec.js";
import { ParameterStore } from "./parameter-store.js";
import { type LossGraph } from "./gradient-graph.js";
import { Trainer } from "./trainer.js";
import { type TrainingEvent, type TrainingSummary, runTraining } from "./training-run.js";
import { type TrainingSettings, evaluatesAverage, inGroups, resolveSettings } from "./training-settings.js";
import { averagedParameters } from "./weight-average.js";

/** What pre-training minimises: a graph over a masked batch, and what it must be fed beside the batch. */
export interface PretrainingObjective {
  /** Sets the objective apart from others: a checkpoint of another is not resumed. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The loss must be a mean over the masked places by their weights: batches of a step count by how many they have. */
  graph(arch: EncoderArch, shape: MlmShape, dropout?: DropoutRates): LossGraph;
  feeds(batch: MlmBatch, shape: MlmShape, place: BatchPlace): Promise<Feeds>;
  /** What is trained beside the model: it is in checkpoints, and not in the model that the run returns. Names must differ from the model's. Default: nothing. */
  parameters?(arch: EncoderArch): readonly ParameterSpec[];
}

/** Where a batch is used. */
export interface BatchPlace {
  readonly arch: EncoderArch;
  /** What it was asked for by, from its phase's `train.at`. */
  readonly index: number;
  /** That of the graph. Default: none. */
  readonly dropout?: DropoutRates;
}

/** Masked language modelling alone. */
export const mlmObjective = (): PretrainingObjective => ({
  settings: { objective: "mlm" },
  graph: mlmLossGraph,
  feeds: async (batch) => mlmFeeds(batch),
});

/** A part of a run that has sequences of another length. */
export interface PretrainingPhase {
  /** Share of the run's steps. */
  readonly share: number;
  readonly shape: MlmShape;
  /** Batches of `shape`. */
  readonly train: MlmBatches;
}

/** Length of the shortest sequences that {@link shortFirst} starts with. */
const SHORTEST = 8;

/**
 * Half of the steps on sequences of about 8 tokens, a quarter on lengths that double, and the rest, which the caller gives, on those of `shape`; as many
 * tokens in each batch. Attention to neighbours is learned on short sequences within a thousand steps, on long ones hardly at all (Devlin et al. 2018,
 * appendix A.2, trained most steps on short sequences for their cost alone).
 */
export function shortFirst(shape: MlmShape, batchesOf: (shape: MlmShape) => MlmBatches): PretrainingPhase[] {
  const lengths: number[] = [];
  for (let length = shape.sequenceLength >> 1; length >= SHORTEST; length >>= 1) lengths.unshift(length);
  return lengths.map((sequenceLength, i) => {
    const batchSize = Math.max(1, Math.round((shape.batchSize * shape.sequenceLength) / sequenceLength));
    const maskedPerSequence = Math.max(1, Math.round((sequenceLength * shape.maskedPerSequence) / shape.sequenceLength));
    const phase: MlmShape = { ...shape, batchSize, sequenceLength, maskedPerSequence };
    return { share: i === 0 ? 0.5 : 0.25 / (lengths.length - 1), shape: phase, train: batchesOf(phase) };
  });
}

/** Index of the phase at a share of the run; that of the curriculum's end is the main one. */
function phaseAt(curriculum: readonly Pick<PretrainingPhase, "share">[], share: number): number {
  let end = 0;
  const index = curriculum.findIndex((phase) => share < (end += phase.share));
  return index === -1 ? curriculum.length : index;
}

/** Which steps of a run are a phase's: `count` of them, from number `first` on. */
export interface PhaseSteps {
  readonly first: number;
  readonly count: number;
}

/** The steps of each phase of a curriculum and, last, those on the main batches. */
export function phaseSteps(curriculum: readonly Pick<PretrainingPhase, "share">[], steps: number): PhaseSteps[] {
  const counts = [...curriculum.map(() => 0), 0];
  for (let step = 0; step < steps; step++) counts[phaseAt(curriculum, step / steps)]!++;
  let next = 0;
  return counts.map((count) => ({ first: (next += count) - count, count }));
}

/** A length stands for its phase, and the shares of the curriculum must leave some to the main one. */
function checkPhases(phases: readonly PretrainingPhase[]): void {
  const lengths = phases.map(({ shape }) => shape.sequenceLength);
  const shares = phases.slice(0, -1).map(({ share }) => share);
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (new Set(lengths).size < lengths.length || shares.some((share) => !(share > 0)) || total >= 1) {
    throw new NnError("nn/bad-option",
      `nn: a curriculum needs lengths that differ and shares above 0 that sum to less than 1, got lengths ${lengths.join(", ")} and shares ${shares.join(", ")}`);
  }
}

/** What to pre-train, and how: by default with a peak learning rate of 1e-3, ten times Bort's for large encoders and batches, and a warm-up of 0.06. */
export interface PretrainOptions extends TrainingSettings {
  readonly backend: Backend;
  readonly arch: EncoderArch;
  /** Weights to begin with, of this `arch`; they stay as they are. Default: fresh ones. */
  readonly start?: MlmModel;
  readonly shape: MlmShape;
  /** Batches of `shape`. */
  readonly train: MlmBatches;
  /** What comes before, with other batches; see {@link shortFirst}. Default: nothing. */
  readonly curriculum?: readonly PretrainingPhase[];
  /** Batches of `shape` to evaluate on. */
  readonly validation: readonly MlmBatch[];
  /** Default: masked language modelling. */
  readonly objective?: PretrainingObjective;
}

export interface PretrainResult {
  readonly model: MlmModel;
  /** The model with the average of its weights, where the settings ask for one. */
  readonly averaged?: MlmModel;
  readonly summary: TrainingSummary;
}

/**
 * Pre-trains an encoder, fresh or of given weights; `evaluation` events carry what `evaluateMlm` gives, whatever the objective, as `validationLoss` and
 * `validationAccuracy`. Throws what `runTraining` does, and NnError `nn/bad-option` for a start of another architecture.
 */
export async function* pretrain(options: PretrainOptions): AsyncGenerator<TrainingEvent, PretrainResult> {
  const { backend, arch, start, validation, steps, curriculum = [], objective = mlmObjective(), checkpoint, signal } = options;
  const { seed, accumulate, evaluateEvery, rate, dropout, earlyStopping, trainer: trainerOptions, record } =
    resolveSettings(options, { learningRate: 1e-3, warmupRatio: 0.06, metric: "validationLoss", mode: "min" });
  const { model, groupRecord } = inGroups(startingModel(options, objective, seed), options);
  const first = options.train.at(0);
  const settings = {
    ...objective.settings, ...record, ...groupRecord, arch, ...(start !== undefined && { startingParameters: fingerprint(model.parameters.flat) }), shape: options.shape,
    curriculum: curriculum.map((phase) => ({ share: phase.share, shape: phase.shape, sequences: phase.train.sequences })),
    sequences: options.train.sequences, firstBatch: fingerprint(first.ids, first.positions, first.labels, first.weights),
    ...(earlyStopping !== undefined && { validation: fingerprint(...validation.flatMap(({ ids, positions, labels, weights }) => [ids, positions, labels, weights])) }),
  };
  const phases = [...curriculum, { share: 1, shape: options.shape, train: options.train }];
  checkPhases(phases);
  const ahead = phases.map(({ shape, train }) => ({ shape, train: readAhead(train, { depth: Math.max(2, accumulate) }) }));
  const graph = (length: number): LossGraph => objective.graph(arch, phases.find((phase) => phase.shape.sequenceLength === length)!.shape, dropout);
  const isDropped = readsDropout(graph(options.shape.sequenceLength)); // Not by every rate: a network of masked words has no classifier's maps.
  const trainer = await Trainer.create({ backend, parameters: model.parameters, graph, ...trainerOptions });
  const averaged = (): MlmModel => modelAlone({ ...model, parameters: averagedParameters(trainer.state) });
  try {
    const summary = yield* runTraining({
      trainer, steps, schedule: rate,
      feeds: async (step) => {
        const { shape, train } = ahead[phaseAt(curriculum, step / steps)]!;
        const { batchSize, sequenceLength } = shape;
        return {
          batch: await microBatches(step, accumulate, (at) => {
            const batch = train.at(at);
            const feeds = async (): Promise<Feeds> => ({ ...(await objective.feeds(batch, shape, { arch, index: at, dropout })), ...(isDropped && dropoutFeeds(dropout, seed, at)) });
            return { feeds, weight: totalWeight(batch.weights) };
          }),
          tokens: accumulate * batchSize * sequenceLength, length: sequenceLength,
        };
      },
      evaluate: {
        every: evaluateEvery,
        run: async () => {
          const { loss, accuracy } = await evaluateMlm(backend, evaluatesAverage(options) ? averaged() : modelAlone(model), options.shape, validation);
          return { validationLoss: loss, validationAccuracy: accuracy };
        },
      },
      ...(earlyStopping !== undefined && { earlyStopping }),
      ...(checkpoint !== undefined && { checkpoint: { ...checkpoint, settings } }),
      ...(signal !== undefined && { signal }),
    });
    return { model: modelAlone(model), ...(options.average !== undefined && { averaged: averaged() }), summary };
  } finally {
    await trainer.dispose();
  }
}

/** The model to begin with, in one store with what the objective trains beside it, which is fresh in any case. */
function startingModel({ arch, start }: PretrainOptions, objective: PretrainingObjective, seed: number): MlmModel {
  const head = { kind: "mlm" } as const;
  const own = modelParameters(arch, head);
  const specs = [...own, ...(objective.parameters?.(arch) ?? [])];
  const taken = specs.find(({ name }, i) => specs.findIndex((other) => other.name === name) < i);
  if (taken !== undefined) throw new NnError("nn/bad-option", `nn: an objective's parameters need names of their own, and "${taken.name}" is there twice; rename it`);
  const parameters = ParameterStore.initialized(specs, seed, initialDeviation(arch));
  if (start !== undefined) {
    requireArch(start, arch);
    parameters.copy(start.parameters, own);
  }
  return { arch, head, parameters };
}

function requireArch(start: MlmModel, arch: EncoderArch): void {
  const difference = firstDifference(withoutDefaults(start.arch), withoutDefaults(arch));
  if (difference === null) return;
  const { path, values: [has, needed] } = difference;
  throw new NnError("nn/bad-option", `nn: weights to begin with must be of the run's architecture, whose ${path} is ${needed}, got ${has}; give the architecture of that model`);
}

/** The model without what is trained beside it: a copy, where there is any. */
function modelAlone(model: MlmModel): MlmModel {
  const specs = modelParameters(model.arch, model.head);
  if (specs.length === model.parameters.specs.length) return model;
  const parameters = new ParameterStore(specs);
  parameters.copy(model.parameters, specs);
  return { ...model, parameters };
}
