import { archToJson } from "./arch-json.js";
import { type EncoderArch, type LayerArch } from "./encoder-arch.js";
import { sameJson } from "./json-fields.js";

/** Whether two sound architectures are one network, whether or not they spell out what is the default. */
export function sameArch(a: EncoderArch, b: EncoderArch): boolean {
  return a === b || sameJson(archToJson(withoutDefaults(a)), archToJson(withoutDefaults(b)));
}

/** `arch` without the optional fields that say no more than their absence. */
export function withoutDefaults(arch: EncoderArch): EncoderArch {
  const { normalization, sharing, ...rest } = arch;
  return {
    ...rest,
    layers: arch.layers.map(withoutOneFeedForward),
    ...(normalization === undefined || normalization === "layerNorm" ? {} : { normalization }),
    ...(sharing === undefined || sharing.every((owner, index) => owner === index) ? {} : { sharing }),
  };
}

function withoutOneFeedForward(layer: LayerArch): LayerArch {
  if (layer.feedForwards !== 1) return layer;
  const { heads, keySize, valueSize, intermediateSize, width } = layer;
  return { heads, keySize, valueSize, intermediateSize, ...(width === undefined ? {} : { width }) };
}
