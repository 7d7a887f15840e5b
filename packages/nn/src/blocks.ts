import { type Activation, type EncoderArch } from "@bort/arch";
import * as op from "@bort/graph";
import { type Node } from "@bort/graph";

/** The node of a model's parameter, by its name in `modelParameters`. */
export type ParameterNodes = (name: string) => Node;

/** What networks are made of, with the parameters of one part of a model. */
export interface Blocks {
  /** x W^T + b: `[rows, inputs] -> [rows, outputs]`. */
  dense(name: string, x: Node): Node;
  /** The architecture's normalization: `[rows, width]`, before and after. */
  norm(name: string, x: Node): Node;
  /** The architecture's activation. */
  activate(x: Node): Node;
}

const activations = {
  gelu: (x) => op.gelu(x, "none"),
  geluTanh: (x) => op.gelu(x, "tanh"),
  relu: (x) => op.where(op.less(x, 0), 0, x),
} as const satisfies Record<Activation, (x: Node) => Node>;

export function blocks(arch: EncoderArch, parameters: ParameterNodes): Blocks {
  const normalize = {
    layerNorm: (x: Node, gain: Node, bias: Node): Node => op.layerNorm(x, gain, bias, arch.layerNormEps),
    noNorm: (x: Node, gain: Node, bias: Node): Node => op.add(op.mul(x, gain), bias),
  }[arch.normalization ?? "layerNorm"];
  return {
    dense: (name, x) => op.linear(x, parameters(`${name}.weight`), parameters(`${name}.bias`)),
    norm: (name, x) => normalize(x, parameters(`${name}.gain`), parameters(`${name}.bias`)),
    activate: activations[arch.activation],
  };
}
