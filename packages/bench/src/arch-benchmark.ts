import { parameterCount, presetNamed, schubertSpace, superShaperArch, superShaperSpace } from "@bort/arch";
import { BenchError } from "./bench-error.js";
import { requireCount } from "./require-count.js";
import { type Spread, spreadOf } from "./spread.js";

/** How many totals of `parameterCount` one core takes in a second. */
export interface ArchRate extends Spread {
  readonly subject: string;
}

export interface MeasureArchOptions {
  /** Times that each subject is measured. Default 9. */
  readonly repeats?: number;
  /** Milliseconds of one repeat, about. Default 200. */
  readonly repeatMs?: number;
}

/** What is counted, and the total of the i-th of its networks. */
interface Subject {
  readonly name: string;
  readonly total: (i: number) => number;
}

/**
 * Measures `parameterCount(arch).total` for a uniform network and for random 12-layer shapes of both papers, 64 of each in turn, whose
 * descriptions are made before; and a SuperShaper network from its shape to its total.
 *
 * The repeats of all subjects alternate, so that other work on the machine falls on each; throws `bench/bad-option`.
 */
export function measureArch({ repeats = 9, repeatMs = 200 }: MeasureArchOptions = {}): ArchRate[] {
  requireCount("repeats", repeats, 1);
  if (!(repeatMs > 0)) throw new BenchError("bench/bad-option", `bench: repeatMs must be above 0, got ${repeatMs}; take 200`);
  const runs = subjects().map((subject) => ({ subject, count: countFor(subject, repeatMs), rates: [] as number[] }));
  for (let repeat = 0; repeat < repeats; repeat++) for (const { subject, count, rates } of runs) rates.push(1000 * count / millisecondsOf(subject, count));
  return runs.map(({ subject, rates }) => ({ subject: subject.name, ...spreadOf(rates) }));
}

function subjects(): Subject[] {
  const bert = presetNamed("bert-base-uncased");
  const [shapes, dimensions] = [superShaperSpace(), schubertSpace()];
  const drawn = shapes.sample(0, 64);
  const shaped = drawn.map((shape) => shapes.arch(shape));
  const schubert = dimensions.sample(0, 64).map((point) => dimensions.arch(point));
  return [
    { name: "bert-base-uncased", total: () => parameterCount(bert).total },
    { name: "SuperShaper, 12 layers, merged", total: (i) => parameterCount(shaped[i % 64]!).total },
    { name: "schuBERT, 12 layers", total: (i) => parameterCount(schubert[i % 64]!).total },
    { name: "SuperShaper, from the shape", total: (i) => parameterCount(superShaperArch(drawn[i % 64]!)).total },
  ];
}

/** As many totals as fill a repeat; the search for them warms the code up. */
function countFor(subject: Subject, repeatMs: number): number {
  for (let count = 1024; ; count *= 2) {
    const elapsed = millisecondsOf(subject, count);
    if (elapsed >= repeatMs / 2) return Math.ceil(count * repeatMs / elapsed);
  }
}

function millisecondsOf({ name, total }: Subject, count: number): number {
  let sum = 0;
  const start = performance.now();
  for (let i = 0; i < count; i++) sum += total(i);
  const elapsed = performance.now() - start;
  if (!(sum > 0)) throw new Error(`bench: the totals of ${name} came to ${sum}`); // Reads the sum, so that no engine leaves the work out.
  return elapsed;
}
