import { type Backend } from "@bort/graph";
import { type Model, type ModelHead, type TrainingEvent, type TrainingSettings, fingerprint } from "@bort/nn";
import { betas } from "./betas.js";
import { foldAlphas } from "./fold-alphas.js";
import { mappedEvents } from "./mapped-events.js";
import { type PruningObjective, headCounting, parameterObjective } from "./objective.js";
import { type SparsityPenalty } from "./penalty/sparsity-penalty.js";
import { l1 } from "./penalty/l1.js";
import { type CutRound, type PruneEvent, type PruneResult, type PrunedRound, type TrainingPhase } from "./prune-events.js";
import { type PruningMethod, pruningMethods } from "./pruning-method.js";
import { pruningPlan } from "./pruning-plan.js";
import { type PruningTask } from "./pruning-task.js";
import { type RoundState, openRoundState } from "./round-state.js";
import { type RoundTarget } from "./round-targets.js";
import { SchubertError } from "./schubert-error.js";
import { type PruningTarget } from "./targets.js";
import { trainAlphas } from "./train-alphas.js";
import { unitSlopesByBatch } from "./unit-slopes.js";
import { type Dimension, type UnitValues, dimensions, unitVectors } from "./unit-vectors.js";

export interface PruneOptions<H extends ModelHead> extends Pick<TrainingSettings, "seed" | "signal"> {
  readonly backend: Backend;
  /** It stays as it is. */
  readonly model: Model<H>;
  readonly task: PruningTask<H>;
  /** What is left in the end, and on the way there: one or several. */
  readonly targets: readonly PruningTarget[];
  /** What the targets are of. Default: parameters, the model's head with them. */
  readonly objective?: PruningObjective;
  /** T of schuBERT's algorithm 1. Default 5, or as many as there are targets. */
  readonly rounds?: number;
  /** What is pruned. Default: all dimensions. */
  readonly dimensions?: readonly Dimension[];
  /** Default: schuBERT's. */
  readonly method?: PruningMethod;
  /** Steps of a round in which prunable parameters are trained, or batches of which slopes are taken; a method that does neither leaves out as many batches. */
  readonly alphaSteps: number;
  /** Default: the penalty's own for as many steps. */
  readonly alphaLearningRate?: number;
  /** Weight of the penalty, however large: see `trainAlphas`. Default: `balancedGamma`, anew in each round. */
  readonly gamma?: number;
  /** Default: {@link l1}. */
  readonly penalty?: SparsityPenalty;
  /** What a unit of each dimension costs in the penalty: as the objective has it, or as schuBERT prints it. Default: the objective's. */
  readonly costs?: "objective" | "printed";
  /** Whether the prunable parameters of units that stay are multiplied into the network, as in algorithm 1, and not forgotten once they have said which units go. Default true. */
  readonly offset?: boolean;
  /** Steps of a round in which the smaller network is trained; it may be 0. */
  readonly finetuneSteps: number;
  /** Where the run keeps its state, how often a training saves its own, and whether to go on from what is there. */
  readonly checkpoint?: { readonly folder: string; readonly every: number; readonly resume: boolean };
}

/**
 * Prunes a network in rounds: trains prunable parameters, cuts what is smallest, and trains the smaller network (schuBERT, algorithm 1). What comes out is dense.
 *
 * With a checkpoint, a run that was stopped goes on, between rounds and inside them, and ends with the same bits. An objective that measures must then give what it gave before: {@link keptMeasurements}.
 *
 * @throws SchubertError `schubert-prune/unreachable-target`, before anything is trained, `schubert-prune/bad-option`, `schubert-prune/missing-round`, `schubert-prune/bad-round`; TrialsError
 * `trials/other-settings` for the folder of another run, `trials/locked`; what `runTraining` throws
 */
export async function* prune<H extends ModelHead>(options: PruneOptions<H>): AsyncGenerator<PruneEvent<H>, PruneResult<H>> {
  const { model, task, checkpoint, objective = parameterObjective(headCounting(model.head)) } = options;
  requireOptions(options);
  const { whole, rounds: plan } = await pruningPlan({ ...options, objective, arch: model.arch });
  const rounds: PrunedRound[] = [];
  const state = await openRoundState(checkpoint, settingsOf(options, objective, plan), new Set(plan.flatMap(({ isTarget }, i) => (isTarget ? [i + 1] : []))));
  try {
    yield { type: "started", arch: model.arch, value: whole, metrics: await task.evaluate(model), targets: plan };
    let current = model;
    for (const [i, target] of plan.entries()) {
      const pruned = yield* untilAborted(pruneRound({ ...options, objective, model: current }, { round: i + 1, target: target.value, isTarget: target.isTarget, state }), i + 1, options.signal);
      if (pruned === undefined) return { model: current, rounds, interrupted: true };
      current = pruned.model;
      rounds.push(pruned.summary);
      yield { type: "pruned", ...pruned.summary };
      if (target.isTarget) yield { type: "target", ...pruned.summary, model: current };
    }
    return { model: current, rounds, interrupted: false };
  } finally {
    await state.close();
  }
}

interface Round {
  readonly round: number;
  readonly target: number;
  /** Whether the target is one that was asked for, and not a step on the way. */
  readonly isTarget: boolean;
  readonly state: RoundState;
}

type RoundOptions<H extends ModelHead> = PruneOptions<H> & { readonly objective: PruningObjective };

/** A round that is aborted where no training is, such as while slopes are taken, is interrupted as it is within one. */
async function* untilAborted<H extends ModelHead, Result>(
  round: AsyncGenerator<PruneEvent<H>, Result | undefined>, number: number, signal: AbortSignal | undefined,
): AsyncGenerator<PruneEvent<H>, Result | undefined> {
  try {
    return yield* round;
  } catch (error) {
    if (signal?.aborted !== true || error !== signal.reason) throw error;
    yield { type: "interrupted", round: number };
    return undefined;
  }
}

/** One round, or what is left of it; nothing where it was interrupted. */
async function* pruneRound<H extends ModelHead>(options: RoundOptions<H>, place: Round): AsyncGenerator<PruneEvent<H>, { readonly model: Model<H>; readonly summary: PrunedRound } | undefined> {
  const { model: { head }, task, finetuneSteps } = options;
  const { round, isTarget, state } = place;
  const done = state.pruned(round);
  if (done !== undefined) return { model: keptModel(state, round, head, isTarget) ?? options.model, summary: done };
  const cut = yield* cutRound(options, place);
  if (cut === undefined) return undefined;
  yield { type: "cut", ...cut.summary };
  const tuned = finetuneSteps === 0 ? cut.model : yield* finetuned(options, place, cut.model);
  if (tuned === undefined) return undefined;
  const summary: PrunedRound = { ...cut.summary, tunedMetrics: finetuneSteps === 0 ? cut.summary.metrics : await task.evaluate(tuned) };
  await state.keepPruned(summary, tuned);
  return { model: tuned, summary };
}

/** The network of a round that is over; nothing where later rounds have taken its place. @throws SchubertError `schubert-prune/missing-round` where it should be there */
const keptModel = <H extends ModelHead>(state: RoundState, round: number, head: H, isTarget: boolean): Model<H> | undefined =>
  (isTarget || state.pruned(round + 1) === undefined ? neededModel(state, round, "pruned", head) : state.model(round, "pruned", head));

/** @throws SchubertError `schubert-prune/missing-round` */
function neededModel<H extends ModelHead>(state: RoundState, round: number, as: "cut" | "pruned", head: H): Model<H> {
  const model = state.model(round, as, head);
  if (model !== undefined) return model;
  const which = as === "cut" ? `round ${round}, as it was cut,` : `round ${round}`;
  throw new SchubertError("schubert-prune/missing-round", `schubert-prune: the network of ${which} is needed to go on, and is not in the run's folder any more; put it back, or begin anew`);
}

/** What a round makes of a network before it is fine-tuned. */
interface Made<H extends ModelHead> {
  readonly model: Model<H>;
  readonly summary: CutRound;
}

/** The network of a round, cut, or as it was cut before. */
async function* cutRound<H extends ModelHead>(options: RoundOptions<H>, place: Round): AsyncGenerator<PruneEvent<H>, Made<H> | undefined> {
  const { model, task, objective } = options;
  const { round, target, state } = place;
  const done = state.cut(round);
  if (done !== undefined) return { model: neededModel(state, round, "cut", model.head), summary: done };
  const value = await objective.measure(model.arch);
  const isMet = value <= target; // Whole layers, or a factor for all layers, may cut more than a round has to.
  const made = isMet ? { model, summary: { round, target, arch: model.arch, value, removed: {}, metrics: await task.evaluate(model) } } : yield* makeSmaller(options, place);
  if (made !== undefined) await state.keepCut(made.summary, made.model);
  return made;
}

/** Trains prunable parameters, truncates them, offsets them into the model's and cuts (schuBERT, algorithm 1). */
async function* makeSmaller<H extends ModelHead>(options: RoundOptions<H>, { round, target, state }: Round): AsyncGenerator<PruneEvent<H>, Made<H> | undefined> {
  const { backend, model, task, objective, method = pruningMethods.schubert, offset = true } = options;
  const ranked = yield* { alphas: alphasOf<H>, slopes: slopesOf<H>, none: unranked }[method.values](options, { round, state });
  if (ranked === undefined) return undefined;
  const { worth, alphas, gamma } = ranked;
  const { arch, value, removed, cut } = await method.truncate({ arch: model.arch, values: worth, objective, target });
  const smaller = cut(alphas !== undefined && offset ? await foldAlphas(backend, model, onesForZeros(alphas)) : model);
  return { model: smaller, summary: { round, target, arch, value, removed, ...(gamma !== undefined && { gamma }), metrics: await task.evaluate(smaller) } };
}

/** A unit that stays although its prunable parameter is zero, because the target needs no more to go, or as the last of its vector, keeps its weights: with zeros it could not be trained again. */
const onesForZeros = (alphas: UnitValues): UnitValues => Object.fromEntries(Object.entries(alphas).map(([name, values]) => [name, values.map((value) => (value === 0 ? 1 : value))]));

/** What units are worth, and the weight of the penalty that said so. */
interface RankedUnits {
  readonly worth: UnitValues;
  /** Prunable parameters, where they were trained. */
  readonly alphas?: UnitValues;
  readonly gamma?: number;
}

type Ranking<H extends ModelHead> = AsyncGenerator<PruneEvent<H>, RankedUnits | undefined>;

async function* alphasOf<H extends ModelHead>(options: RoundOptions<H>, { round, state }: Pick<Round, "round" | "state">): Ranking<H> {
  const { backend, model, task, objective, dimensions: pruned = dimensions, costs = "objective", alphaSteps: steps, alphaLearningRate: learningRate, gamma, penalty, seed, signal } = options;
  const training = trainAlphas({
    backend, model, task, steps, vectors: unitVectors(model.arch, pruned), betas: await betas(model.arch, costs === "printed" ? costs : objective), firstBatch: firstBatch(round, options),
    ...(learningRate !== undefined && { learningRate }), ...(gamma !== undefined && { gamma }), ...(penalty !== undefined && { penalty }),
    ...(seed !== undefined && { seed }), ...(signal !== undefined && { signal }), ...state.checkpoint(round, "alphas"),
  });
  const { interrupted, alphas, worth, gamma: used } = yield* toldAs(training, round, "alphas");
  return interrupted ? undefined : { worth, alphas, gamma: used };
}

async function* slopesOf<H extends ModelHead>(options: RoundOptions<H>, { round }: Pick<Round, "round" | "state">): Ranking<H> {
  const { backend, model, task, dimensions: pruned = dimensions, alphaSteps: batches, signal } = options;
  const slopes = unitSlopesByBatch({ backend, model, task, batches, vectors: unitVectors(model.arch, pruned), firstBatch: firstBatch(round, options), ...(signal !== undefined && { signal }) });
  const { magnitude } = yield* mappedEvents(slopes, (read): PruneEvent<H>[] => [{ type: "slopes", round, batches: read }]);
  return { worth: magnitude };
}

async function* unranked(): AsyncGenerator<never, RankedUnits> {
  return { worth: {} };
}

async function* finetuned<H extends ModelHead>({ task, seed, signal, ...options }: RoundOptions<H>, { round, state }: Round, model: Model<H>): AsyncGenerator<PruneEvent<H>, Model<H> | undefined> {
  const training = task.finetune(model, {
    steps: options.finetuneSteps, firstBatch: firstBatch(round, options) + options.alphaSteps, ...(seed !== undefined && { seed }), ...(signal !== undefined && { signal }), ...state.checkpoint(round, "finetuning"),
  });
  let interrupted = false;
  const tuned = yield* toldAs(training, round, "finetuning", (event) => { interrupted ||= event.type === "interrupted"; });
  return interrupted ? undefined : tuned;
}

/** Batches of rounds follow each other, so that a round does not see again what the last one saw. */
const firstBatch = (round: number, { alphaSteps, finetuneSteps }: { readonly alphaSteps: number; readonly finetuneSteps: number }): number => (round - 1) * (alphaSteps + finetuneSteps);

type TrainingTold = Extract<PruneEvent, { readonly type: "interrupted" | "training" }>;

/** The events of a training as those of a round. */
const toldAs = <Result>(
  training: AsyncGenerator<TrainingEvent, Result>, round: number, phase: TrainingPhase, look: (event: TrainingEvent) => void = () => {},
): AsyncGenerator<TrainingTold, Result> => mappedEvents(training, (event): TrainingTold[] => {
  look(event);
  const told: TrainingTold = { type: "training", round, phase, event };
  return event.type === "interrupted" ? [told, { type: "interrupted", round }] : [told];
});

/** What says how prunable parameters are trained. */
const ofTraining = ["gamma", "penalty", "costs", "offset", "alphaLearningRate"] as const satisfies readonly (keyof PruneOptions<ModelHead>)[];
/** What is of no use to a method that goes by those values. */
const idleFor = { alphas: [], slopes: ofTraining, none: [...ofTraining, "dimensions"] } as const;

type CheckedOptions = Pick<PruneOptions<ModelHead>, "alphaSteps" | "dimensions" | "finetuneSteps" | "method" | (typeof ofTraining)[number]>;

function requireOptions(options: CheckedOptions): void {
  const { alphaSteps, finetuneSteps, method = pruningMethods.schubert } = options;
  const bad = (problem: string): SchubertError => new SchubertError("schubert-prune/bad-option", `schubert-prune: ${problem}`);
  for (const [what, steps, least] of [["prunable parameters", alphaSteps, method.values === "none" ? 0 : 1], ["fine-tuning", finetuneSteps, 0]] as const) {
    if (!(Number.isSafeInteger(steps) && steps >= least)) throw bad(`the steps of ${what} in a round must be a whole number from ${least}, got ${steps}`);
  }
  if (options.dimensions?.length === 0) throw bad("pruning needs a dimension to cut, got none; name some of h, a, k, v, f");
  const idle = idleFor[method.values].find((name) => options[name] !== undefined);
  if (idle !== undefined) throw bad(`${idle} says nothing to the method ${method.name}, which trains no prunable parameters; leave it out`);
}

/** What the run depends on: a folder of another is not gone on with. */
function settingsOf<H extends ModelHead>(options: PruneOptions<H>, objective: PruningObjective, plan: readonly RoundTarget[]): Record<string, unknown> {
  const { model, task, method = pruningMethods.schubert, alphaSteps, finetuneSteps, seed = 0 } = options;
  return {
    task: task.settings, objective: { name: objective.name, settings: objective.settings }, rounds: plan.map(({ value }) => value), method: method.name, alphaSteps, finetuneSteps, seed,
    ...rankingSettings(options), startingParameters: fingerprint(model.parameters.flat),
  };
}

/** What of the options units are ranked by: of a method that reads few, those few. */
function rankingSettings(options: Omit<PruneOptions<ModelHead>, "model" | "task">): Record<string, unknown> {
  const { method = pruningMethods.schubert, dimensions: pruned = dimensions, penalty = l1(), costs = "objective", alphaSteps, gamma = "balanced", offset = true } = options;
  if (method.values === "none") return {};
  if (method.values === "slopes") return { dimensions: pruned };
  const { alphaLearningRate: learningRate = penalty.learningRate(alphaSteps) } = options;
  return { dimensions: pruned, alphas: { penalty: { name: penalty.name, ...penalty.settings }, costs, gamma, learningRate, offset } };
}
