import { type Backend } from "@bort/graph";
import { type Model, type ModelHead, adamW } from "@bort/nn";
import { alphaTrainer } from "./alpha-trainer.js";
import { alphaName } from "./fold-alphas.js";
import { mappedEvents } from "./mapped-events.js";
import { type PruningTask } from "./pruning-task.js";
import { SchubertError } from "./schubert-error.js";
import { type UnitValues, type UnitVector } from "./unit-vectors.js";

export interface UnitSlopesOptions<H extends ModelHead> {
  readonly backend: Backend;
  readonly model: Model<H>;
  readonly task: PruningTask<H>;
  readonly vectors: readonly UnitVector[];
  /** How many batches are read, 1 or more. */
  readonly batches: number;
  /** The first of them. Default 0. */
  readonly firstBatch?: number;
  /** Told after each batch how many are read. */
  readonly onBatch?: (read: number) => void;
  readonly signal?: AbortSignal;
}

/** How the loss of a network depends on each unit, to first order, where all prunable parameters are one. */
export interface UnitSlopes {
  /** Mean of dL / d alpha over the batches: what the loss rises by if the unit grows, and falls by if it goes. */
  readonly mean: UnitValues;
  /** Mean of |dL / d alpha|: how much the loss depends on the unit, whichever way (Michel et al. 2019, eq. 2, by batches). */
  readonly magnitude: UnitValues;
}

/** The slopes of the task's loss by prunable parameters of one, over some batches; nothing is trained. @throws SchubertError `schubert-prune/bad-option` for no batches */
export async function unitSlopes<H extends ModelHead>({ onBatch, ...options }: UnitSlopesOptions<H>): Promise<UnitSlopes> {
  const untold = mappedEvents<number, never, UnitSlopes>(unitSlopesByBatch(options), (read) => {
    onBatch?.(read);
    return [];
  });
  return (await untold.next()).value; // The result, because no event comes before it.
}

/** The same, which gives after each batch how many are read. */
export async function* unitSlopesByBatch<H extends ModelHead>(
  { backend, model, task, vectors, batches, firstBatch = 0, signal }: Omit<UnitSlopesOptions<H>, "onBatch">,
): AsyncGenerator<number, UnitSlopes> {
  if (!(Number.isSafeInteger(batches) && batches >= 1)) throw new SchubertError("schubert-prune/bad-option", `schubert-prune: slopes need batches, a whole number from 1, got ${batches}`);
  const zeros = (): Record<string, Float32Array> => Object.fromEntries(vectors.map(({ name, size }) => [name, new Float32Array(size)]));
  const [mean, magnitude] = [zeros(), zeros()];
  const trainer = await alphaTrainer({ backend, model, task, vectors, optimizer: adamW(), initial: 1, gate: (trained) => trained });
  const { layout } = trainer.state.parameters;
  try {
    for (let i = 0; i < batches; i++) {
      signal?.throwIfAborted();
      const { feeds, length } = task.batch(firstBatch + i, model);
      await trainer.differentiate(feeds, length);
      for (const { name, size } of vectors) {
        const slopes = trainer.gradient.subarray(layout.offsetOf(alphaName(name)));
        for (let unit = 0; unit < size; unit++) {
          mean[name]![unit]! += slopes[unit]! / batches;
          magnitude[name]![unit]! += Math.abs(slopes[unit]!) / batches;
        }
      }
      yield i + 1;
    }
  } finally {
    await trainer.dispose();
  }
  return { mean, magnitude };
}
