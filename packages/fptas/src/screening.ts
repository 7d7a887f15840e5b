import { type ArchTuple, formatTuple } from "@bort/arch";
import { FptasError } from "./fptas-error.js";
import { type SearchOptions, type SearchProgress } from "./search.js";
import { type MeasuredCandidate, type RejectedCandidate } from "./trial.js";
import { rejectionOf, requireMeasurement } from "./w-coefficient.js";

type CountedCandidate = Omit<MeasuredCandidate, "latencyMs">;
type Screened = { readonly accepted: MeasuredCandidate } | { readonly rejected: RejectedCandidate };

/** Parts candidates at the maximum point, by parameters first: what is too large is not measured. Each candidate is looked at once. */
export class Screening<Theta> {
  readonly #screened = new Map<string, Screened>();
  readonly #latencies: Map<string, number>;

  constructor(private readonly options: SearchOptions<Theta>, private readonly signal: AbortSignal) {
    const { measured = [], completed = [] } = options;
    this.#latencies = new Map([...measured, ...completed].map(({ arch, latencyMs }) => [formatTuple(arch), latencyMs]));
  }

  /** Candidates that lie beyond the maximum point, in the order of finding. */
  get rejected(): RejectedCandidate[] {
    return [...this.#screened.values()].flatMap((screened) => ("rejected" in screened ? [screened.rejected] : []));
  }

  /** What is known of a candidate that was looked at. */
  of(arch: ArchTuple): Screened {
    return this.#screened.get(formatTuple(arch))!;
  }

  /** Looks at the candidates that are new. */
  async *look(archs: readonly ArchTuple[]): AsyncGenerator<SearchProgress, void, void> {
    const { maximumPoint, objectives } = this.options;
    const small: CountedCandidate[] = [];
    for (const [name, arch] of new Map(archs.map((each) => [formatTuple(each), each]))) {
      if (this.#screened.has(name)) continue;
      const parameters = requireMeasurement(objectives.parameters(arch), `the parameters of ${name}`);
      if (parameters <= maximumPoint.parameters) small.push({ arch, parameters });
      else yield this.#reject({ arch, parameters, reason: "more-parameters" });
    }
    for (const candidate of yield* this.#measure(small)) {
      const reason = rejectionOf(candidate, maximumPoint);
      if (reason === undefined) this.#screened.set(formatTuple(candidate.arch), { accepted: candidate });
      else yield this.#reject({ ...candidate, reason });
    }
  }

  #reject(candidate: RejectedCandidate): SearchProgress {
    this.#screened.set(formatTuple(candidate.arch), { rejected: candidate });
    return { type: "rejected", candidate };
  }

  /** Adds the latency to every candidate; those of an earlier run are taken over. */
  async *#measure(candidates: readonly CountedCandidate[]): AsyncGenerator<SearchProgress, MeasuredCandidate[], void> {
    const withLatency = (candidate: CountedCandidate): MeasuredCandidate => ({ ...candidate, latencyMs: this.#latencies.get(formatTuple(candidate.arch))! });
    const missing = candidates.filter(({ arch }) => !this.#latencies.has(formatTuple(arch)));
    if (missing.length > 0) {
      const fresh = await this.options.objectives.latenciesMs(missing.map(({ arch }) => arch), { signal: this.signal });
      this.signal.throwIfAborted();
      if (fresh.length !== missing.length) {
        throw new FptasError("fptas/bad-objective", `fptas: latenciesMs must give one latency per network, got ${fresh.length} for ${missing.length}; correct it`);
      }
      missing.forEach(({ arch }, index) => {
        const name = formatTuple(arch);
        this.#latencies.set(name, requireMeasurement(fresh[index]!, `the latency of ${name}`));
      });
      yield { type: "measured", candidates: missing.map(withLatency) };
    }
    return candidates.map(withLatency);
  }
}
