import { DataError } from "../data-error.js";
import { random } from "../random.js";
import { type TextExample } from "./text-task.js";

/** Two parts of a set of examples, each in the order that they had. */
export interface HeldOut {
  readonly rest: readonly TextExample[];
  readonly heldOut: readonly TextExample[];
}

/**
 * Holds a share of the examples out, chosen at random: about that share of each label. Examples of a group stay together.
 * Throws `data/bad-option` for a share that leaves one of the parts empty.
 */
export function holdOut(examples: readonly TextExample[], share: number, seed: number): HeldOut {
  const units = new Map<string, TextExample[]>();
  examples.forEach((example, i) => {
    const key = example.group === undefined ? `example ${i}` : `group ${example.group}`;
    append(units, key, example);
  });
  const byLabel = new Map<string, TextExample[][]>();
  for (const unit of units.values()) {
    const label = unit[0]!.group === undefined ? (unit[0]!.label ?? "") : "";
    append(byLabel, label, unit);
  }
  const isShare = share > 0 && share < 1;
  const chosen = new Set(!isShare ? [] : [...byLabel].flatMap(([label, same]) => random(seed, "hold-out", label).shuffle(same).slice(0, Math.round(share * same.length)).flat()));
  const parts = { rest: examples.filter((example) => !chosen.has(example)), heldOut: examples.filter((example) => chosen.has(example)) };
  if (parts.rest.length > 0 && parts.heldOut.length > 0) return parts;
  throw new DataError("data/bad-option", `data: the share to hold out must leave both parts an example, got ${share} of ${examples.length}; give another, above 0 and below 1`);
}

function append<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
