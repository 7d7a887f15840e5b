import { balanced, holdOut, random, roundedClass, type TextExample } from "@bort/data";
import { BenchError } from "../bench-error.js";
import { type AgoraSetting, type CellSize } from "./agora-setting.js";

/** Examples of a task that all arms of a comparison have. */
export interface Cell {
  readonly size: CellSize;
  readonly seed: number;
  /** Examples drawn, for D and E together. */
  readonly drawn: number;
  /** D before it is balanced. */
  readonly train: readonly TextExample[];
  /** E, balanced. */
  readonly evaluation: readonly TextExample[];
  /** |D| when it is balanced. */
  readonly examples: number;
  /** Passes of a training over its data. */
  readonly epochs: number;
}

/** Draws D and E for one seed; those of a smaller size are drawn for a larger one, too. @throws BenchError `bench/no-examples`; what `holdOut` throws */
export function drawCell(all: readonly TextExample[], size: CellSize, seed: number, setting: AgoraSetting): Cell {
  const drawn = size === "all" ? all : drawExamples(all, size, seed);
  const { rest: train, heldOut } = holdOut(drawn, setting.evaluationShare, seed);
  const examples = balanced(train, seed, roundedClass).length;
  return { size, seed, drawn: drawn.length, train, evaluation: balanced(heldOut, seed, roundedClass), examples, epochs: epochsFor(drawn.length, examples, setting) };
}

function epochsFor(drawn: number, examples: number, { student: { fewExamples, epochs, leastSteps }, batchSize }: AgoraSetting): number {
  return Math.max(drawn <= fewExamples ? 2 * epochs : epochs, Math.ceil(leastSteps / Math.ceil(examples / batchSize)));
}

/** So many examples, chosen at random, in the order that they had; those of a group stay together, and the last group may bring some too many. @throws BenchError `bench/no-examples` */
export function drawExamples(examples: readonly TextExample[], count: number, seed: number): readonly TextExample[] {
  if (count > examples.length) throw new BenchError("bench/no-examples", `bench: ${count} examples to draw need as many, got ${examples.length}; draw fewer`);
  const keyOf = ({ group }: TextExample, i: number): string => (group === undefined ? `example ${i}` : `group ${group}`);
  const sizes = new Map<string, number>();
  examples.forEach((example, i) => sizes.set(keyOf(example, i), (sizes.get(keyOf(example, i)) ?? 0) + 1));
  const chosen = new Set<string>();
  let drawn = 0;
  for (const key of random(seed, "draw").shuffle([...sizes.keys()])) {
    if (drawn >= count) break;
    chosen.add(key);
    drawn += sizes.get(key)!;
  }
  return examples.filter((example, i) => chosen.has(keyOf(example, i)));
}

/** The examples whose texts are in no E. */
export function withoutEvaluation(all: readonly TextExample[], cells: readonly Cell[]): readonly TextExample[] {
  const keyOf = ({ text, pair }: TextExample): string => JSON.stringify([text, pair]);
  const held = new Set(cells.flatMap(({ evaluation }) => evaluation.map(keyOf)));
  return all.filter((example) => !held.has(keyOf(example)));
}
