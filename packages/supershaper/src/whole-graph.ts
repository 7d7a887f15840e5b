import * as op from "@bort/graph";
import { type Graph, gradients, type Node, parametersOf, slopeName } from "@bort/graph";
import { type LossGraph, modelParameters, parameterNodes, type ParameterNodes } from "@bort/nn";
import { embeddingGraph, headGraph, type InPlaceDistillation, layerGraph, stageDropout, stateDifference, type StageFrame, tokenCount } from "./supernet-stages.js";

/** The network that another learns from in its step, and what. */
export interface InPlaceTeacher {
  readonly shape: readonly number[];
  readonly distillation: InPlaceDistillation;
}

/** The sub-network of a shape in one graph, by the model's own names, the teacher's beside it where it has one: what the stages one after another compute. */
export function wholeGraph(frame: StageFrame, shape: readonly number[], teacher?: InPlaceTeacher): LossGraph {
  const parameters = parameterNodes(modelParameters(frame.arch, { kind: "mlm" }));
  const states = statesOf(frame, shape, parameters);
  if (teacher === undefined) return { loss: headGraph(frame, { states: states.at(-1)!, parameters }).loss };
  const { distillation: { logits: teaching, hidden = 0 } } = teacher;
  const taught = statesOf(frame, teacher.shape, parameters).map((node) => op.stopGradient(node));
  const { logits } = headGraph(frame, { states: taught.at(-1)!, parameters });
  const { loss } = headGraph(frame, { states: states.at(-1)!, parameters, ...(teaching !== undefined && { teaching, teacherLogits: logits }) });
  return { loss: hidden === 0 ? loss : op.add(loss, op.mul(meanDistance(frame, states.slice(1), taught.slice(1)), hidden)) };
}

/** A loss with its gradient by parameters of these names, as `slopeName` of each. */
export function withGradients(graph: LossGraph, names: readonly string[]): Graph {
  const nodes = parametersOf(graph);
  const slopes = gradients(graph.loss, names.map((name) => nodes.get(name)!));
  return { ...graph, ...Object.fromEntries(names.map((name, i) => [slopeName(name), slopes[i]!])) };
}

/** The states that leave the embeddings and each layer. */
function statesOf(frame: StageFrame, shape: readonly number[], parameters: ParameterNodes): Node[] {
  const states = [embeddingGraph(frame, parameters, stageDropout(frame, 0)).states];
  for (const [i, width] of shape.entries()) {
    const own = (name: string): Node => parameters(name.replace(/^layer\./, `layers.${i}.`));
    states.push(layerGraph(frame, width, { states: states[i]!, parameters: own, dropout: stageDropout(frame, i + 1) }).states);
  }
  return states;
}

/** The mean over layers of the mean squared difference of their states, at places that are no padding. */
function meanDistance(frame: StageFrame, states: readonly Node[], taught: readonly Node[]): Node {
  const squares = states.map((node, i) => {
    const difference = stateDifference(frame, node, taught[i]!);
    return op.sumAll(op.mul(difference, difference));
  });
  return op.div(squares.reduce((sum, square) => op.add(sum, square)), op.mul(tokenCount(frame), frame.arch.hiddenSize * states.length));
}
