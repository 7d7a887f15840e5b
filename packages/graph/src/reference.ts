import { allocate, feedChecker, type Backend, type Program, type TypedArray } from "./backend.js";
import { decompose, isComposite } from "./decompose.js";
import { GraphError } from "./graph-error.js";
import { type Node, type NodeOf, type PrimitiveOp, type TensorType, sizeOf, topologicalOrder, typeToString } from "./ir.js";
import { type Kernel, referenceRules } from "./reference-rules.js";

/** Elements of each parameter by name, in any array of numbers. */
export type Float64Feeds = Readonly<Record<string, ArrayLike<number> | BigInt64Array>>;

/** Computes the elements of `outputs`, row-major, from those of the parameters. */
export type Evaluator = (feeds: Float64Feeds) => Float64Array[];

/**
 * The elements of `outputs`, computed in float64 whatever their dtype (a bool is 0 or 1).
 *
 * @throws GraphError `graph/missing-feed`, `graph/bad-feed` (a wrong number of elements), `graph/index` (an id outside its table)
 */
export const evaluate = (outputs: readonly Node[], feeds: Float64Feeds): Float64Array[] => evaluator(outputs)(feeds);

/** `evaluate` in two steps, for outputs that are computed many times. */
export function evaluator(outputs: readonly Node[]): Evaluator {
  const meanings = new Map<Node, Node>();
  const inputsOf = (node: Node): readonly Node[] => {
    if (!isComposite(node)) return node.inputs;
    meanings.set(node, decompose(node));
    return [meanings.get(node)!];
  };
  const order = topologicalOrder(outputs, inputsOf);
  const position = new Map(order.map((node, i) => [node, i]));
  const steps = order.map((node) => {
    const meaning = meanings.get(node);
    const inputs = meaning === undefined ? node.inputs : [meaning];
    return { compute: meaning === undefined ? stepOf(node) : same, from: inputs.map((input) => position.get(input)!) };
  });
  return (feeds) => {
    const values: Float64Array[] = [];
    for (const { compute, from } of steps) values.push(compute(from.map((i) => values[i]!), feeds));
    return outputs.map((node) => values[position.get(node)!]!);
  };
}

type Step = (inputs: readonly Float64Array[], feeds: Float64Feeds) => Float64Array;
const same: Step = ([value]) => value!;

function stepOf(node: Node): Step {
  if (node.op === "parameter") return (_, feeds) => toFloat64(node, feeds[node.attrs.name]);
  const rule = referenceRules[node.op as Exclude<PrimitiveOp, "parameter">] as (node: NodeOf<PrimitiveOp>) => Kernel;
  return rule(node as NodeOf<PrimitiveOp>);
}

function toFloat64(node: NodeOf<"parameter">, feed: ArrayLike<number> | BigInt64Array | undefined): Float64Array {
  const { name } = node.attrs;
  if (feed === undefined) throw new GraphError("graph/missing-feed", `graph: feed "${name}" : ${typeToString(node)} is missing`);
  if (feed.length !== sizeOf(node.shape)) {
    throw new GraphError("graph/bad-feed", `graph: feed "${name}" needs ${typeToString(node)}, got ${feed.length} elements`);
  }
  return feed instanceof BigInt64Array ? Float64Array.from(feed, Number) : new Float64Array(feed);
}

/**
 * The slow backend that is the definition of the ops: it computes in float64 and rounds each output to its dtype at the end.
 *
 * For tests, for examples, and for finding out whether a fast backend is right.
 */
export function referenceBackend(): Backend {
  return {
    name: "reference",
    device: "cpu",
    compile: async (graph): Promise<Program> => {
      const check = feedChecker(graph);
      const outputs = Object.entries(graph);
      let evaluateOutputs: Evaluator | null = evaluator(Object.values(graph));
      return {
        run: async (feeds, into = {}) => {
          if (evaluateOutputs === null) throw new GraphError("graph/disposed", "graph: a disposed program cannot run; compile its graph again");
          check(feeds, into);
          const values = evaluateOutputs(feeds);
          return Object.fromEntries(outputs.map(([name, node], i) => {
            const { dtype, shape } = node;
            return [name, { dtype, shape, data: roundTo(node, values[i]!, into[name]) }];
          }));
        },
        dispose: async () => {
          evaluateOutputs = null;
        },
      };
    },
  };
}

/** The elements in an array of their dtype: a fresh one unless `data` is given. */
export function roundTo(type: TensorType, values: ArrayLike<number>, data: TypedArray = allocate(type.dtype, sizeOf(type.shape))): TypedArray {
  if (data instanceof BigInt64Array) data.set(BigInt64Array.from(values, BigInt));
  else data.set(values);
  return data;
}
