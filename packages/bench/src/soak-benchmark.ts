import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Backend } from "@bort/graph";
import { requireCount } from "./require-count.js";
import { type ResidentGrowth, residentGrowth } from "./resident-growth.js";
import { type StepShape } from "./step-shape.js";
import { withStepTrainer } from "./step-trainer.js";

export interface SoakOptions {
  /** Trainers to compile, take a step with and dispose of. Default 500. */
  readonly cycles?: number;
  /** Steps of one trainer after that. Default 2000. */
  readonly steps?: number;
}

/** Resident memory after the first tenth of each part and at its end. */
export interface Soak {
  readonly cycles: ResidentGrowth;
  readonly steps: ResidentGrowth;
}

/**
 * Compiles and disposes of trainers, then trains with one, and looks at what stays resident; garbage is collected before every sample.
 *
 * @throws BenchError `bench/bad-option` for fewer than 20 of either
 */
export async function measureSoak(backend: Backend, shape: StepShape, { cycles = 500, steps = 2000 }: SoakOptions = {}): Promise<Soak> {
  const beforeSample = garbageCollector();
  const partOf = (times: number): { times: number; warmUp: number; beforeSample: () => void } => ({ times, warmUp: Math.floor(times / 10), beforeSample });
  const parts = { cycles: partOf(requireCount("cycles", cycles, 20)), steps: partOf(requireCount("steps", steps, 20)) };
  return {
    cycles: await residentGrowth(() => withStepTrainer(backend, shape, (step) => step()), parts.cycles),
    steps: await withStepTrainer(backend, shape, (step) => residentGrowth(step, parts.steps)),
  };
}

/** Node's own, which it hides unless it is asked for. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
