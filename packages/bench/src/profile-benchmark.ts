import { type NativeBackend, type NativeProgram, type StepTime } from "@bort/backend-native";
import { type Backend, type Call, type Feeds, type Graph, type Outputs, type Program } from "@bort/graph";
import { requireCount } from "./require-count.js";
import { type StepShape } from "./step-shape.js";
import { withStepTrainer } from "./step-trainer.js";

/** A step of a plan in the course of a training step. */
export interface ProfiledStep {
  /** The first output of the program that it belongs to. */
  readonly program: string;
  /** As the plan prints it. */
  readonly step: string;
  /** How often a training step runs it. */
  readonly runs: number;
  /** Of all its runs in a training step. */
  readonly ms: number;
  /** Rate of a matrix product; null for any other step. */
  readonly gflopsPerSecond: number | null;
}

export interface StepProfile {
  /** The dearest first. */
  readonly steps: readonly ProfiledStep[];
  /** Of all steps. */
  readonly totalMs: number;
}

export interface ProfileOptions {
  /** Training steps that are profiled, after one that is not. Default 5. */
  readonly repeats?: number;
}

interface Cost {
  readonly program: string;
  readonly step: string;
  runs: number;
  ms: number;
}

/** Says where the time of a training step on the native engine goes, in means of several; @throws BenchError `bench/bad-option` */
export async function profileStep(backend: NativeBackend, shape: StepShape, { repeats = 5 }: ProfileOptions = {}): Promise<StepProfile> {
  requireCount("repeats", repeats, 1);
  const profiler = new Profiler(backend);
  await withStepTrainer(profiler.backend, shape, async (step) => {
    await step();
    profiler.watching = true;
    for (let i = 0; i < repeats; i++) await step();
    profiler.watching = false;
  });
  const steps = profiler.costs().map(({ program, step, runs, ms }) => {
    const flops = /(\d+) FLOPs/.exec(step)?.[1];
    return { program, step, runs: runs / repeats, ms: ms / repeats, gflopsPerSecond: flops === undefined ? null : Number(flops) * runs / (1e6 * ms) };
  });
  return { steps: steps.toSorted((a, b) => b.ms - a.ms), totalMs: steps.reduce((sum, { ms }) => sum + ms, 0) };
}

/** A backend whose programs note what their steps cost while it is watching. */
class Profiler {
  watching = false;
  readonly backend: Backend;
  readonly #costs: Cost[][] = [];

  constructor(native: NativeBackend) {
    this.backend = { ...native, compile: async (graph) => this.#watched(graph, await native.compile(graph)) };
  }

  costs(): readonly Cost[] {
    return this.#costs.flat();
  }

  #watched(graph: Graph, program: NativeProgram): Program {
    const costs: Cost[] = [];
    this.#costs.push(costs);
    const [name = ""] = Object.keys(graph);
    const profile = async (feeds: Feeds, into?: Feeds): Promise<void> => note(costs, name, await program.profile(feeds, into));
    return {
      // A profile gives no outputs, so the program runs once more; it writes the same results to the same places.
      run: async (feeds, into): Promise<Outputs> => {
        if (this.watching) await profile(feeds, into);
        return program.run(feeds, into);
      },
      runEach: async (calls: readonly Call[]): Promise<void> => {
        if (!this.watching) return program.runEach!(calls);
        for (const { feeds, into } of calls) await profile(feeds, into);
      },
      dispose: () => program.dispose(),
    };
  }
}

function note(costs: Cost[], program: string, times: readonly StepTime[]): void {
  for (const [i, { step, ms }] of times.entries()) {
    const cost = (costs[i] ??= { program, step, runs: 0, ms: 0 });
    cost.runs++;
    cost.ms += ms;
  }
}
