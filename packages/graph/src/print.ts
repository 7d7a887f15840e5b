import { type Graph, type Node, topologicalOrder, typeToString } from "./ir.js";

export interface PrintOptions {
  /** Prints constants whole, and not the number of their elements where these are more than 4: two graphs then print alike only if they are alike. Default false. */
  readonly wholeConstants?: boolean;
}

function attributeText(value: unknown, { wholeConstants = false }: PrintOptions): string {
  if (value instanceof Float64Array) return wholeConstants || value.length <= 4 ? `(${Array.from(value, numberText).join(",")})` : `<${value.length}>`;
  if (typeof value === "number") return numberText(value);
  return Array.isArray(value) ? `(${value.join(",")})` : String(value);
}

const numberText = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** Defaults that say nothing: an untransposed, unscaled product. */
const isDefault = (key: string, value: unknown): boolean => value === false || (key === "alpha" && value === 1);

/** A graph as text, one line a node: the golden form in tests and the first tool for looking into one. */
export function print(graph: Graph, options: PrintOptions = {}): string {
  const names = new Map<Node, string>();
  const lines = topologicalOrder(Object.values(graph)).map((node, i) => {
    names.set(node, `%${i}`);
    const attributes = Object.entries(node.attrs).filter(([key, value]) => !isDefault(key, value)).map(([key, value]) => `${key}=${attributeText(value, options)}`);
    return `%${i} = ${node.op}(${[...node.inputs.map((input) => names.get(input)), ...attributes].join(", ")}) : ${typeToString(node)}`;
  });
  return [...lines, `return ${Object.entries(graph).map(([name, node]) => `${name}=${names.get(node)}`).join(", ")}`].join("\n");
}
