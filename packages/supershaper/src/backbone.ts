import { type EncoderArch, ownerOf } from "@bort/arch";
import { type Model, type ModelHead, ParameterStore, modelParameters } from "@bort/nn";
import { SuperShaperError } from "./supershaper-error.js";

/**
 * A model as the backbone of a super-network: each layer between two linear bottlenecks, as wide as the encoder's stream, that start as the identity, so that
 * its outputs are those of the model. The model stays as it is. Embeddings may be narrow; layers that share parameters, which cannot have widths of their own,
 * get copies of them.
 *
 * @throws SuperShaperError `supershaper/bad-backbone` for an encoder that has bottlenecks already, stacked FFNs, narrow heads, or layers that differ
 *
 * Source: SuperShaper, sections 3.1 and 4.2.
 */
export function backboneOf<H extends ModelHead>({ arch, head, parameters }: Model<H>): Model<H> {
  requirePlain(arch);
  const { sharing, ...own } = arch;
  const wide: EncoderArch = { ...own, layers: arch.layers.map((layer) => ({ ...layer, width: arch.hiddenSize })), bottleneck: { kind: "linear", merged: false } };
  const backbone = ParameterStore.initialized(modelParameters(wide, head), 0, 0); // Every parameter but the bottlenecks, which have no deviation, is copied.
  for (const { name } of modelParameters(own, head)) {
    backbone.view(name).set(parameters.view(name.replace(/^layers\.(\d+)/, (_, layer) => `layers.${ownerOf(arch, Number(layer))}`)));
  }
  return { arch: wide, head, parameters: backbone };
}

/** Whether an encoder has the bottlenecks of a super-network: two around each layer, not merged, and layers as wide as the encoder. */
export const isBackbone = ({ bottleneck, hiddenSize, layers }: EncoderArch): boolean =>
  bottleneck?.kind === "linear" && !bottleneck.merged && layers.every(({ width }) => width === hiddenSize);

/** What a layer of width `width` is in a sub-network: heads that are as many, and as much narrower. */
export function subArch(backbone: EncoderArch, shape: readonly number[], { merged }: { readonly merged: boolean }): EncoderArch {
  return {
    ...backbone, bottleneck: { kind: "linear", merged },
    layers: backbone.layers.map((layer, i) => ({ ...layer, keySize: shape[i]! / layer.heads, valueSize: shape[i]! / layer.heads, width: shape[i]! })),
  };
}

function requirePlain({ hiddenSize, layers, bottleneck }: EncoderArch): void {
  const refuse = (problem: string): never => {
    throw new SuperShaperError("supershaper/bad-backbone", `supershaper: a backbone needs layers that are alike, as wide as the encoder, got ${problem}; give another encoder`);
  };
  if (bottleneck !== undefined) refuse("bottlenecks already");
  const [first] = layers;
  layers.forEach(({ heads, keySize, valueSize, intermediateSize, feedForwards = 1 }, i) => {
    if (heads !== first!.heads || intermediateSize !== first!.intermediateSize) refuse(`layer ${i + 1} unlike layer 1`);
    if (heads * keySize !== hiddenSize || heads * valueSize !== hiddenSize) refuse(`heads of layer ${i + 1} that are not ${hiddenSize} wide together`);
    if (feedForwards !== 1) refuse(`${feedForwards} FFNs in layer ${i + 1}`);
  });
}
