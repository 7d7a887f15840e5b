import { type ArchTuple, formatTuple } from "@bort/arch";
import { FptasError } from "./fptas-error.js";
import { type SearchOptions } from "./search.js";
import { type ScoredTrial, type Trial, trialKey } from "./trial.js";
import { defaultErrorFloor, rejectionOf, wCoefficient } from "./w-coefficient.js";

/**
 * The trials of an earlier run by their key; each must be one that a search among `candidates` might make, and would score alike.
 *
 * @throws FptasError `fptas/other-search`
 */
export function completedTrials<Theta>(
  candidates: readonly ArchTuple[], { completed = [], objectives, hyperparameters, maximumPoint, errorFloor = defaultErrorFloor, seeds = 1 }: SearchOptions<Theta>,
): ReadonlyMap<string, Trial> {
  const names = new Set(candidates.map(formatTuple));
  const mightBeTried = ({ arch, theta, parameters, latencyMs }: Trial): boolean =>
    theta in hyperparameters && names.has(formatTuple(arch)) && objectives.parameters(arch) === parameters
    && rejectionOf({ parameters, latencyMs }, maximumPoint) === undefined;
  const scoredAlike = (trial: ScoredTrial): boolean => {
    const coefficient = wCoefficient(trial, maximumPoint, { errorFloor });
    return coefficient.status === "scored" && coefficient.w === trial.w && (trial.errors?.length ?? 1) === seeds;
  };
  for (const trial of completed) {
    const possible = mightBeTried(trial);
    if (possible && (trial.status === "failed" || scoredAlike(trial))) continue;
    throw new FptasError("fptas/other-search",
      `fptas: completed trials must be of this search, got ${formatTuple(trial.arch)} with hyperparameter set ${trial.theta}, which it ${
        possible ? "would score otherwise" : "would not try"}; start afresh or restore the settings`);
  }
  return new Map(completed.map((trial) => [trialKey(trial), trial]));
}
