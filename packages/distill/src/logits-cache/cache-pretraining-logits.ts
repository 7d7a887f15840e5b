import { type PretrainOptions, phaseSteps } from "@bort/nn";
import { join } from "node:path";
import { DistillError } from "../distill-error.js";
import { type CachedEvent, type CacheTeacherLogitsOptions, cacheTeacherLogits, checkCache } from "./cache-teacher-logits.js";
import { cachedLengths, shapeFolder } from "./logits-cache-set.js";

/** A teacher, the batches of a run as `pretrain` takes them, and how to keep the logits. */
export interface CachePretrainingLogitsOptions
  extends Omit<CacheTeacherLogitsOptions, "batches" | "start">, Pick<PretrainOptions, "curriculum" | "steps" | "accumulate"> {}

/**
 * Runs a teacher over every batch of a pre-training, as {@link cacheTeacherLogits} does, and keeps a cache for each phase of its curriculum in `folder`, to
 * be opened by `openLogitsCaches`. Events count the batches of all phases; it returns how many are there.
 *
 * @throws what `cacheTeacherLogits` throws; DistillError `distill/other-cache` where the folder has logits of sequences that the run does not train on
 */
export async function* cachePretrainingLogits(options: CachePretrainingLogitsOptions): AsyncGenerator<CachedEvent, number> {
  const caches = phaseCachesOf(options);
  requireNoOthers(options.folder, caches);
  caches.forEach(checkCache); // All of them before the teacher runs for the first.
  const of = caches.reduce((sum, { batches }) => sum + batches, 0);
  let before = 0;
  for (const cache of caches) {
    const done = yield* counted(cacheTeacherLogits(cache), before, of);
    before += done;
    if (done < cache.batches) break;
  }
  return before;
}

/** The caches of a run's phases, but for one that is too short for a step. */
function phaseCachesOf({ curriculum = [], steps, accumulate = 1, ...options }: CachePretrainingLogitsOptions): CacheTeacherLogitsOptions[] {
  const phases = [...curriculum, options];
  return phaseSteps(curriculum, steps).flatMap(({ first, count }, i) => {
    const { shape, train } = phases[i]!;
    const folder = join(options.folder, shapeFolder(shape.sequenceLength));
    return count === 0 ? [] : [{ ...options, shape, train, folder, start: first * accumulate, batches: count * accumulate }];
  });
}

function requireNoOthers(folder: string, caches: readonly CacheTeacherLogitsOptions[]): void {
  const other = cachedLengths(folder).find((length) => caches.every(({ shape }) => shape.sequenceLength !== length));
  if (other === undefined) return;
  throw new DistillError("distill/other-cache",
    `distill: ${folder} holds a cache of sequences of ${other} tokens, which this run does not train on; give the same options, or another folder`);
}

/** The events of a phase, counted after those of the ones before it. */
async function* counted(caching: AsyncGenerator<CachedEvent, number>, before: number, of: number): AsyncGenerator<CachedEvent, number> {
  try {
    for (;;) {
      const { value, done } = await caching.next();
      if (done === true) return value;
      yield { type: "cached", batches: before + value.batches, of };
    }
  } finally {
    await caching.return(0);
  }
}
