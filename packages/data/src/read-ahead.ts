import { DataError } from "./data-error.js";
import type { SteppedBatches } from "./first-epoch.js";

/** How far to read ahead. */
export interface ReadAheadOptions {
  /** Batches to hold ready. Default 2. */
  readonly depth?: number;
}

/**
 * The same batches, with those of the next steps made before they are asked for, while this thread waits for an engine that computes on threads of its own.
 * A step that was not foreseen is made at once, so that every step gives what it gave before. On an engine that holds this thread nothing is gained or lost.
 * Throws `data/bad-option`.
 */
export function readAhead<Batches extends SteppedBatches<unknown>>(batches: Batches, { depth = 2 }: ReadAheadOptions = {}): Batches {
  if (!Number.isSafeInteger(depth) || depth < 1) throw new DataError("data/bad-option", `data: depth must be an integer of at least 1, got ${depth}`);
  const ready = new Map<number, unknown>();
  let last = -1; // The step that was asked for last.
  let scheduled = false;
  const schedule = (): void => {
    if (scheduled || ready.size === depth) return;
    scheduled = true;
    setImmediate(makeOne).unref();
  };
  const makeOne = (): void => {
    scheduled = false;
    let step = last + 1;
    while (ready.has(step)) step++;
    try {
      ready.set(step, batches.at(step));
    } catch {
      return; // When the step is asked for, it throws again: there is someone to tell then.
    }
    schedule();
  };
  return {
    ...batches,
    at(step: number) {
      const batch = ready.get(step) ?? batches.at(step);
      last = step;
      for (const held of ready.keys()) if (held <= step || held > step + depth) ready.delete(held);
      schedule();
      return batch;
    },
  };
}
