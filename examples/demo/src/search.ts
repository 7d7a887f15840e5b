import { formatTuple } from "@bort/arch";
import { type Extraction, type TrainingObjectives, demo, extract, trainingObjectives } from "@bort/fptas";
import { type MlmModel } from "@bort/nn";
import { type Context } from "./context.js";
import { type DemoCorpus } from "./corpus.js";
import { shape } from "./plan.js";

/** Held-out batches of the surrogate error. */
const HELD_OUT = 4;

/** Searches the space by the FPTAS, with the teacher as the maximum point; prints a row for every candidate. */
export async function searchArchitecture(context: Context, corpus: DemoCorpus, teacher: MlmModel, steps: number): Promise<Extraction> {
  const objectives = await trainingObjectives({
    backend: context.backend, teacher, shape, train: corpus.batches(shape), heldOut: corpus.validation.slice(0, HELD_OUT), steps, seed: context.seed,
    observe: { every: Math.ceil(steps / 2) }, // Two steps of each candidate, for the certificate.
  });
  try {
    return await followSearch(context, objectives);
  } finally {
    await objectives.dispose();
  }
}

async function followSearch({ console, events, signal }: Context, objectives: TrainingObjectives): Promise<Extraction> {
  const maximumPoint = await objectives.maximumPoint(signal);
  const run = extract({ ...demo.search, maximumPoint, objectives, signal });
  let bar: ReturnType<typeof console.progress> | undefined;
  for (;;) {
    const { done, value: event } = await run.next();
    if (done === true) {
      bar?.finish();
      return event;
    }
    if (event.type !== "chosen") events.write("search", event);
    if (event.type === "selected") bar = console.progress("candidates", event.candidates.length);
    if (event.type === "trial") bar?.update(event.index, formatTuple(event.trial.arch));
  }
}
