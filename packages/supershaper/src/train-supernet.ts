import { type MlmBatch, type MlmBatches, readAhead } from "@bort/data";
import { type Backend } from "@bort/graph";
import {
  disposeAll, dropoutFeeds, fingerprint, microBatches, type MlmModel, type MlmShape, ParameterStore, resolveSettings, runTraining, totalWeight, Trainer, type TrainingEvent, type TrainingSettings,
  type TrainingSummary,
} from "@bort/nn";
import { type Shape } from "@bort/predictors";
import { batchFeeds } from "./batch-feeds.js";
import { requireSpace } from "./require-space.js";
import { type ShapeSpace } from "./shape-space.js";
import { type Slicing } from "./slicing.js";
import { SupernetEvaluation } from "./supernet-evaluation.js";
import { SHAPES, SupernetGradients } from "./supernet-gradients.js";
import { type InPlaceDistillation } from "./supernet-stages.js";
import { SuperShaperError } from "./supershaper-error.js";

/** What to train, and how: by default with a peak learning rate of 1e-3 and a warm-up of 0.06, as `pretrain` of `@bort/nn`. */
export interface TrainSupernetOptions
  extends Omit<TrainingSettings, "average" | "gradientHook" | "groups" | "recompute" | "updateHook"> {
  readonly backend: Backend;
  /** A backbone, by `backboneOf`, or a super-network to go on with; it stays as it is. */
  readonly supernet: MlmModel;
  /** Shapes to train, of this backbone's layers and heads. */
  readonly space: ShapeSpace;
  readonly shape: MlmShape;
  /** Batches of `shape`. */
  readonly train: MlmBatches;
  /** Batches of `shape` to evaluate on: one or more. */
  readonly validation: readonly MlmBatch[];
  /** Which networks a step sums gradients of: random ones, or before them the largest and the smallest. Default `sandwich`. */
  readonly sampling?: "random" | "sandwich";
  /** Random networks of a step. Default 1. */
  readonly random?: number;
  /** Default `prefix`. */
  readonly slicing?: Slicing;
  /** What a step's other networks learn from its largest; with `sandwich` alone. Default: nothing. */
  readonly distillation?: InPlaceDistillation;
  /** Shapes that are evaluated as it goes: one or more. Default: the largest, the smallest and four random ones. */
  readonly panel?: readonly Shape[];
}

export interface TrainSupernetResult {
  readonly supernet: MlmModel;
  readonly summary: TrainingSummary;
}

/**
 * The hyperparameters of SuperShaper's super-pretraining, for a pre-trained BERT-base and batches of 2,048 sequences of 128 tokens.
 *
 * Source: SuperShaper, table 1; its code has an attention dropout of 0.1, which the table denies.
 */
export const superShaperTraining: Readonly<Required<Pick<TrainSupernetOptions, "learningRate" | "maxGradientNorm" | "random" | "sampling" | "schedule" | "steps" | "warmupRatio">>> = {
  steps: 175_000, learningRate: 2e-5, warmupRatio: 10 / 175, schedule: "linear", maxGradientNorm: Infinity, sampling: "sandwich", random: 1,
};

/**
 * Trains a super-network so that its sub-networks can be taken as they are. All micro-batches of a step run through the same shapes, which depend on the seed and
 * the step alone.
 *
 * `step` events carry the mean loss of the step's networks, in which hidden states that are distilled do not count, and where these are a sandwich `lossLargest`, that of the
 * space's largest; `evaluation` events the panel's mean loss, `validationLoss`, and of each of its shapes `perplexity <widths>`, which is e to its loss.
 *
 * @throws SuperShaperError `supershaper/bad-backbone`, `supershaper/bad-shape` for a space that is not of this backbone, `supershaper/bad-option`; what `runTraining` throws: NnError
 * `nn/other-run` for a checkpoint of another space or backbone, or of another panel where early stopping watches it
 */
export async function* trainSupernet(options: TrainSupernetOptions): AsyncGenerator<TrainingEvent, TrainSupernetResult> {
  const { backend, space, shape, validation, steps, sampling = "sandwich", random = 1, slicing = "prefix", distillation, checkpoint, signal } = options;
  requireOptions(options);
  const panel = options.panel ?? [space.largest, space.smallest, ...[0, 1, 2, 3].map((i) => space.draw(PANEL_SEED, i))];
  panel.forEach((each) => space.check(each));
  const { seed, accumulate, evaluateEvery, rate, dropout, earlyStopping, trainer: trainerOptions, record } =
    resolveSettings(options, { learningRate: 1e-3, warmupRatio: 0.06, metric: "validationLoss", mode: "min" });
  const supernet = copyOf(options.supernet);
  const frame = { arch: supernet.arch, batch: shape, slicing, dropout };
  const first = options.train.at(0);
  const settings = {
    objective: "supernet", ...record, arch: supernet.arch, shape, sampling, random, slicing, widths: space.widths,
    ...(distillation !== undefined && { distillation }), ...(earlyStopping !== undefined && { panel, validation: fingerprint(...validation.flatMap(({ ids, positions, labels, weights }) => [ids, positions, labels, weights])) }), // What it watches.
    sequences: options.train.sequences, firstBatch: fingerprint(first.ids, first.positions, first.labels, first.weights), startingParameters: fingerprint(supernet.parameters.flat),
  };
  const train = readAhead(options.train, { depth: Math.max(2, accumulate) });
  const source = new SupernetGradients({ backend, supernet, frame, largestFirst: sampling === "sandwich", ...(distillation !== undefined && { distillation }) });
  const trainer = await Trainer.over(source, { backend, parameters: supernet.parameters, ...trainerOptions });
  const evaluation = new SupernetEvaluation(backend, supernet, frame);
  try {
    const summary = yield* runTraining({
      trainer, steps, schedule: rate,
      feeds: async (step) => {
        const shapes = Int32Array.from(shapesOf(step, { space, seed, sampling, random }).flat());
        const batch = await microBatches(step, accumulate, (at) => {
          const micro = train.at(at);
          return { feeds: { ...batchFeeds(micro, frame), [SHAPES]: shapes, ...dropoutFeeds(dropout, seed, at) }, weight: totalWeight(micro.weights) };
        });
        return { batch, tokens: accumulate * shape.batchSize * shape.sequenceLength };
      },
      evaluate: { every: evaluateEvery, run: () => panelMetrics(evaluation, panel, validation) },
      ...(earlyStopping !== undefined && { earlyStopping }),
      ...(checkpoint !== undefined && { checkpoint: { ...checkpoint, settings } }),
      ...(signal !== undefined && { signal }),
    });
    return { supernet, summary };
  } finally {
    await disposeAll([evaluation, trainer]);
  }
}

/** The default panel is that of every run in a space. */
const PANEL_SEED = 0x5a;

/** The networks of a step, the largest first where it is among them (Yu et al. 2020, the sandwich rule). */
function shapesOf(step: number, { space, seed, sampling, random }: { readonly space: ShapeSpace; readonly seed: number; readonly sampling: "random" | "sandwich"; readonly random: number }): Shape[] {
  const drawn = Array.from({ length: random }, (_, i) => space.draw(seed, step * random + i));
  return sampling === "random" ? drawn : [space.largest, space.smallest, ...drawn];
}

async function panelMetrics(evaluation: SupernetEvaluation, panel: readonly Shape[], validation: readonly MlmBatch[]): Promise<Record<string, number>> {
  const metrics: Record<string, number> = { validationLoss: 0 };
  for (const shape of panel) {
    const { loss } = await evaluation.of(shape, validation);
    metrics["validationLoss"]! += loss / panel.length;
    metrics[`perplexity ${shape.join(" ")}`] = Math.exp(loss);
  }
  return metrics;
}

function copyOf({ arch, head, parameters }: MlmModel): MlmModel {
  const copy = new ParameterStore(parameters.specs);
  copy.copy(parameters, parameters.specs);
  return { arch, head, parameters: copy };
}

function requireOptions({ supernet: { arch }, space, sampling = "sandwich", random = 1, distillation, panel, validation }: TrainSupernetOptions): void {
  requireSpace(arch, space);
  if (panel?.length === 0) throw new SuperShaperError("supershaper/bad-option", "supershaper: an evaluation needs at least one shape, got an empty panel; give some, or leave it out");
  if (validation.length === 0) throw new SuperShaperError("supershaper/bad-option", "supershaper: an evaluation needs at least one batch, got none; give more validation text");
  const least = sampling === "random" ? 1 : 0;
  if (!Number.isSafeInteger(random) || random < least) throw new SuperShaperError("supershaper/bad-option", `supershaper: a step needs a whole number of random networks from ${least}, got ${random}`);
  if (distillation !== undefined && sampling !== "sandwich") throw new SuperShaperError("supershaper/bad-option", "supershaper: distillation in place needs the largest network in each step; sample by sandwich");
  const { logits, hidden = 0 } = distillation ?? {};
  if (logits !== undefined && !(logits.weight >= 0 && logits.weight <= 1 && logits.temperature > 0 && Number.isFinite(logits.temperature))) {
    throw new SuperShaperError("supershaper/bad-option", `supershaper: distilled logits need a weight from 0 to 1 and a finite temperature above 0, got ${logits.weight} and ${logits.temperature}`);
  }
  if (!(hidden >= 0 && Number.isFinite(hidden))) throw new SuperShaperError("supershaper/bad-option", `supershaper: the weight of hidden states must be a finite number from 0, got ${hidden}`);
}
