import { type EncoderArch } from "@bort/arch";
import { type Backend } from "@bort/graph";
import { adamW, createModel, type LatencyOptions, measureLatency, mlmLossGraph, Trainer } from "@bort/nn";
import { type StepShape } from "../step-shape.js";
import { syntheticBatch } from "../step-trainer.js";

/** How long training steps of two networks take, in turn. */
export interface Pace {
  readonly baseMs: number;
  readonly ownMs: number;
}

/** The medians of `repeats` steps of each on a batch of that shape, in turn, after one of each that is not timed. */
export async function measurePace(backend: Backend, [base, own]: readonly [EncoderArch, EncoderArch], shape: StepShape, timing: Pick<LatencyOptions, "clock" | "repeats">): Promise<Pace> {
  const trainers: Trainer[] = [];
  const stepsOf = async (arch: EncoderArch): Promise<() => Promise<void>> => {
    const { parameters } = createModel(arch, { kind: "mlm" }, 0);
    const trainer = await Trainer.create({ backend, parameters, graph: mlmLossGraph(arch, shape), optimizer: adamW() });
    trainers.push(trainer);
    const batch = { ...syntheticBatch({ ...shape, vocabSize: arch.vocabSize }) };
    return async () => void (await trainer.step(batch, 1e-4));
  };
  try {
    const measured = await measureLatency({ base: await stepsOf(base), own: await stepsOf(own) }, { ...timing, warmUp: 1 });
    return { baseMs: measured.base.medianMs, ownMs: measured.own.medianMs };
  } finally {
    for (const trainer of trainers) await trainer.dispose();
  }
}

/** The steps of a network that take as long as so many of the base's: one at least. */
export const equalTimeSteps = (baseSteps: number, { baseMs, ownMs }: Pace): number => Math.max(1, Math.round((baseSteps * baseMs) / ownMs));

/** The steps of the base that take as long as so many of a network's. */
export const inBaseSteps = (ownSteps: number, { baseMs, ownMs }: Pace): number => (ownSteps * ownMs) / baseMs;
