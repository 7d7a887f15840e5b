import { type EncoderArch } from "@bort/arch";
import { type PruningObjective } from "./objective.js";
import { SchubertError } from "./schubert-error.js";
import { shownValue } from "./shown-value.js";

export interface FewestStepsOptions {
  readonly objective: PruningObjective;
  readonly target: number;
  /** All steps that there are. */
  readonly most: number;
  /** The network after some of them. Each step makes it smaller, or leaves it as it is. */
  readonly archAfter: (steps: number) => EncoderArch;
  /** What the steps cut, for an error. */
  readonly what: string;
}

/**
 * The fewest steps after which an objective meets its target, and its value then. It is evaluated about log2(most) times, and less often
 * where its resolution says that the value is close.
 *
 * @throws SchubertError `schubert-prune/unreachable-target`
 */
export async function fewestSteps({ objective, target, most, archAfter, what }: FewestStepsOptions): Promise<{ readonly steps: number; readonly value: number }> {
  const valueAfter = async (steps: number): Promise<number> => objective.measure(archAfter(steps));
  const now = await valueAfter(0);
  if (!(target < now)) throw unreachable(`must be below ${shownValue(now)} ${objective.unit}, what the network has, got ${shownValue(target)}; lower it`);
  let found = { steps: most, value: await valueAfter(most) };
  if (found.value > target) {
    throw unreachable(`must be at least ${shownValue(found.value)} ${objective.unit}, all that cutting ${what} reaches, got ${shownValue(target)}; raise it, or cut further dimensions`);
  }
  const close = target * (1 - objective.resolution);
  let tooFew = 0;
  while (found.steps - tooFew > 1 && found.value <= close) {
    const steps = (tooFew + found.steps) >> 1;
    const value = await valueAfter(steps);
    if (value <= target) found = { steps, value };
    else tooFew = steps;
  }
  return found;
}

const unreachable = (problem: string): SchubertError => new SchubertError("schubert-prune/unreachable-target", `schubert-prune: a target ${problem}`);
