import { type EncoderArch } from "@bort/arch";
import { type Model, type ModelHead, ParameterStore, modelParameters } from "@bort/nn";
import { SuperShaperError } from "./supershaper-error.js";

/**
 * A model as the backbone of a super-network: each layer between two linear bottlenecks, as wide as the encoder's stream, that start as the identity, so that
 * its outputs are those of the model. The model stays as it is.
 *
 * @throws SuperShaperError `supershaper/bad-backbone` for an encoder that has bottlenecks already, shared or stacked layers, narrow heads, or layers that differ
 *
 * Source: SuperShaper, sections 3.1 and 4.2.
 */
export function backboneOf<H extends ModelHead>({ arch, head, parameters }: Model<H>): Model<H> {
  requirePlain(arch);
  const { hiddenSize, layers } = arch;
  const wide: EncoderArch = { ...arch, layers: layers.map((layer) => ({ ...layer, width: hiddenSize })), bottleneck: { kind: "linear", merged: false } };
  const backbone = ParameterStore.initialized(modelParameters(wide, head), 0, 0); // Every parameter but the bottlenecks, which have no deviation, is copied.
  backbone.copy(parameters, modelParameters(arch, head));
  return { arch: wide, head, parameters: backbone };
}

/** What a layer of width `width` is in a sub-network: heads that are as many, and as much narrower. */
export function subArch(backbone: EncoderArch, shape: readonly number[], { merged }: { readonly merged: boolean }): EncoderArch {
  return {
    ...backbone, bottleneck: { kind: "linear", merged },
    layers: backbone.layers.map((layer, i) => ({ ...layer, keySize: shape[i]! / layer.heads, valueSize: shape[i]! / layer.heads, width: shape[i]! })),
  };
}

function requirePlain({ hiddenSize, layers, bottleneck, sharing }: EncoderArch): void {
  const refuse = (problem: string): never => {
    throw new SuperShaperError("supershaper/bad-backbone", `supershaper: a backbone needs layers that are alike, as wide as the encoder, got ${problem}; give a plain encoder`);
  };
  if (bottleneck !== undefined) refuse("bottlenecks already");
  if (sharing !== undefined) refuse("layers that share parameters");
  const [first] = layers;
  layers.forEach(({ heads, keySize, valueSize, intermediateSize, feedForwards = 1 }, i) => {
    if (heads !== first!.heads || intermediateSize !== first!.intermediateSize) refuse(`layer ${i} unlike layer 0`);
    if (heads * keySize !== hiddenSize || heads * valueSize !== hiddenSize) refuse(`heads of layer ${i} that are not ${hiddenSize} wide together`);
    if (feedForwards !== 1) refuse(`${feedForwards} FFNs in layer ${i}`);
  });
}
