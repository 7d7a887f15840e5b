import { type EncoderArch } from "@bort/arch";
import { isBackbone } from "./backbone.js";
import { SuperShaperError } from "./supershaper-error.js";

/** @throws SuperShaperError `supershaper/bad-backbone` for an encoder that is none, `supershaper/bad-shape` for widths that it has no slice of */
export function requireShape(arch: EncoderArch, shape: readonly number[]): void {
  const { hiddenSize, layers } = arch;
  if (!isBackbone(arch)) {
    throw new SuperShaperError("supershaper/bad-backbone",
      "supershaper: a super-network needs unmerged linear bottlenecks around layers that share nothing, are alike and as wide as the encoder, got another network; make one by backboneOf");
  }
  if (shape.length !== layers.length) throw new SuperShaperError("supershaper/bad-shape", `supershaper: a shape needs a width for each of ${layers.length} layers, got ${shape.length}: ${shape.join(", ")}`);
  const { heads } = layers[0]!;
  const wrong = shape.findIndex((width) => !Number.isSafeInteger(width) || width < heads || width > hiddenSize || width % heads !== 0);
  if (wrong === -1) return;
  throw new SuperShaperError("supershaper/bad-shape", `supershaper: a width must be a multiple of the ${heads} heads from ${heads} to ${hiddenSize}, got ${shape[wrong]} for layer ${wrong + 1}`);
}
