import { type ArchTuple } from "@bort/arch";
import { type TupleMeasure } from "./analytic-surrogates.js";
import { type Certificate, certificateOf } from "./certificate.js";
import { everyProposal, tryAll } from "./proposals.js";
import { runSearch } from "./run-search.js";
import { type SearchEvent, type SearchOptions, type SearchResult } from "./search.js";
import { canBeBuilt, selectCandidates, type Selection } from "./select-candidates.js";

export interface ExtractOptions<Theta> extends SearchOptions<Theta> {
  /** The stride through the ordered space: an integer in [1, |Xi|]; 1 tries every point. */
  readonly epsilon: number;
  /** What the space is ordered by. Default `objectives.parameters`. */
  readonly orderBy?: TupleMeasure;
  /** See {@link selectCandidates}. Default `epsilon - 1`. */
  readonly offset?: number;
  /** See {@link selectCandidates}. Default `false`. */
  readonly filterFirst?: boolean;
}

/** The outcome of the FPTAS. */
export interface Extraction extends SearchResult {
  readonly epsilon: number;
  /** Which premises of the approximation theorem this run met, the bounds that are printed for them, and what the search cost. */
  readonly certificate: Certificate;
}

export type ExtractEvent = SearchEvent<Extraction>;

/**
 * Searches a design space for the architecture of the largest W-coefficient: orders it by size, takes every epsilon-th point, leaves out those beyond the
 * maximum point, trains each of the rest briefly with each hyperparameter set, and chooses the maximum over (theta, xi).
 *
 * The trials are deterministic where the objectives are. Read the outcome from the last event or from the generator's return value.
 * Throws, besides what {@link selectCandidates} throws, `fptas/bad-maximum-point`, `fptas/bad-error-floor`, `fptas/no-hyperparameters`, `fptas/bad-objective`,
 * `fptas/other-search` where `completed` holds a trial that this search would not make, `fptas/bad-executor`, and `fptas/no-candidate` where no trial could
 * be scored.
 * Source: de Wynter 2020 (arXiv 2010.08512); Bort, section 3.2.
 */
export async function* extract<Theta>(options: ExtractOptions<Theta>): AsyncGenerator<ExtractEvent, Extraction, void> {
  const { epsilon, hyperparameters } = options;
  const points = [...options.space];
  const selection = select(points, options);
  return yield* runSearch(selection, tryAll(everyProposal(selection.candidates, hyperparameters.length)), options, (result): Extraction =>
    ({ ...result, epsilon, certificate: certify(result, points, options) }));
}

function certify<Theta>(result: SearchResult, points: readonly ArchTuple[], { epsilon, hyperparameters, seeds = 1, objectives: { gradientClip, training } }: ExtractOptions<Theta>): Certificate {
  return certificateOf({
    space: points.filter(canBeBuilt), epsilon, hyperparameterSets: hyperparameters.length, seeds, maximumPoint: result.maximumPoint,
    rejected: result.rejected.length, trials: [...result.trials, ...result.failed],
    ...(gradientClip !== undefined && { gradientClip }),
    ...(training !== undefined && { training }),
  });
}

function select<Theta>(points: readonly ArchTuple[], { epsilon, orderBy, offset, filterFirst, objectives }: ExtractOptions<Theta>): Selection {
  return selectCandidates(points, {
    epsilon,
    orderBy: orderBy ?? objectives.parameters,
    ...(offset === undefined ? {} : { offset }),
    ...(filterFirst === undefined ? {} : { filterFirst }),
  });
}
