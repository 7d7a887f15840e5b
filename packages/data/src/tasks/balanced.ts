import { random } from "../random.js";
import { type TextExample } from "./text-task.js";

/** As many examples of each label as the rarest has, chosen at random, in the order that they had (Bort section 5.2). */
export function balanced(examples: readonly TextExample[], seed: number): readonly TextExample[] {
  const byLabel = new Map<string | undefined, TextExample[]>();
  for (const example of examples) {
    const same = byLabel.get(example.label);
    if (same === undefined) byLabel.set(example.label, [example]);
    else same.push(example);
  }
  const fewest = Math.min(...[...byLabel.values()].map((same) => same.length));
  const kept = new Set([...byLabel].flatMap(([label, same]) => random(seed, "balanced", label ?? "").shuffle(same).slice(0, fewest)));
  return examples.filter((example) => kept.has(example));
}
