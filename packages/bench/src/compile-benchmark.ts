import { type Backend } from "@bort/graph";
import { type StepShape, formatStepShape, parseStepShape } from "./step-shape.js";
import { withStepTrainer } from "./step-trainer.js";
import { timeCompilation } from "./time-compilation.js";

/** What it takes until a model trains. */
export interface CompileTimes {
  readonly shape: string;
  /** Of all programs of a step: gradients, norm and update. */
  readonly compileMs: number;
  /** The first step, which builds and compiles the graph of the gradients. */
  readonly firstStepMs: number;
  readonly secondStepMs: number;
}

/** 24 layers, and the same structure with other sizes throughout. */
export const compileShapes: readonly string[] = ["4,128,256,4,1024,24,8192,20", "2,64,384,6,1536,24,4096,10"];

/** Takes two steps with a fresh trainer of each shape, in turn. */
export async function measureCompile(backend: Backend, shapes: readonly StepShape[] = compileShapes.map(parseStepShape)): Promise<CompileTimes[]> {
  const times: CompileTimes[] = [];
  for (const shape of shapes) {
    const timed = timeCompilation(backend);
    times.push(await withStepTrainer(timed, shape, async (step) => {
      const firstStepMs = await elapsed(step);
      const secondStepMs = await elapsed(step);
      return { shape: formatStepShape(shape), compileMs: timed.compileMs, firstStepMs, secondStepMs };
    }));
  }
  return times;
}

async function elapsed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}
