import { type Model, modelParameters, type ModelHead, ParameterStore } from "@bort/nn";

/**
 * A network that has all layers of another so many times over, one copy after another: a deep one that begins where a shallow one ended. The layers of the other
 * must have parameters of their own.
 *
 * Source: progressive stacking, Gong et al. 2019, "Efficient training of BERT by progressively stacking".
 */
export function repeatLayers<H extends ModelHead>({ arch: shallow, head, parameters: learned }: Model<H>, times: number): Model<H> {
  const depth = shallow.layers.length;
  const arch = { ...shallow, layers: Array.from({ length: times * depth }, (_, layer) => shallow.layers[layer % depth]!) };
  const parameters = new ParameterStore(modelParameters(arch, head));
  const source = (name: string): string => name.replace(/^layers\.(\d+)\./, (_, layer) => `layers.${Number(layer) % depth}.`);
  for (const { name } of parameters.specs) parameters.view(name).set(learned.view(source(name)));
  return { arch, head, parameters };
}
