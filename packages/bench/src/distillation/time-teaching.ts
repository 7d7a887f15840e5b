import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MlmBatches } from "@bort/data";
import { type Teacher, cacheTeacherLogits, distillationObjective, openLogitsCache, publishedObjectives, repeated } from "@bort/distill";
import { type Backend } from "@bort/graph";
import { type MlmModel, type PretrainingObjective, mlmObjective, pretrain } from "@bort/nn";
import { requireCount } from "../require-count.js";
import { type Spread, spreadOf } from "../spread.js";
import { type DistillationStudy, archIn, trainingBatches } from "./distillation-study.js";

/** What a student's step takes with and without a teacher, in milliseconds: the spread over the rounds of each round's median. */
export interface TeachingTimes {
  readonly selfSupervised: Spread;
  /** The teacher runs on each batch. */
  readonly running: Spread;
  /** Its largest logits are read from disk. */
  readonly cached: Spread;
  /** Running the teacher on a batch and keeping its logits, once for all students: the mean of a batch. */
  readonly caching: number;
  /** Logits kept of each masked place. */
  readonly topK: number;
}

export interface TimeTeachingOptions {
  readonly backend: Backend;
  readonly study: DistillationStudy;
  readonly teacher: MlmModel;
  /** Default 3. */
  readonly rounds?: number;
  /** Steps of each way in each round, of which the first fifth does not count. Default 40. */
  readonly steps?: number;
}

/** Times steps of a fresh student in turn: by its labels alone, with a teacher that runs, and with one whose logits were kept. Throws `bench/bad-option`. */
export async function timeTeaching({ backend, study, teacher, rounds = 3, steps = 40 }: TimeTeachingOptions): Promise<TeachingTimes> {
  requireCount("rounds", rounds, 1);
  requireCount("steps", steps, 5);
  const { shape } = study.setting;
  const train = repeated(trainingBatches(study, shape, 0), steps);
  const topK = Math.min(64, teacher.arch.vocabSize);
  const folder = mkdtempSync(join(tmpdir(), "bort-bench-logits-"));
  try {
    const start = performance.now();
    await runToEnd(cacheTeacherLogits({ backend, teacher, train, shape, batches: steps, folder, topK }));
    const caching = (performance.now() - start) / steps;
    const cache = openLogitsCache(folder);
    const medians: Record<"selfSupervised" | "running" | "cached", number[]> = { selfSupervised: [], running: [], cached: [] };
    for (let round = 0; round < rounds; round++) {
      medians.selfSupervised.push(await medianStepMs(backend, study, { train, steps }));
      medians.running.push(await medianStepMs(backend, study, { train, steps, teacher }));
      medians.cached.push(await medianStepMs(backend, study, { train, steps, teacher: cache }));
    }
    cache.close();
    return { selfSupervised: spreadOf(medians.selfSupervised), running: spreadOf(medians.running), cached: spreadOf(medians.cached), caching, topK };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runToEnd(work: AsyncIterator<unknown>): Promise<void> {
  let next = await work.next();
  while (next.done !== true) next = await work.next();
}

interface TimedRun {
  /** Default: none. */
  readonly teacher?: Teacher;
  readonly train: MlmBatches;
  readonly steps: number;
}

async function medianStepMs(backend: Backend, study: DistillationStudy, { teacher, train, steps }: TimedRun): Promise<number> {
  const objective = teacher && distillationObjective({ backend, teachers: [teacher], ...publishedObjectives.bort });
  const used: PretrainingObjective = objective ?? mlmObjective();
  const seconds: number[] = [0];
  const { setting: { student, shape } } = study;
  const arch = archIn(study, student);
  try {
    for await (const event of pretrain({ backend, arch, shape, train, steps, objective: used, validation: study.validation.slice(0, 1), evaluateEvery: steps })) {
      if (event.type === "step") seconds.push(event.seconds);
    }
  } finally {
    await objective?.dispose();
  }
  const stepMs = seconds.slice(1).map((at, i) => 1000 * (at - seconds[i]!));
  return spreadOf(stepMs.slice(Math.floor(steps / 5))).median;
}
