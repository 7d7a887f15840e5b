import { type Graph, type Node, topologicalOrder, typeToString } from "./ir.js";

function attributeText(value: unknown): string {
  if (value instanceof Float64Array) return value.length <= 4 ? `(${value.join(",")})` : `<${value.length}>`;
  return Array.isArray(value) ? `(${value.join(",")})` : String(value);
}

/** Defaults that say nothing: an untransposed, unscaled product. */
const isDefault = (key: string, value: unknown): boolean => value === false || (key === "alpha" && value === 1);

/** A graph as text, one line a node: the golden form in tests and the first tool for looking into one. */
export function print(graph: Graph): string {
  const names = new Map<Node, string>();
  const lines = topologicalOrder(Object.values(graph)).map((node, i) => {
    names.set(node, `%${i}`);
    const attributes = Object.entries(node.attrs).filter(([key, value]) => !isDefault(key, value)).map(([key, value]) => `${key}=${attributeText(value)}`);
    return `%${i} = ${node.op}(${[...node.inputs.map((input) => names.get(input)), ...attributes].join(", ")}) : ${typeToString(node)}`;
  });
  return [...lines, `return ${Object.entries(graph).map(([name, node]) => `${name}=${names.get(node)}`).join(", ")}`].join("\n");
}
