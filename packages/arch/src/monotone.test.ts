import { describe, expect, it } from "vitest";
import { type EncoderArch, type LayerArch } from "./encoder-arch.js";
import { flops } from "./flops.js";
import { memoryBytes } from "./memory-bytes.js";
import { parameterCount } from "./parameter-count.js";
import { randomArch } from "./random-arch.js";

const archs = Array.from({ length: 200 }, (_, seed) => randomArch(seed));

/** Every layer changed alike, so that those that share parameters still may. */
const inEveryLayer = (change: (layer: LayerArch) => LayerArch) => (arch: EncoderArch): EncoderArch => ({ ...arch, layers: arch.layers.map(change) });

/** One step up in each dimension; `undefined` where an architecture does not have it. */
const steps = {
  vocabSize: (arch) => ({ ...arch, vocabSize: arch.vocabSize + 1 }),
  positions: (arch) => ({ ...arch, positions: arch.positions + 1 }),
  tokenTypes: (arch) => ({ ...arch, tokenTypes: arch.tokenTypes + 1 }),
  hiddenSize: (arch) => ({ ...arch, hiddenSize: arch.hiddenSize + 1 }),
  depth: (arch) => {
    const layers = [...arch.layers, arch.layers.at(-1)!];
    return { ...arch, layers, ...(arch.sharing === undefined ? {} : { sharing: [...arch.sharing, arch.layers.length] }) };
  },
  pooler: (arch) => (arch.pooler ? undefined : { ...arch, pooler: true }),
  heads: inEveryLayer((layer) => ({ ...layer, heads: layer.heads + 1 })),
  keySize: inEveryLayer((layer) => ({ ...layer, keySize: layer.keySize + 1 })),
  valueSize: inEveryLayer((layer) => ({ ...layer, valueSize: layer.valueSize + 1 })),
  intermediateSize: inEveryLayer((layer) => ({ ...layer, intermediateSize: layer.intermediateSize + 1 })),
  feedForwards: inEveryLayer((layer) => ({ ...layer, feedForwards: (layer.feedForwards ?? 1) + 1 })),
  width: (arch) => (arch.bottleneck === undefined ? undefined : inEveryLayer((layer) => ({ ...layer, width: layer.width! + 1 }))(arch)),
  "embedding size": ({ embedding, ...arch }) => (
    embedding === undefined || embedding.size === arch.hiddenSize ? undefined : { ...arch, embedding: { ...embedding, size: embedding.size + 1 } }
  ),
  "embedding window": ({ embedding, ...arch }) => (
    embedding?.kind !== "wordProjected" || embedding.window === 3 ? undefined : { ...arch, embedding: { ...embedding, window: 3 } }
  ),
} satisfies Record<string, (arch: EncoderArch) => EncoderArch | undefined>;

describe.each(Object.entries(steps))("one step up in %s", (_, step: (arch: EncoderArch) => EncoderArch | undefined) => {
  const pairs = archs.flatMap((arch) => {
    const larger = step(arch);
    return larger === undefined ? [] : [[arch, larger] as const];
  });
  const measures = {
    parameters: (arch) => parameterCount(arch).total,
    FLOPs: (arch) => flops(arch, { sequence: 4 }).total,
    "element-wise FLOPs": (arch) => flops(arch, { sequence: 4, elementwise: true }).total,
    "bytes of training": (arch) => memoryBytes(arch, { sequence: 4 }).training,
    "bytes of inference": (arch) => memoryBytes(arch, { sequence: 4 }).inference,
  } satisfies Record<string, (arch: EncoderArch) => number>;

  it("is found among random architectures", () => {
    expect(pairs.length).toBeGreaterThan(5);
  });

  it("costs parameters", () => {
    for (const [arch, larger] of pairs) expect(measures.parameters(larger)).toBeGreaterThan(measures.parameters(arch));
  });

  it.each(Object.entries(measures))("never saves %s", (_name, measure) => {
    for (const [arch, larger] of pairs) expect(measure(larger)).toBeGreaterThanOrEqual(measure(arch));
  });
});

describe("sharing of parameters", () => {
  it("never costs any, and none is saved where each place of use counts", () => {
    for (const arch of archs) {
      const unshared = arch.sharing === undefined ? arch : { ...arch, sharing: [...arch.layers.keys()] };
      expect(parameterCount(arch).total).toBeLessThanOrEqual(parameterCount(unshared).total);
      expect(parameterCount(arch, { shared: "each" }).total).toBe(parameterCount(unshared).total);
    }
  });

  it("counts a tied decoder at both places on request", () => {
    for (const arch of archs) {
      const heads = { mlm: {} };
      const columns = arch.embedding?.size ?? arch.hiddenSize;
      const { heads: once } = parameterCount(arch, { heads });
      expect(parameterCount(arch, { heads, shared: "each" }).heads - once).toBe(columns * arch.vocabSize);
    }
  });
});
