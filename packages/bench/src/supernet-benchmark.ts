import { type EncoderArch } from "@bort/arch";
import { type MlmBatch, type MlmBatches } from "@bort/data";
import { type Backend } from "@bort/graph";
import { createModel, type MlmShape, pretrain, type TrainingEvent } from "@bort/nn";
import { backboneOf, extractSubnetwork, ShapeSpace, trainSupernet } from "@bort/supershaper";
import { requireCount } from "./require-count.js";
import { type Spread, spreadOf } from "./spread.js";
import { type StepShape, stepArch } from "./step-shape.js";
import { syntheticBatch } from "./step-trainer.js";

/** Times of the training steps of one shape: as a part of a super-network, and as a network of its own with all its bottlenecks. */
export interface SupernetTimes {
  /** The width of each layer. */
  readonly widths: readonly number[];
  /** Of each round, the mean of its steps. */
  readonly supernetMs: Spread;
  readonly staticMs: Spread;
  /** Super-network's time / that of the network alone, of each round. */
  readonly ratio: Spread;
}

export interface MeasureSupernetOptions {
  /** Times that the two are measured in turn. Default 7. */
  readonly rounds?: number;
  /** Steps of each in a round. Default 4. */
  readonly steps?: number;
}

/**
 * Times training steps of a shape of a super-network against those of the same shape built as a network alone, in turn: the MLM loss of one network, all
 * gradients, clipping, AdamW on every parameter, which are those of the whole backbone in a super-network. Both have taken a step before.
 *
 * @throws BenchError `bench/bad-option`; SuperShaperError for widths that the backbone has no slice of
 */
export async function measureSupernetStep(backend: Backend, shape: StepShape, widths: readonly number[], { rounds = 7, steps = 4 }: MeasureSupernetOptions = {}): Promise<SupernetTimes> {
  requireCount("rounds", rounds, 1);
  requireCount("steps", steps, 1);
  const supernet = backboneOf(createModel(stepArch(shape), { kind: "mlm" }, 0));
  const total = rounds * steps + 1;
  const common = { backend, shape: mlmShape(shape), train: oneBatch(shape), validation: [syntheticBatch(shape) as MlmBatch], steps: total, evaluateEvery: total, learningRate: 1e-4 };
  const space = new ShapeSpace({ widths: widths.map((width) => [width]), heads: shape.heads, hidden: shape.hiddenSize, intermediate: shape.intermediateSize });
  const inTurn = [
    new Stepper(trainSupernet({ ...common, supernet, space, sampling: "random" })),
    new Stepper(pretrain({ ...common, arch: staticArch(supernet, widths) })),
  ] as const;
  try {
    for (const stepper of inTurn) await stepper.take(1);
    const times: [number, number][] = [];
    for (let round = 0; round < rounds; round++) times.push([await inTurn[0].take(steps), await inTurn[1].take(steps)]);
    return {
      widths, supernetMs: spreadOf(times.map(([own]) => own)), staticMs: spreadOf(times.map(([, alone]) => alone)), ratio: spreadOf(times.map(([own, alone]) => own / alone)),
    };
  } finally {
    for (const stepper of inTurn) await stepper.end();
  }
}

const staticArch = (supernet: Parameters<typeof extractSubnetwork>[0], widths: readonly number[]): EncoderArch => extractSubnetwork(supernet, widths, { merge: false }).arch;

const mlmShape = ({ batchSize, sequenceLength, maskedPerSequence }: StepShape): MlmShape => ({ batchSize, sequenceLength, maskedPerSequence });

function oneBatch(shape: StepShape): MlmBatches {
  const batch = syntheticBatch(shape) as MlmBatch;
  return { sequences: shape.batchSize, stepsPerEpoch: 1, at: () => batch };
}

/** A training that is taken a few steps further at a time. */
class Stepper {
  #seconds = 0;

  constructor(private readonly training: AsyncGenerator<TrainingEvent, unknown>) {}

  /** Takes steps; gives their mean time in ms, as the training itself counts it. */
  async take(steps: number): Promise<number> {
    const before = this.#seconds;
    for (let taken = 0; taken < steps;) {
      const { value, done } = await this.training.next();
      if (done === true) break;
      if (value.type !== "step") continue;
      taken++;
      this.#seconds = value.seconds;
    }
    return (1000 * (this.#seconds - before)) / steps;
  }

  async end(): Promise<void> {
    await this.training.return(undefined);
  }
}
