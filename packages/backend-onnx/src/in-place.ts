import { type Graph, type Node, type OpName, type TypedArray, topologicalOrder } from "@bort/graph";

/** Ops whose value may lie in its operand's memory. */
const isView = (node: Node): boolean => node.op === "stopGradient" || node.op === "keep" || node.op === "reshape";

/** Ops that are done with an element of their operands once they write that of their result. */
const elementwise: ReadonlySet<OpName> = new Set<OpName>(["add", "div", "erf", "exp", "gelu", "log", "mul", "neg", "sigmoid", "sqrt", "sub", "tanh", "where"]);

/**
 * Tells which outputs may be written over which parameters: those where every reader of the parameter's elements comes before the
 * output, or is the element-wise op that computes it.
 *
 * @returns whether output `output` may be written over parameter `parameter`.
 */
export function inPlaceRule(graph: Graph): (output: string, parameter: string) => boolean {
  const nodes = topologicalOrder(Object.values(graph));
  const known = new Map<string, boolean>();

  /** Nodes with the elements of a parameter as an operand, and `null` for an output that hands them out. */
  const readersOf = (parameter: string): Set<Node | null> => {
    const holders = new Set<Node>();
    const readers = new Set<Node | null>();
    for (const node of nodes) {
      const reads = node.inputs.some((input) => holders.has(input));
      if (node.op === "parameter" ? node.attrs.name === parameter : reads && isView(node)) holders.add(node);
      else if (reads) readers.add(node);
    }
    if (Object.values(graph).some((node) => holders.has(node))) readers.add(null);
    return readers;
  };
  return (output, parameter) => {
    const key = JSON.stringify([output, parameter]);
    let safe = known.get(key);
    if (safe === undefined) {
      const node = graph[output]!;
      const before = new Set<Node | null>(topologicalOrder([node]));
      if (!elementwise.has(node.op)) before.delete(node);
      safe = [...readersOf(parameter)].every((reader) => before.has(reader));
      known.set(key, safe);
    }
    return safe;
  };
}

export type Overlap = "none" | "same" | "partial";

/** How two arrays lie in memory. */
export function overlapOf(a: TypedArray, b: TypedArray): Overlap {
  if (a.buffer !== b.buffer || a.byteOffset >= b.byteOffset + b.byteLength || b.byteOffset >= a.byteOffset + a.byteLength) return "none";
  return a.byteOffset === b.byteOffset && a.byteLength === b.byteLength ? "same" : "partial";
}
