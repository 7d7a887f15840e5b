import { pullback } from "./autodiff.js";
import { GraphError } from "./graph-error.js";
import { type Graph, type Node, type NodeOf, type OpName, type TensorType, topologicalOrder } from "./ir.js";
import { add, parameter } from "./ops.js";

/** What a stage of a network computes, and by which parameters it is told apart what comes from the stage before. */
export interface StageOptions {
  readonly outputs: Graph;
  /** Names of the parameters that are values of the stage before, such as states. All others, weights and masks, are at hand on the way back. */
  readonly inputs: readonly string[];
  /** What to differentiate by, by name: parameters, or values made of them. The f32 parameters among `inputs` are, too. */
  readonly targets: Graph;
}

/** A stage as two programs, the way forth and the way back, for networks that are run stage by stage. */
export interface DifferentiatedStage {
  /** The outputs, and as `saved:0`, `saved:1` ... what the way back reads besides its parameters. */
  readonly forward: Graph;
  /** Reads `saved:...`, `cotangent:<output>`, inputs and parameters; gives `gradient:<name>` of each target and input that an output depends on. */
  readonly backward: Graph;
  /** What has to be kept between the two, by name. */
  readonly saved: Readonly<Record<string, TensorType>>;
}

export const cotangentName = (output: string): string => `cotangent:${output}`;
export const slopeName = (target: string): string => `gradient:${target}`;

/**
 * Differentiates a part of a network so that it can be run by itself: forth, and later back, when the gradients of its outputs are there. Kept in between is
 * what the way back reads of the values computed on the way forth; what follows from parameters alone, and what is but another view of a kept value, is
 * made again.
 *
 * @throws GraphError `graph/attribute` for an input that is no parameter of the stage
 */
export function differentiateStage({ outputs, inputs, targets }: StageOptions): DifferentiatedStage {
  const order = topologicalOrder(Object.values(outputs));
  /** Several nodes of one name are one input. */
  const named = (name: string): readonly Node[] => {
    const nodes = order.filter((node) => node.op === "parameter" && node.attrs.name === name);
    if (nodes.length === 0) throw new GraphError("graph/attribute", `graph: a stage needs a parameter "${name}", got none of that name; correct the inputs`);
    return nodes;
  };
  const sources = inputs.flatMap(named);
  const wanted = [...Object.entries(targets), ...inputs.flatMap((name) => named(name).filter(({ dtype }) => dtype === "f32").map((node): [string, Node] => [name, node]))];
  const slopes = pullback(Object.entries(outputs).map(([name, node]) => [node, parameter(cotangentName(name), node.shape)] as const), wanted.map(([, node]) => node));
  const reached = new Map<string, Node>();
  for (const [i, [name]] of wanted.entries()) {
    const [slope, before] = [slopes[i] ?? null, reached.get(slopeName(name))];
    if (slope !== null) reached.set(slopeName(name), before === undefined ? slope : add(before, slope));
  }

  const isForward = new Set(order);
  const isComputed = new Set<Node>(sources); // From what comes from the stage before: not to be had again without running it.
  for (const node of order) if (node.inputs.some((input) => isComputed.has(input))) isComputed.add(node);
  const isKept = (node: Node): boolean => isForward.has(node) && isComputed.has(node) && node.op !== "parameter" && !isView(node);
  const kept = new Map<Node, NodeOf<"parameter">>();
  const back = new Map<Node, Node>();
  for (const node of topologicalOrder([...reached.values()], (each) => (isKept(each) ? [] : each.inputs))) {
    if (!isKept(node)) {
      back.set(node, node.inputs.some((input) => back.get(input) !== input) ? { ...node, inputs: node.inputs.map((input) => back.get(input)!) } as Node : node);
      continue;
    }
    const placeholder = parameter(`saved:${kept.size}`, node.shape, node.dtype) as NodeOf<"parameter">;
    kept.set(node, placeholder);
    back.set(node, placeholder);
  }
  return {
    forward: { ...outputs, ...Object.fromEntries([...kept].map(([node, { attrs }]) => [attrs.name, node])) },
    backward: Object.fromEntries([...reached].map(([name, node]) => [name, back.get(node)!])),
    saved: Object.fromEntries([...kept].map(([{ dtype, shape }, { attrs }]) => [attrs.name, { dtype, shape }])),
  };
}

/** Whether a value is its input, seen otherwise. A reshape of a transpose is none: its elements lie in another order. */
const isView = ({ op, inputs: [input] }: Node): boolean => views.has(op) && !(op === "reshape" && input!.op === "transpose");

const views: ReadonlySet<OpName> = new Set<OpName>(["reshape", "transpose", "slice", "expand", "keep", "stopGradient"]);
