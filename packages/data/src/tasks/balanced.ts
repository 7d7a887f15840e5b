import { random } from "../random.js";
import { type TextExample } from "./text-task.js";

/**
 * As many examples of each class as the rarest has, chosen at random, in the order that they had (Bort section 5.2). An example's class is its label, unless
 * `classOf` says otherwise, as `roundedClass` does for examples with values.
 */
export function balanced(
  examples: readonly TextExample[], seed: number, classOf: (example: TextExample) => string | undefined = ({ label }) => label,
): readonly TextExample[] {
  const byClass = new Map<string | undefined, TextExample[]>();
  for (const example of examples) {
    const name = classOf(example);
    const same = byClass.get(name);
    if (same === undefined) byClass.set(name, [example]);
    else same.push(example);
  }
  const fewest = Math.min(...[...byClass.values()].map((same) => same.length));
  const kept = new Set([...byClass].flatMap(([name, same]) => random(seed, "balanced", name ?? "").shuffle(same).slice(0, fewest)));
  return examples.filter((example) => kept.has(example));
}
