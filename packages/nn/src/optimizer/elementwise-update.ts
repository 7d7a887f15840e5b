import { type Backend, type Program, runEach } from "@bort/graph";
import { type TrainingState } from "../training-state.js";
import { type ElementwiseOptimizer, type UpdateMoment } from "./optimizer.js";
import { type UpdateProgram, chunkOf, chunksOf, scalarFeeds, updateInputs } from "./update-program.js";
import { type UpdateTail, asOutputs } from "./update-tail.js";

/** The update of an element-wise rule: one program, once over every chunk. */
export class ElementwiseUpdate implements UpdateProgram {
  private constructor(private readonly optimizer: ElementwiseOptimizer, private readonly tail: UpdateTail, private readonly program: Program) {}

  static async compile(backend: Backend, optimizer: ElementwiseOptimizer, tail: UpdateTail): Promise<ElementwiseUpdate> {
    const inputs = updateInputs(optimizer, tail.chunkSize);
    const updated = optimizer.update(inputs);
    const outputs = tail.outputs({ before: inputs.parameter, after: updated.parameter });
    return new ElementwiseUpdate(optimizer, tail, await backend.compile(asOutputs({ ...updated.slots, ...outputs })));
  }

  async apply(state: TrainingState, gradient: Float32Array, { learningRate, gradientScale }: Pick<UpdateMoment, "learningRate" | "gradientScale">): Promise<void> {
    const { chunkSize, groups } = state.parameters.layout;
    for (const group of groups) {
      const moment = { update: state.step, learningRate: learningRate * group.learningRateFactor, gradientScale, decay: group.decay };
      const scalars = { ...scalarFeeds(this.optimizer, moment), ...this.tail.scalarsAt(state.step) };
      await runEach(this.program, chunksOf(group, chunkSize).map((at) => {
        const inPlace = { ...this.tail.vectors(state, at), ...chunkOf(state.slots, at, chunkSize) };
        return { feeds: { ...inPlace, ...chunkOf({ gradient }, at, chunkSize), ...scalars }, into: asOutputs(inPlace) };
      }));
    }
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}
