import * as op from "@bort/graph";
import { type Backend, type Program, parameter, runEach, sizeOf } from "@bort/graph";
import { disposeAll, holding } from "../holding.js";
import { type ParameterGroup } from "../parameter-layout.js";
import { SquaredNorm } from "../squared-norm.js";
import { type TrainingState } from "../training-state.js";
import { type LayerwiseOptimizer, type UpdateMoment } from "./optimizer.js";
import { type UpdateProgram, chunkOf, chunksOf, scalarFeeds, updateInputs } from "./update-program.js";
import { type UpdateTail, asOutputs } from "./update-tail.js";

/** What belongs to one parameter in the flat buffers, and the length of its step. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly stepSize: number;
}

interface Parts {
  readonly tail: UpdateTail;
  readonly squaredNorm: SquaredNorm;
  readonly directionProgram: Program;
  readonly stepProgram: Program;
}

/** The update of a layer-wise rule: directions, written over the gradient; norms of every parameter and its direction; then the steps. */
export class LayerwiseUpdate implements UpdateProgram {
  /** The step size of every element of a chunk. */
  readonly #stepSizes: Float32Array;

  private constructor(private readonly optimizer: LayerwiseOptimizer, private readonly parts: Parts) {
    this.#stepSizes = new Float32Array(parts.tail.chunkSize);
  }

  static compile(backend: Backend, optimizer: LayerwiseOptimizer, tail: UpdateTail): Promise<LayerwiseUpdate> {
    const { chunkSize } = tail;
    const inputs = updateInputs(optimizer, chunkSize);
    const { direction, slots } = optimizer.direction(inputs);
    const step = op.mul(parameter("direction", [chunkSize]), parameter("stepSize", [chunkSize]));
    return holding(async (hold) => new LayerwiseUpdate(optimizer, {
      tail, squaredNorm: hold(await SquaredNorm.compile(backend)), directionProgram: hold(await backend.compile(asOutputs({ ...slots, gradient: direction }))),
      stepProgram: hold(await backend.compile(asOutputs(tail.outputs({ before: inputs.parameter, after: op.sub(inputs.parameter, step) })))),
    }));
  }

  async apply(state: TrainingState, gradient: Float32Array, { learningRate, gradientScale }: Pick<UpdateMoment, "learningRate" | "gradientScale">): Promise<void> {
    for (const group of state.parameters.layout.groups) {
      const moment = { update: state.step, learningRate: learningRate * group.learningRateFactor, gradientScale, decay: group.decay };
      await this.#directions(state, gradient, group, moment);
      const stretches = await this.#stretches(state, gradient, group, moment);
      await this.#steps(state, gradient, group, stretches);
    }
  }

  dispose(): Promise<void> {
    const { directionProgram, stepProgram, squaredNorm } = this.parts;
    return disposeAll([directionProgram, stepProgram, squaredNorm]);
  }

  async #directions(state: TrainingState, gradient: Float32Array, group: ParameterGroup, moment: UpdateMoment): Promise<void> {
    const { chunkSize } = this.parts.tail;
    const scalars = scalarFeeds(this.optimizer, moment);
    await runEach(this.parts.directionProgram, chunksOf(group, chunkSize).map((at) => {
      const inPlace = chunkOf({ ...state.slots, gradient }, at, chunkSize);
      return { feeds: { ...inPlace, ...chunkOf({ parameter: state.parameters.flat }, at, chunkSize), ...scalars }, into: asOutputs(inPlace) };
    }));
  }

  async #stretches({ parameters: { flat, layout } }: TrainingState, direction: Float32Array, group: ParameterGroup, { learningRate }: UpdateMoment): Promise<Stretch[]> {
    const stretches: Stretch[] = [];
    for (const { name, shape } of group.parameters) {
      const start = layout.offsetOf(name);
      const end = start + sizeOf(shape);
      const norm = async (whole: Float32Array): Promise<number> => Math.sqrt(await this.parts.squaredNorm.of(whole.subarray(start, end)));
      stretches.push({ start, end, stepSize: this.optimizer.stepSize({ learningRate, parameterNorm: await norm(flat), directionNorm: await norm(direction) }) });
    }
    return stretches;
  }

  async #steps(state: TrainingState, direction: Float32Array, group: ParameterGroup, stretches: readonly Stretch[]): Promise<void> {
    const { chunkSize } = this.parts.tail;
    const scalars = this.parts.tail.scalarsAt(state.step);
    for (const at of chunksOf(group, chunkSize)) {
      this.#stepSizes.fill(0);
      for (const { start, end, stepSize } of stretches) {
        if (start < at + chunkSize && end > at) this.#stepSizes.fill(stepSize, Math.max(0, start - at), end - at);
      }
      const inPlace = this.parts.tail.vectors(state, at);
      await this.parts.stepProgram.run({ ...inPlace, ...chunkOf({ direction }, at, chunkSize), stepSize: this.#stepSizes, ...scalars }, asOutputs(inPlace));
    }
  }
}
