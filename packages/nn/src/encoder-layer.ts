import { type EncoderArch, type LayerArch } from "@bort/arch";
import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { type AttentionNodes, type Places, type Projections, attention, columns } from "./attention.js";
import { type Blocks, type ParameterNodes, blocks } from "./blocks.js";

/** What leaves a layer, and the attention inside it. */
export interface LayerNodes {
  /** `[batch * sequence, hidden]`, or as wide as the layer between merged bottlenecks. */
  readonly state: Node;
  readonly attention: AttentionNodes;
}

/**
 * One layer with what leads into and out of it, x: `[batch * sequence, hidden]`.
 *
 * Between merged bottlenecks the stream is as wide as the layer before it: `[batch * sequence, width]`.
 */
export function encoderLayer(arch: EncoderArch, index: number, parameters: ParameterNodes, x: Node, places: Places): LayerNodes {
  const layer = arch.layers[index]!;
  const parts = blocks(arch, parameters);
  switch (arch.bottleneck?.kind) {
    case undefined: return transformerLayer(layer, parts, x, projections(layer, parts, x), places);
    case "mobilebert": return mobileBertLayer(layer, parts, x, places, arch.bottleneck.attentionInput);
    case "linear": {
      const stream = parts.dense("bottleneck.input", x);
      const inner = transformerLayer(layer, parts, stream, projections(layer, parts, stream), places);
      return arch.bottleneck.merged && index < arch.layers.length - 1 ? inner : { ...inner, state: parts.dense("bottleneck.output", inner.state) };
    }
  }
}

/** Maps with a norm into the layer's stream, and out of it, where the encoder's stream is added. MobileBERT, sections 3.1 and 3.2. */
function mobileBertLayer(layer: LayerArch, parts: Blocks, x: Node, places: Places, attentionInput: "bottleneck" | "shared"): LayerNodes {
  const { dense, norm } = parts;
  const mapped = (name: string): Node => norm(`${name}.norm`, dense(name, x)); // [batch * sequence, width]
  const stream = mapped("bottleneck.input");
  const read = attentionInput === "shared" ? sharedProjections(layer, parts, mapped("bottleneck.attention"), x) : projections(layer, parts, stream);
  const inner = transformerLayer(layer, parts, stream, read, places);
  return { ...inner, state: norm("bottleneck.output.norm", op.add(dense("bottleneck.output", inner.state), x)) };
}

/** Attention, then the FFNs, each with its residual and norm: x `[batch * sequence, width]`, before and after. Vaswani et al. 2017; Bort eq. 3-11. */
function transformerLayer(layer: LayerArch, { dense, norm, activate }: Blocks, x: Node, read: Projections, places: Places): LayerNodes {
  const { dropout } = places;
  const feedForward = (name: string, input: Node): Node => {
    const inner = activate(dense(`${name}.up`, input)); // [batch * sequence, intermediate]
    return norm(`${name}.norm`, op.add(dropout("hidden", dense(`${name}.down`, inner)), input));
  };
  const attended = attention(layer, read, places);
  let state = norm("attention.norm", op.add(dropout("hidden", dense("attention.output", attended.context)), x));
  for (let i = 0; i < (layer.feedForwards ?? 1) - 1; i++) state = feedForward(`stacked.${i}`, state);
  return { state: feedForward("feedForward", state), attention: attended };
}

function projections({ heads, keySize, valueSize }: LayerArch, { dense }: Blocks, x: Node): Projections {
  const qkv = dense("attention.qkv", x); // [batch * sequence, heads * (2 keySize + valueSize)]
  const [keys, values] = [heads * keySize, heads * valueSize];
  return { query: columns(qkv, 0, keys), key: columns(qkv, keys, 2 * keys), value: columns(qkv, 2 * keys, 2 * keys + values) };
}

function sharedProjections({ heads, keySize }: LayerArch, { dense }: Blocks, x: Node, valueInput: Node): Projections {
  const queryKey = dense("attention.queryKey", x); // [batch * sequence, heads * 2 keySize]
  const keys = heads * keySize;
  return { query: columns(queryKey, 0, keys), key: columns(queryKey, keys, 2 * keys), value: dense("attention.value", valueInput) };
}
