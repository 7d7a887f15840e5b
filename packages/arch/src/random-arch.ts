import { type EncoderArch, type LayerArch, type NarrowEmbedding, validateArch } from "./encoder-arch.js";

/**
 * For tests: a small sound architecture that is a function of `seed`.
 *
 * A few dozen seeds show every kind of embedding, bottleneck, sharing, normalization and activation, alone and together, layers that differ
 * and layers that do not, and fields that spell out their default. No size is above 64 but the vocabulary's 128.
 */
export function randomArch(seed: number): EncoderArch {
  const draw = drawer(seed);
  const hiddenSize = draw.pick([8, 12, 16, 24]);
  const bottleneck = draw.pick([
    undefined, undefined, { kind: "linear", merged: false }, { kind: "linear", merged: true },
    { kind: "mobilebert", attentionInput: "shared" }, { kind: "mobilebert", attentionInput: "bottleneck" },
  ] as const);
  const shareable = !(bottleneck?.kind === "linear" && bottleneck.merged);
  const sharing = shareable && draw.chance(0.4) ? randomSharing(draw) : undefined;
  const layers = randomLayers(draw, { hiddenSize, sharing, bottlenecks: bottleneck !== undefined });
  const padTokenId = draw.chance(0.7) ? draw.upTo(4) - 1 : undefined;
  const embedding = randomEmbedding(draw, hiddenSize);
  return validateArch({
    vocabSize: 4 + draw.upTo(124),
    positions: 8 + draw.upTo(56),
    positionOffset: padTokenId !== undefined && draw.chance(0.3) ? padTokenId + 1 : 0,
    tokenTypes: draw.upTo(4) - 1,
    ...(embedding === undefined ? {} : { embedding }),
    hiddenSize,
    layers,
    ...(bottleneck === undefined ? {} : { bottleneck }),
    ...(sharing === undefined ? {} : { sharing }),
    activation: draw.pick(["gelu", "geluTanh", "relu"]),
    ...(draw.chance(0.4) ? { normalization: draw.pick(["layerNorm", "noNorm"]) } : {}),
    layerNormEps: draw.pick([1e-12, 1e-5, 0.001]),
    pooler: draw.chance(0.5),
    ...(padTokenId === undefined ? {} : { padTokenId }),
  });
}

interface Drawer {
  /** A whole number, 1 to `bound`. */
  readonly upTo: (bound: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(choices: readonly T[]) => T;
}

/** A counter hashed with the finalizer of MurmurHash3. */
function drawer(seed: number): Drawer {
  let counter = Math.imul(seed, 0x9e3779b1);
  const unit = (): number => {
    counter = (counter + 0x6d2b79f5) | 0;
    let hash = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  };
  const upTo = (bound: number): number => 1 + Math.floor(unit() * bound);
  return { upTo, chance: (probability) => unit() < probability, pick: (choices) => choices[upTo(choices.length) - 1]! };
}

function randomEmbedding(draw: Drawer, hiddenSize: number): NarrowEmbedding | undefined {
  const kind = draw.pick([undefined, "projected", "wordProjected"] as const);
  if (kind === undefined) return undefined;
  const size = draw.pick([4, 6, hiddenSize]);
  return kind === "projected" ? { kind, size } : { kind, size, window: draw.pick([1, 3]) };
}

/** Layers that share at random, or as ALBERT's groups do, or not at all. */
function randomSharing(draw: Drawer): number[] {
  const depth = draw.upTo(6);
  const kind = draw.pick(["any", "one", "pairs", "own"] as const);
  const owners: number[] = [];
  return Array.from({ length: depth }, (_, index) => {
    const owner = { any: draw.chance(0.5) ? index : draw.pick([...owners, index]), one: 0, pairs: index % 2, own: index }[kind];
    if (owner === index) owners.push(index);
    return owner;
  });
}

function randomLayers(draw: Drawer, { hiddenSize, sharing, bottlenecks }: {
  readonly hiddenSize: number;
  readonly sharing: readonly number[] | undefined;
  readonly bottlenecks: boolean;
}): LayerArch[] {
  const fresh = (): LayerArch => {
    const width = bottlenecks ? draw.pick([4, 8, hiddenSize]) : undefined;
    const heads = draw.pick([1, 2, 4]);
    const own = (width ?? hiddenSize) / heads;
    const even = draw.chance(0.7);
    return {
      heads,
      keySize: even ? own : draw.upTo(12),
      valueSize: even ? own : draw.upTo(12),
      intermediateSize: 4 * draw.upTo(8),
      ...(width === undefined ? {} : { width }),
      ...(draw.chance(0.3) ? { feedForwards: draw.upTo(3) } : {}),
    };
  };
  const first = fresh();
  const alike = draw.chance(0.5);
  const layers: LayerArch[] = [];
  for (let index = 0; index < (sharing?.length ?? draw.upTo(6)); index++) {
    const owner = sharing?.[index] ?? index;
    layers.push(owner < index ? layers[owner]! : alike ? first : fresh());
  }
  return layers;
}
