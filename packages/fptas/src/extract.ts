import { type ArchTuple, formatTuple } from "@bort/arch";
import { type TupleMeasure } from "./analytic-surrogates.js";
import { eventsDuring } from "./events-during.js";
import { FptasError } from "./fptas-error.js";
import { type Guarantee, guaranteeOf } from "./guarantee.js";
import { selectCandidates, type Selection } from "./select-candidates.js";
import { type FailedTrial, type MeasuredCandidate, type RejectedCandidate, type ScoredTrial, type Trial, trialKey } from "./trial.js";
import {
  defaultErrorFloor, type MaximumPoint, rejectionOf, requireErrorFloor, requireMaximumPoint, requireMeasurement, wCoefficient,
} from "./w-coefficient.js";

/** How far the training of one candidate has come. */
export interface TrainingStep {
  /** One-based. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

/** The three surrogates that a search trades off. A throw of any of them ends the search with that error. */
export interface Objectives<Theta> {
  /** p^; also asked about points that cannot be built, unless `filterFirst` or `orderBy` is set. */
  readonly parameters: TupleMeasure;
  /** i^ of each network, in milliseconds and in the order given; all in one call, so that measurements can be interleaved. */
  readonly latenciesMs: (archs: readonly ArchTuple[], context: { readonly signal: AbortSignal }) => Promise<readonly number[]>;
  /** e^ of a candidate freshly initialised and trained with `theta`: the mean loss on held-out data, 0 or more; NaN or infinite where training failed. */
  readonly error: (arch: ArchTuple, theta: Theta, context: ErrorContext) => Promise<number>;
  /** Norm at which `error` clips gradients, for the statement about the guarantee. Default: it is not known to clip. */
  readonly gradientClip?: number;
}

export interface ErrorContext {
  /** Aborts when the caller of the search aborts or leaves it. */
  readonly signal: AbortSignal;
  /** Reports progress; each call becomes a `step` event. */
  readonly onStep: (step: TrainingStep) => void;
}

export interface ExtractOptions<Theta> {
  /** The design space, for example a `gridSpace`; its points that cannot be built are never candidates. */
  readonly space: Iterable<ArchTuple>;
  /** T, measured as the candidates are. If it is a point of the space, it scores 0 at best. */
  readonly maximumPoint: MaximumPoint;
  /** The stride through the ordered space: an integer in [1, |Xi|]; 1 tries every point. */
  readonly epsilon: number;
  /** Theta, the outer loop: every candidate is tried with each set. */
  readonly hyperparameters: readonly Theta[];
  readonly objectives: Objectives<Theta>;
  /** What the space is ordered by. Default `objectives.parameters`. */
  readonly orderBy?: TupleMeasure;
  /** See {@link selectCandidates}. Default `epsilon - 1`. */
  readonly offset?: number;
  /** See {@link selectCandidates}. Default `false`. */
  readonly filterFirst?: boolean;
  /** Errors below this count as this. Default 1e-7. */
  readonly errorFloor?: number;
  /** Latencies of an earlier run of the same search, which are not measured again. Default: none. */
  readonly measured?: readonly MeasuredCandidate[];
  /** Trials of an earlier run of the same search, failed ones included, which are not repeated. Default: none. */
  readonly completed?: readonly Trial[];
  /** Stops the search: it throws the signal's reason, and a trial under way is not recorded. */
  readonly signal?: AbortSignal;
}

export type ExtractEvent =
  /** The candidates are known. */
  | ({ readonly type: "selected" } & Selection)
  /** A candidate lies beyond the maximum point and will not be trained. */
  | { readonly type: "rejected"; readonly candidate: RejectedCandidate }
  /** Latencies were measured in this run. */
  | { readonly type: "measured"; readonly candidates: readonly MeasuredCandidate[] }
  /** Trial `index` (one-based) `of` all reports progress. */
  | { readonly type: "step"; readonly index: number; readonly of: number; readonly arch: ArchTuple; readonly theta: number; readonly step: TrainingStep }
  /** Trial `index` (one-based) `of` all is known; `resumed` if an earlier run did it. */
  | { readonly type: "trial"; readonly index: number; readonly of: number; readonly trial: Trial; readonly resumed: boolean }
  /** The last event: what the search returns. */
  | { readonly type: "chosen"; readonly extraction: Extraction };

/** The outcome of a search: the architecture to train in full, and all that it was weighed against. */
export interface Extraction {
  /** The architecture of the largest W; on a tie the one tried first. It has been trained for the surrogate error only. */
  readonly chosen: ArchTuple;
  /** Zero-based index of the hyperparameter set with which it scored `w`. */
  readonly theta: number;
  readonly w: number;
  /** By W, largest first; the first is the chosen one. */
  readonly trials: readonly ScoredTrial[];
  readonly failed: readonly FailedTrial[];
  readonly rejected: readonly RejectedCandidate[];
  readonly maximumPoint: MaximumPoint;
  readonly epsilon: number;
  readonly errorFloor: number;
  /** |Xi|: points of the space that can be built. */
  readonly spaceSize: number;
  /** Which premises of the approximation theorem this run met, and the bound that is printed for them. */
  readonly guarantee: Guarantee;
}

/**
 * Searches a design space for the architecture of the largest W-coefficient: orders it by size, takes every epsilon-th point, leaves out those beyond the
 * maximum point, trains each of the rest briefly with each hyperparameter set, and chooses the maximum over (theta, xi).
 *
 * The trials are deterministic where the objectives are. Read the outcome from the last event or from the generator's return value.
 * Throws, besides what {@link selectCandidates} throws, `fptas/bad-maximum-point`, `fptas/bad-error-floor`, `fptas/no-hyperparameters`, `fptas/bad-objective`,
 * `fptas/other-search` where `completed` holds a trial that this search would not make, and `fptas/no-candidate` where no trial could be scored.
 * Source: de Wynter 2020 (arXiv 2010.08512); Bort, section 3.2.
 */
export async function* extract<Theta>(options: ExtractOptions<Theta>): AsyncGenerator<ExtractEvent, Extraction, void> {
  requireMaximumPoint(options.maximumPoint);
  requireErrorFloor(options.errorFloor ?? defaultErrorFloor);
  requireHyperparameters(options.hyperparameters);
  options.signal?.throwIfAborted();
  const points = [...options.space];
  const selection = select(points, options);
  yield { type: "selected", ...selection };
  const { accepted, rejected } = yield* screen(selection.candidates, options);
  const trials = yield* tryAll(accepted, options);
  const extraction = choose({ points, selection, rejected, trials }, options);
  yield { type: "chosen", extraction };
  return extraction;
}

function select<Theta>(points: readonly ArchTuple[], { epsilon, orderBy, offset, filterFirst, objectives }: ExtractOptions<Theta>): Selection {
  return selectCandidates(points, {
    epsilon,
    orderBy: orderBy ?? objectives.parameters,
    ...(offset === undefined ? {} : { offset }),
    ...(filterFirst === undefined ? {} : { filterFirst }),
  });
}

interface Screened {
  readonly accepted: readonly MeasuredCandidate[];
  readonly rejected: readonly RejectedCandidate[];
}

/** Parts the candidates at the maximum point, by parameters first: what is too large is not measured. `accepted` keeps the candidates' order. */
async function* screen<Theta>(candidates: readonly ArchTuple[], options: ExtractOptions<Theta>): AsyncGenerator<ExtractEvent, Screened, void> {
  const { maximumPoint, objectives } = options;
  const accepted: MeasuredCandidate[] = [];
  const rejected: RejectedCandidate[] = [];
  const reject = (candidate: RejectedCandidate): ExtractEvent => {
    rejected.push(candidate);
    return { type: "rejected", candidate };
  };
  const small: CountedCandidate[] = [];
  for (const arch of candidates) {
    const parameters = requireMeasurement(objectives.parameters(arch), `the parameters of ${formatTuple(arch)}`);
    if (parameters <= maximumPoint.parameters) small.push({ arch, parameters });
    else yield reject({ arch, parameters, reason: "more-parameters" });
  }
  for (const candidate of yield* measure(small, options)) {
    const reason = rejectionOf(candidate, maximumPoint);
    if (reason === undefined) accepted.push(candidate);
    else yield reject({ ...candidate, reason });
  }
  return { accepted, rejected };
}

type CountedCandidate = Omit<MeasuredCandidate, "latencyMs">;

/** Adds the latency to every candidate; those of an earlier run are taken over. */
async function* measure<Theta>(
  candidates: readonly CountedCandidate[],
  { objectives, measured = [], completed = [], signal = never }: ExtractOptions<Theta>,
): AsyncGenerator<ExtractEvent, MeasuredCandidate[], void> {
  const latencies = new Map([...measured, ...completed].map(({ arch, latencyMs }) => [formatTuple(arch), latencyMs]));
  const withLatency = (candidate: CountedCandidate): MeasuredCandidate => ({ ...candidate, latencyMs: latencies.get(formatTuple(candidate.arch))! });
  const missing = candidates.filter(({ arch }) => !latencies.has(formatTuple(arch)));
  if (missing.length > 0) {
    const fresh = await objectives.latenciesMs(missing.map(({ arch }) => arch), { signal });
    signal.throwIfAborted();
    if (fresh.length !== missing.length) {
      throw new FptasError("fptas/bad-objective", `fptas: latenciesMs must give one latency per network, got ${fresh.length} for ${missing.length}; correct it`);
    }
    missing.forEach(({ arch }, index) => {
      const name = formatTuple(arch);
      latencies.set(name, requireMeasurement(fresh[index]!, `the latency of ${name}`));
    });
    yield { type: "measured", candidates: missing.map(withLatency) };
  }
  return candidates.map(withLatency);
}

/** Makes every trial, the hyperparameter sets in the outer loop. */
async function* tryAll<Theta>(accepted: readonly MeasuredCandidate[], options: ExtractOptions<Theta>): AsyncGenerator<ExtractEvent, Trial[], void> {
  const plan = options.hyperparameters.flatMap((_, theta) => accepted.map((candidate) => ({ candidate, theta })));
  const known = completedTrials(accepted, options);
  const trials: Trial[] = [];
  for (const { candidate, theta } of plan) {
    const index = trials.length + 1;
    const earlier = known.get(trialKey({ arch: candidate.arch, theta }));
    const trial = earlier ?? (yield* makeTrial(candidate, theta, { index, of: plan.length }, options));
    trials.push(trial);
    yield { type: "trial", index, of: plan.length, trial, resumed: earlier !== undefined };
  }
  return trials;
}

async function* makeTrial<Theta>(
  candidate: MeasuredCandidate,
  theta: number,
  place: { readonly index: number; readonly of: number },
  { hyperparameters, objectives, maximumPoint, errorFloor = defaultErrorFloor, signal = never }: ExtractOptions<Theta>,
): AsyncGenerator<ExtractEvent, Trial, void> {
  signal.throwIfAborted();
  const { arch } = candidate;
  const started = performance.now();
  const error = yield* eventsDuring<ExtractEvent, number>((emit, running) => objectives.error(arch, hyperparameters[theta]!, {
    signal: running,
    onStep: (step) => emit({ type: "step", ...place, arch, theta, step }),
  }), signal);
  const seconds = (performance.now() - started) / 1000;
  const coefficient = wCoefficient({ ...candidate, error }, maximumPoint, { errorFloor });
  return coefficient.status === "scored"
    ? { status: "scored", ...candidate, theta, error, w: coefficient.w, seconds }
    : { status: "failed", ...candidate, theta, reason: coefficient.reason, seconds };
}

/** The trials of an earlier run by their key; each must be one that this search would make and score alike. */
function completedTrials<Theta>(
  accepted: readonly MeasuredCandidate[],
  { completed = [], hyperparameters, maximumPoint, errorFloor = defaultErrorFloor }: ExtractOptions<Theta>,
): ReadonlyMap<string, Trial> {
  const parametersOf = new Map(accepted.map(({ arch, parameters }) => [formatTuple(arch), parameters]));
  const scoredAlike = (trial: ScoredTrial): boolean => {
    const coefficient = wCoefficient(trial, maximumPoint, { errorFloor });
    return coefficient.status === "scored" && coefficient.w === trial.w;
  };
  for (const trial of completed) {
    const planned = trial.theta in hyperparameters && parametersOf.get(formatTuple(trial.arch)) === trial.parameters;
    if (planned && (trial.status === "failed" || scoredAlike(trial))) continue;
    throw new FptasError("fptas/other-search",
      `fptas: completed trials must be of this search, got ${formatTuple(trial.arch)} with hyperparameter set ${trial.theta}, which it ${
        planned ? "would score otherwise" : "would not try"}; start afresh or restore the settings`);
  }
  return new Map(completed.map((trial) => [trialKey(trial), trial]));
}

interface Outcome {
  readonly points: readonly ArchTuple[];
  readonly selection: Selection;
  readonly rejected: readonly RejectedCandidate[];
  readonly trials: readonly Trial[];
}

function choose<Theta>({ points, selection, rejected, trials }: Outcome, options: ExtractOptions<Theta>): Extraction {
  const { maximumPoint, epsilon, errorFloor = defaultErrorFloor, objectives } = options;
  const ranked = trials.filter((trial) => trial.status === "scored").sort((a, b) => b.w - a.w); // Stable: ties stay in the order of trial.
  const failed = trials.filter((trial) => trial.status === "failed");
  const best = ranked[0];
  if (best === undefined) throw noCandidate(selection, rejected, failed);
  return {
    chosen: best.arch,
    theta: best.theta,
    w: best.w,
    trials: ranked,
    failed,
    rejected,
    maximumPoint,
    epsilon,
    errorFloor,
    spaceSize: selection.spaceSize,
    guarantee: guaranteeOf({
      epsilon,
      depths: points.map(([depth]) => depth),
      rejected: rejected.length,
      ...(objectives.gradientClip === undefined ? {} : { gradientClip: objectives.gradientClip }),
    }),
  };
}

function noCandidate({ candidates, dropped }: Selection, rejected: readonly RejectedCandidate[], failed: readonly FailedTrial[]): FptasError {
  const count = (reason: RejectedCandidate["reason"]): number => rejected.filter((candidate) => candidate.reason === reason).length;
  const why = [
    [dropped, "positions hold heads that do not divide the hidden size", "set filterFirst"],
    [count("more-parameters"), "have more parameters than the maximum point", "take a larger one"],
    [count("slower"), "are slower than the maximum point", "check how it was measured"],
    [failed.length, `trials failed, the first because ${failed[0]?.reason}`, "lower the learning rate"],
  ] as const;
  const found = why.filter(([number]) => number > 0);
  return new FptasError("fptas/no-candidate", `fptas: a search needs a candidate that can be scored, got none of ${candidates.length}: ${
    found.map(([number, what]) => `${number} ${what}`).join(", ")}; ${found.map(([, , advice]) => advice).join(", ")}`);
}

function requireHyperparameters(hyperparameters: readonly unknown[]): void {
  if (hyperparameters.length > 0) return;
  throw new FptasError("fptas/no-hyperparameters", "fptas: a search needs at least one hyperparameter set, got none; give the one to train with");
}

/** The signal of a search that nobody stops. */
const never: AbortSignal = new AbortController().signal;
