import type { Outputs } from "./backend.js";
import { type Graph, typeToString } from "./ir.js";
import { type Float64Feeds, evaluate, roundTo } from "./reference.js";

/**
 * What is wrong with a backend's `outputs` of `graph`, as one line; `null` if they are what the reference evaluator computes from `feeds`.
 *
 * An f32 element may differ by `tolerance` relative to 1 + its size, an element of another dtype not at all.
 */
export function disagreement(outputs: Outputs, graph: Graph, feeds: Float64Feeds, tolerance: number): string | null {
  const [names, wantedNames] = [outputs, graph].map((record) => Object.keys(record).toSorted().join(", "));
  if (names !== wantedNames) return `outputs are ${names}; the graph's are ${wantedNames}`;
  const nodes = Object.entries(graph);
  const reference = evaluate(nodes.map(([, node]) => node), feeds);
  for (const [i, [name, node]] of nodes.entries()) {
    const { data, ...type } = outputs[name]!;
    const wanted = reference[i]!;
    const arrays = [data, roundTo(node, wanted)].map((array) => `${array.constructor.name} of ${array.length}`);
    if (typeToString(type) !== typeToString(node)) return `${name} is ${typeToString(type)}, not ${typeToString(node)}`;
    if (arrays[0] !== arrays[1]) return `${name} is ${arrays[0]}, not ${arrays[1]}`;
    const allowed = node.dtype === "f32" ? tolerance : 0;
    // Written so that a NaN is an error.
    const wrong = wanted.findIndex((want, k) => !(Math.abs(Number(data[k]) - want) <= allowed * (1 + Math.abs(want))));
    if (wrong >= 0) return `${name}[${wrong}] is ${data[wrong]}, not ${wanted[wrong]}, in ${name} = [${data}]; reference [${wanted}]`;
  }
  return null;
}
