import { completedTrials } from "./completed-trials.js";
import { FptasError } from "./fptas-error.js";
import { inProcessExecutor } from "./in-process-executor.js";
import { rankTrials } from "./rank-trials.js";
import { Screening } from "./screening.js";
import { type ProposalOutcome, type Round, type SearchStrategy } from "./search-strategy.js";
import { type SearchEvent, type SearchOptions, type SearchProgress, type SearchResult } from "./search.js";
import { type Selection } from "./select-candidates.js";
import { type TrialOutcome, type TrialRequest } from "./trial-executor.js";
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
    const waiting = new Map(open.map((each) => [each.index, each]));
    const { executor = inProcessExecutor(this.options.objectives) } = this.options;
    for await (const report of executor.run(open.map((each) => this.#request(each)), { signal: this.#signal })) {
      this.#signal.throwIfAborted();
      const planned = waiting.get(report.id);
      if (planned === undefined) throw new FptasError("fptas/bad-executor", `fptas: an executor must report of trials under way, got trial ${report.id}; correct it`);
      const { index, proposal: { arch, theta } } = planned;
      if (report.type === "progress") yield { type: "step", index, of, arch, theta, step: report.step };
      else {
        waiting.delete(report.id);
        yield this.#conclude(planned, this.#trial(planned, report), of, false);
      }
    }
    this.#signal.throwIfAborted();
    if (waiting.size > 0) {
      throw new FptasError("fptas/bad-executor", `fptas: an executor must give an outcome for every trial, got ${open.length - waiting.size} for ${open.length}; correct it`);
    }
  }

  #request({ proposal: { arch, theta, steps }, index }: PlannedTrial): TrialRequest<Theta> {
    return { id: index, arch, theta: this.options.hyperparameters[theta]!, ...(steps !== undefined && { steps }) };
  }

  #trial({ proposal, candidate }: PlannedTrial, outcome: TrialOutcome): Trial {
    const { seconds } = outcome;
    const tried = { ...candidate, ...proposal };
    if (outcome.type === "failed") return { status: "failed", ...tried, reason: outcome.reason, seconds };
    const { error } = outcome;
    const { maximumPoint, errorFloor = defaultErrorFloor } = this.options;
    const coefficient = wCoefficient({ ...candidate, error }, maximumPoint, { errorFloor });
    return coefficient.status === "scored"
      ? { status: "scored", ...tried, error, w: coefficient.w, seconds }
      : { status: "failed", ...tried, reason: coefficient.reason, seconds };
  }
}

function requireHyperparameters(hyperparameters: readonly unknown[]): void {
  if (hyperparameters.length > 0) return;
  throw new FptasError("fptas/no-hyperparameters", "fptas: a search needs at least one hyperparameter set, got none; give the one to train with");
}
