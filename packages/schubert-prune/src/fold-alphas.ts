import { type Backend, parameter } from "@bort/graph";
import { type Model, type ModelHead, ParameterStore } from "@bort/nn";
import { multipliedParameters } from "./prunable-graph.js";
import { type UnitValues, unitVectors } from "./unit-vectors.js";

/** The model with prunable parameters multiplied into its own, which then need them no longer ("offset into model parameters", schuBERT, algorithm 1). The given model stays as it is. */
export async function foldAlphas<H extends ModelHead>(backend: Backend, { arch, head, parameters }: Model<H>, alphas: UnitValues): Promise<Model<H>> {
  const nodes = Object.fromEntries(unitVectors(arch).filter(({ name }) => name in alphas).map(({ name, size }) => [name, parameter(alphaName(name), [size])]));
  const folded = new ParameterStore(parameters.specs);
  folded.copy(parameters, parameters.specs);
  const products = multipliedParameters(arch, head, nodes);
  if (products.length === 0) return { arch, head, parameters: folded };
  const program = await backend.compile(Object.fromEntries(products.map(([name, product]) => [foldedName(name), product])));
  try {
    const own = Object.fromEntries(products.map(([name]) => [name, parameters.view(name)]));
    const outputs = await program.run({ ...own, ...Object.fromEntries(Object.keys(nodes).map((name) => [alphaName(name), alphas[name]!])) });
    for (const [name] of products) folded.view(name).set(outputs[foldedName(name)]!.data as Float32Array);
  } finally {
    await program.dispose();
  }
  return { arch, head, parameters: folded };
}

/** The name that the prunable parameters of a vector have as a trained parameter. */
export const alphaName = (vector: string): string => `alpha.${vector}`;

/** A graph's outputs must not have its inputs' names. */
const foldedName = (parameterName: string): string => `folded:${parameterName}`;
