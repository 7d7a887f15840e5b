import { agora } from "./agora.js";
import { AgoraError } from "./agora-error.js";
import { type AgoraEvent, type AgoraResult } from "./agora-events.js";
import { type AgoraOptions, type Tau } from "./agora-options.js";
import { type HyperparameterSet } from "./hyperparameter-sets.js";

/** Those of {@link agora} that say something to trainings on the same data. */
export interface PlainFineTuningOptions<Theta extends HyperparameterSet, Progress>
  extends Pick<AgoraOptions<Theta, Progress>, "balance" | "completed" | "evaluation" | "executor" | "hyperparameters" | "onDiscard" | "seed" | "signal" | "train"> {
  /** How many trainings; beyond |Theta|, the sets come again with other seeds, which they must have. Default: |Theta|. */
  readonly trainings?: number;
}

/**
 * What Agora is compared with: trains Timaeus on D with one set after another and keeps the best on E; one round without an end of its own, so that it costs
 * what it is given.
 *
 * @throws AgoraError `agora/bad-option`; what {@link agora} throws
 */
export function plainFineTuning<Theta extends HyperparameterSet, Progress>(
  { trainings, ...options }: PlainFineTuningOptions<Theta, Progress>,
): AsyncGenerator<AgoraEvent<Theta, Progress>, AgoraResult<Theta>, void> {
  return agora({ ...options, hyperparameters: repeatedSets(options.hyperparameters, trainings ?? options.hyperparameters.length), rounds: 1, tau: nothing, socrates: async (examples) => examples });
}

/** Makes nothing of anything. */
const nothing: Tau = { name: "none", transform: async (examples) => examples.map(() => undefined) };

/** So many sets: those of Theta in their order, again and again, each time with seeds that no set has had. */
function repeatedSets<Theta extends HyperparameterSet>(sets: readonly Theta[], count: number): readonly Theta[] {
  if (!Number.isSafeInteger(count) || count < 1) throw new AgoraError("agora/bad-option", `agora: the trainings must be a whole number from 1, got ${count}`);
  if (count <= sets.length) return sets.slice(0, count);
  const seeds = sets.map(({ seed }) => seed);
  const span = 1 + Math.max(...seeds.map(Number));
  if (!seeds.every((seed) => Number.isSafeInteger(seed))) {
    throw new AgoraError("agora/bad-option", `agora: more trainings than the ${sets.length} sets need sets with a seed, a whole number, got ${count} trainings; give no more than there are sets`);
  }
  return Array.from({ length: count }, (_, i): Theta => {
    const set = sets[i % sets.length]!;
    return { ...set, seed: Number(set["seed"]) + span * Math.floor(i / sets.length) };
  });
}
