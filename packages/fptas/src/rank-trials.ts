import { FptasError } from "./fptas-error.js";
import { type SearchOptions, type SearchResult } from "./search.js";
import { type Selection } from "./select-candidates.js";
import { type FailedTrial, type RejectedCandidate, type Trial } from "./trial.js";
import { defaultErrorFloor } from "./w-coefficient.js";

/** All that a search has found out. */
export interface Findings {
  readonly selection: Selection;
  readonly rejected: readonly RejectedCandidate[];
  /** In the order of the plan. */
  readonly trials: readonly Trial[];
}

/** Ranks the trials and names the best; @throws FptasError `fptas/no-candidate` where none could be scored. */
export function rankTrials<Theta>({ selection, rejected, trials }: Findings, { maximumPoint, errorFloor = defaultErrorFloor }: SearchOptions<Theta>): SearchResult {
  const failed = trials.filter((trial) => trial.status === "failed");
  const scored = trials.filter((trial) => trial.status === "scored");
  const ranked = scored.sort((a, b) => (b.steps ?? 0) - (a.steps ?? 0) || b.w - a.w); // Stable: ties stay in the order of the plan.
  const best = ranked[0];
  if (best === undefined) throw noCandidate(selection, rejected, failed);
  return { chosen: best.arch, theta: best.theta, w: best.w, trials: ranked, failed, rejected, maximumPoint, errorFloor, spaceSize: selection.spaceSize };
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
