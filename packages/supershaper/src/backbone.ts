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
  const specs = modelParameters(wide, head);
  const bottlenecks = specs.filter(({ name }) => name.includes(".bottleneck."));
  const backbone = new ParameterStore(specs);
  backbone.copy(ParameterStore.initialized(bottlenecks, 0, 0), bottlenecks); // Identities, which are not drawn.
  for (const { name } of modelParameters(own, head)) {
    backbone.view(name).set(parameters.view(name.replace(/^layers\.(\d+)/, (_, layer) => `layers.${ownerOf(arch, Number(layer))}`)));
  }
  return { arch: wide, head, parameters: backbone };
}

/** Whether an encoder is the backbone of a super-network: linear bottlenecks that are not merged around layers that share nothing, are alike, and as wide as the encoder. */
export const isBackbone = (arch: EncoderArch): boolean =>
  arch.bottleneck?.kind === "linear" && !arch.bottleneck.merged && arch.sharing === undefined
  && arch.layers.every(({ width }) => width === arch.hiddenSize) && unlikeLayers(arch) === undefined;

/** What a layer of width `width` is in a sub-network: heads that are as many, and as much narrower. */
export function subArch(backbone: EncoderArch, shape: readonly number[], { merged }: { readonly merged: boolean }): EncoderArch {
  return {
    ...backbone, bottleneck: { kind: "linear", merged },
    layers: backbone.layers.map((layer, i) => ({ ...layer, keySize: shape[i]! / layer.heads, valueSize: shape[i]! / layer.heads, width: shape[i]! })),
  };
}

function requirePlain(arch: EncoderArch): void {
  const problem = arch.bottleneck === undefined ? unlikeLayers(arch) : "bottlenecks already";
  if (problem === undefined) return;
  throw new SuperShaperError("supershaper/bad-backbone", `supershaper: a backbone needs layers that are alike, as wide as the encoder, got ${problem}; give another encoder`);
}

/** What keeps all layers from being cut for a width as the first is; `undefined` where nothing does. */
function unlikeLayers({ hiddenSize, layers }: EncoderArch): string | undefined {
  const [first] = layers;
  for (const [i, { heads, keySize, valueSize, intermediateSize, feedForwards = 1 }] of layers.entries()) {
    if (heads !== first!.heads || intermediateSize !== first!.intermediateSize) return `layer ${i + 1} unlike layer 1`;
    if (heads * keySize !== hiddenSize || heads * valueSize !== hiddenSize) return `heads of layer ${i + 1} that are not ${hiddenSize} wide together`;
    if (feedForwards !== 1) return `${feedForwards} FFNs in layer ${i + 1}`;
  }
  return undefined;
}
