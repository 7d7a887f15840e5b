import { completedTrials } from "./completed-trials.js";
import { FptasError } from "./fptas-error.js";
import { rankTrials } from "./rank-trials.js";
import { type RepeatedOutcome, repeatedTrainings } from "./repeated-trainings.js";
import { requireCount } from "./require-count.js";
import { Screening } from "./screening.js";
import { searchExecutor } from "./search-executor.js";
import { type ProposalOutcome, type Round, type SearchStrategy } from "./search-strategy.js";
import { type SearchEvent, type SearchOptions, type SearchProgress, type SearchResult } from "./search.js";
import { type Selection } from "./select-candidates.js";
import { type MeasuredCandidate, type Proposal, type Trial, trialKey } from "./trial.js";
import { defaultErrorFloor, requireErrorFloor, requireMaximumPoint, wCoefficient } from "./w-coefficient.js";

/** A trial of the plan; its place there tells it from others. */
interface PlannedTrial {
  readonly proposal: Proposal;
  readonly candidate: MeasuredCandidate;
  /** One-based. */
  readonly index: number;
}

/**
 * Runs a search: screens what the strategy proposes, has the executor try it, and ranks what came of it. `complete` adds to the result what only some
 * searches have.
 *
 * @throws FptasError `fptas/bad-maximum-point`, `fptas/bad-error-floor`, `fptas/no-hyperparameters`, `fptas/bad-objective`, `fptas/other-search`,
 * `fptas/bad-executor`, `fptas/no-candidate`; what the objectives and the executor throw
 */
export async function* runSearch<Theta, Result extends SearchResult>(
  selection: Selection, strategy: SearchStrategy, options: SearchOptions<Theta>, complete: (result: SearchResult) => Result,
): AsyncGenerator<SearchEvent<Result>, Result, void> {
  requireMaximumPoint(options.maximumPoint);
  requireErrorFloor(options.errorFloor ?? defaultErrorFloor);
  requireHyperparameters(options.hyperparameters);
  requireCount(options.seeds ?? 1, "seeds");
  options.signal?.throwIfAborted();
  yield { type: "selected", ...selection };
  const search = new RunningSearch(selection, options);
  let round = strategy.next([]);
  while (round.done !== true) round = strategy.next(yield* search.tryRound(round.value));
  const extraction = complete(search.result());
  yield { type: "chosen", extraction };
  return extraction;
}

class RunningSearch<Theta> {
  readonly #signal: AbortSignal;
  readonly #screening: Screening<Theta>;
  /** Of an earlier run. */
  readonly #completed: ReadonlyMap<string, Trial>;
  /** By key, in the order of the plan: `undefined` until its outcome is known. */
  readonly #plan = new Map<string, Trial | undefined>();

  constructor(private readonly selection: Selection, private readonly options: SearchOptions<Theta>) {
    this.#signal = options.signal ?? new AbortController().signal;
    this.#screening = new Screening(options, this.#signal);
    this.#completed = completedTrials(selection.candidates, options);
  }

  /** Tries what is new in a round; returns the outcome of every proposal. */
  async *tryRound({ proposals, later }: Round): AsyncGenerator<SearchProgress, ProposalOutcome[], void> {
    yield* this.#screening.look(proposals.map(({ arch }) => arch));
    const planned = this.#planned(proposals);
    const of = this.#plan.size + later;
    const open: PlannedTrial[] = [];
    for (const each of planned) {
      const trial = this.#completed.get(trialKey(each.proposal));
      if (trial === undefined) open.push(each);
      else yield this.#conclude(each, trial, of, true);
    }
    if (open.length > 0) yield* this.#make(open, of);
    return proposals.map((proposal) => {
      const screened = this.#screening.of(proposal.arch);
      return "rejected" in screened ? screened.rejected : this.#plan.get(trialKey(proposal))!;
    });
  }

  result(): SearchResult {
    const trials = [...this.#plan.values()].filter((trial) => trial !== undefined);
    return rankTrials({ selection: this.selection, rejected: this.#screening.rejected, trials }, this.options);
  }

  #planned(proposals: readonly Proposal[]): PlannedTrial[] {
    return proposals.flatMap((proposal) => {
      const screened = this.#screening.of(proposal.arch);
      const key = trialKey(proposal);
      if ("rejected" in screened || this.#plan.has(key)) return [];
      this.#plan.set(key, undefined);
      return [{ proposal, candidate: screened.accepted, index: this.#plan.size }];
    });
  }

  #conclude({ proposal, index }: PlannedTrial, trial: Trial, of: number, resumed: boolean): SearchProgress {
    this.#plan.set(trialKey(proposal), trial);
    return { type: "trial", index, of, trial, resumed };
  }

  async *#make(open: readonly PlannedTrial[], of: number): AsyncGenerator<SearchProgress, void, void> {
    const { hyperparameters, executor = searchExecutor(this.options.objectives), seeds = 1 } = this.options;
    const plannedAt = new Map(open.map((each) => [each.index, each]));
    const requests = open.map(({ index, proposal }) => ({ index, ...proposal, theta: hyperparameters[proposal.theta]! }));
    for await (const report of repeatedTrainings(executor, requests, { seeds, signal: this.#signal })) {
      const planned = plannedAt.get(report.index)!;
      const { arch, theta } = planned.proposal;
      if (report.type === "progress") yield { of, arch, theta, ...report, type: "step" };
      else yield this.#conclude(planned, this.#trial(planned, report), of, false);
    }
  }

  #trial({ proposal, candidate }: PlannedTrial, outcome: RepeatedOutcome): Trial {
    const { seconds, observations } = outcome;
    const tried = { ...candidate, ...proposal, seconds, ...(observations.length > 0 && { observations }) };
    if (outcome.type === "failed") return { status: "failed", ...tried, reason: outcome.reason };
    const { errors } = outcome;
    const error = errors.reduce((sum, each) => sum + each, 0) / errors.length;
    const { maximumPoint, errorFloor = defaultErrorFloor } = this.options;
    const coefficient = wCoefficient({ ...candidate, error }, maximumPoint, { errorFloor });
    return coefficient.status === "scored"
      ? { status: "scored", ...tried, error, w: coefficient.w, ...(errors.length > 1 && { errors }) }
      : { status: "failed", ...tried, reason: coefficient.reason };
  }
}

/** @throws FptasError `fptas/no-hyperparameters` */
export function requireHyperparameters(hyperparameters: readonly unknown[]): void {
  if (hyperparameters.length > 0) return;
  throw new FptasError("fptas/no-hyperparameters", "fptas: a search needs at least one hyperparameter set, got none; give the one to train with");
}
