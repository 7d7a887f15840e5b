import { type TrialOutcome } from "@bort/trials";
import { FptasError } from "./fptas-error.js";
import { type TrainingStep } from "./objectives.js";
import { type SearchExecutor, type TrainingTask } from "./search-executor.js";
import { type StepObservation } from "./step-observation.js";
import { unrankable } from "./w-coefficient.js";

/** A trial to make with every seed. */
export interface RepeatedRequest<Theta> extends Omit<TrainingTask<Theta>, "seed"> {
  /** One-based and unique within a search. */
  readonly index: number;
}

interface Tried {
  readonly index: number;
  /** All seeds together. */
  readonly seconds: number;
  readonly observations: readonly StepObservation[];
}

/** What became of a trial: its errors, seed by seed, or why it has none, in words that follow "because". */
export type RepeatedOutcome = Tried & ({ readonly type: "finished"; readonly errors: readonly number[] } | { readonly type: "failed"; readonly reason: string });

export type RepeatedReport =
  | { readonly type: "progress"; readonly index: number; readonly seed?: number; readonly step: TrainingStep }
  | RepeatedOutcome;

export interface RepeatedOptions {
  /** Trainings of a trial. */
  readonly seeds: number;
  readonly signal: AbortSignal;
}

/**
 * Has an executor make every training of every trial, and puts a trial's trainings together once all of them have ended.
 *
 * @throws FptasError `fptas/bad-executor` for a report of no training under way, or for an outcome that is missing; what the executor throws
 */
export async function* repeatedTrainings<Theta>(
  executor: SearchExecutor<Theta>, trials: readonly RepeatedRequest<Theta>[], { seeds, signal }: RepeatedOptions,
): AsyncGenerator<RepeatedReport, void, void> {
  const several = seeds > 1;
  const underWay = new Map(trials.flatMap((trial) => trainingsOf(trial, seeds)).map((training) => [training.id, training]));
  const requests = [...underWay.values()].map(({ id, seed, trial: { request: { arch, theta, steps } } }) =>
    ({ id, task: { arch, theta, ...(steps !== undefined && { steps }), ...(several && { seed }) } }));
  const count = requests.length;
  for await (const report of executor.run(requests, { signal })) {
    signal.throwIfAborted();
    const training = underWay.get(report.id);
    if (training === undefined) throw new FptasError("fptas/bad-executor", `fptas: an executor must report of trials under way, got trial ${report.id}; correct it`);
    const { trial, seed } = training;
    if (report.type === "progress") {
      const { progress: step } = report;
      if (step.observation !== undefined) trial.observations[seed]!.push(step.observation);
      yield { type: "progress", index: trial.request.index, ...(several && { seed }), step };
    } else {
      underWay.delete(report.id);
      trial.outcomes[seed] = rankable(report);
      if (++trial.ended === seeds) yield outcomeOf(trial);
    }
  }
  signal.throwIfAborted();
  if (underWay.size > 0) {
    throw new FptasError("fptas/bad-executor", `fptas: an executor must give an outcome for every trial, got ${count - underWay.size} for ${count}; correct it`);
  }
}

/** The outcome of a training; one whose error cannot be ranked has failed. */
function rankable(outcome: TrialOutcome<number>): TrialOutcome<number> {
  if (outcome.type === "failed" || Number.isFinite(outcome.result)) return outcome;
  return { type: "failed", id: outcome.id, reason: unrankable(outcome.result), seconds: outcome.seconds };
}

/** A trial and what its seeds have shown so far. */
interface OpenTrial<Theta> {
  readonly request: RepeatedRequest<Theta>;
  readonly outcomes: TrialOutcome<number>[];
  readonly observations: StepObservation[][];
  /** Trainings that have ended. */
  ended: number;
}

interface Training<Theta> {
  readonly id: number;
  readonly seed: number;
  readonly trial: OpenTrial<Theta>;
}

function trainingsOf<Theta>(request: RepeatedRequest<Theta>, seeds: number): Training<Theta>[] {
  const trial: OpenTrial<Theta> = { request, outcomes: [], observations: Array.from({ length: seeds }, () => []), ended: 0 };
  return Array.from({ length: seeds }, (_, seed) => ({ id: (request.index - 1) * seeds + seed + 1, seed, trial }));
}

function outcomeOf<Theta>({ request: { index }, outcomes, observations }: OpenTrial<Theta>): RepeatedOutcome {
  const tried = { index, seconds: outcomes.reduce((sum, { seconds }) => sum + seconds, 0), observations: observations.flat() };
  const failed = outcomes.findIndex(({ type }) => type === "failed");
  const outcome = outcomes[failed];
  if (outcome?.type === "failed") {
    return { type: "failed", ...tried, reason: outcomes.length === 1 ? outcome.reason : `with seed ${failed + 1} of ${outcomes.length} ${outcome.reason}` };
  }
  return { type: "finished", ...tried, errors: outcomes.flatMap((each) => (each.type === "finished" ? each.result : [])) };
}
