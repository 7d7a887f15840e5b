import { type EncoderArch } from "@bort/arch";
import { type Backend } from "@bort/graph";
import { adamW, createModel, type LatencyOptions, measureLatency, mlmLossGraph, Trainer } from "@bort/nn";
import { type StepShape } from "../step-shape.js";
import { syntheticBatch } from "../step-trainer.js";
import { type ComparedTimes, comparedTimes } from "./compared-times.js";

/** Training steps of two networks on a batch of that shape, `repeats` of each in turn, after one of each that is not timed. */
export async function measurePace(backend: Backend, [base, own]: readonly [EncoderArch, EncoderArch], shape: StepShape, timing: Pick<LatencyOptions, "clock" | "repeats">): Promise<ComparedTimes> {
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
    return comparedTimes(measured.base, measured.own);
  } finally {
    for (const trainer of trainers) await trainer.dispose();
  }
}

/** The steps of a network that take as long as so many of the base's; none where no time is left. */
export const equalTimeSteps = (baseSteps: number, { ratio }: Pick<ComparedTimes, "ratio">): number => Math.max(0, Math.round(baseSteps / ratio));

/** The steps of the base that take as long as so many of a network's. */
export const inBaseSteps = (ownSteps: number, { ratio }: Pick<ComparedTimes, "ratio">): number => ownSteps * ratio;
