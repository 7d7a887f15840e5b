import {
  type Component, denseClassifier, type EmbeddingKind, embeddings, feedForward, lastBottleneck, type LayerKind, layers as layerComponents, mlmHeads, nextSentence,
  pooledClassifier, pooler, typedEmbeddings,
} from "./components.js";
import { type Bottleneck, type EncoderArch, sameLayer } from "./encoder-arch.js";
import { type Heads } from "./heads.js";
import { type Sizes, sizesOf } from "./sizes.js";

/** How many tokens, sequences and masked positions there are. */
export type Copies = Readonly<Record<"maskedPosition" | "sequence" | "token", number>>;

/** Components that belong together, their sizes, and how often they are there and run. */
export interface Group {
  readonly part: "embedding" | "encoder" | "heads" | "pooler";
  readonly name: string;
  /** The first of the layers that the group belongs to, from 0, and how many there are; -1 and 0 where it belongs to none. */
  readonly firstLayer: number;
  readonly layers: number;
  readonly source: string;
  readonly components: readonly Component[];
  readonly sizes: Sizes;
  /** Copies with parameters of their own. */
  readonly owned: number;
  /** Copies that run. */
  readonly runs: number;
  /** What one run handles. */
  readonly per: keyof Copies;
}

/** An encoder and its heads as groups of components, in the order in which they run; `sequence` is 0 where only parameters count. */
export function networkOf(arch: EncoderArch, heads: Heads, sequence: number = 0): Group[] {
  const kind = arch.embedding?.kind ?? "plain";
  const sizes = sizesOf(arch, undefined, 0, sequence, heads.classifier?.labels ?? 0);
  const groups = [single("embedding", "embedding", embeddingSources[kind], (arch.tokenTypes > 0 ? typedEmbeddings : embeddings)[kind], sizes, "token")];
  addLayers(groups, arch, sequence);
  if (arch.pooler) groups.push(single("pooler", "pooler", "Bort, eq. 8", pooler, sizes, "sequence"));
  const { mlm, classifier } = heads;
  if (mlm !== undefined) {
    const components = mlmHeads[kind][mlm.decoder === false ? "transform" : mlm.tied === false ? "untied" : "tied"];
    groups.push(single("heads", "MLM head", "Devlin et al. 2018, section 3.1", components, sizes, "maskedPosition"));
  }
  if (classifier?.pooled === true) groups.push(single("heads", "classifier", "Devlin et al. 2018, section 4", pooledClassifier, sizes, "sequence"));
  else if (classifier !== undefined) groups.push(single("heads", "classifier", "Liu et al. 2019, released code", denseClassifier, sizes, "sequence"));
  if (heads.nextSentence === true) {
    groups.push(single("heads", "next-sentence head", "Devlin et al. 2018, section 3.1", nextSentence, sizes, "sequence"));
  }
  return groups;
}

const embeddingSources: Readonly<Record<EmbeddingKind, string>> = {
  plain: "Devlin et al. 2018, section 3.2",
  projected: "Lan et al. 2019, section 3.1",
  wordProjected: "Sun et al. 2020, section 3.1",
};

const layerSources: Readonly<Record<LayerKind, string>> = {
  plain: "Bort, eq. 5-7",
  linear: "SuperShaper, section 3.1",
  merged: "SuperShaper, section 3.1, bottlenecks merged",
  bottleneck: "Sun et al. 2020, section 3.1",
  shared: "Sun et al. 2020, section 3.1",
};

/** A group that is there once. */
function single(
  part: Group["part"], name: string, source: string, components: readonly Component[], sizes: Sizes, per: Group["per"],
): Group {
  return { part, name, firstLayer: -1, layers: 0, source, components, sizes, owned: 1, runs: 1, per };
}

/** One group for each run of like layers, and at the end the bottleneck that merged ones leave over. */
function addLayers(groups: Group[], arch: EncoderArch, sequence: number): void {
  const { layers, bottleneck, sharing, hiddenSize } = arch;
  const kind = layerKind(bottleneck);
  const source = layerSources[kind];
  let previous = hiddenSize;
  for (let first = 0; first < layers.length;) {
    const layer = layers[first]!;
    const { width = hiddenSize, feedForwards = 1 } = layer;
    const mayRepeat = kind !== "merged" || previous === width;
    let end = first + 1;
    while (mayRepeat && end < layers.length && sameLayer(layers[end]!, layer)) end++;
    const runs = end - first;
    const owned = sharing === undefined ? runs : ownedIn(sharing, first, end);
    const sizes = sizesOf(arch, layer, previous, sequence, 0);
    groups.push({ part: "encoder", name: "layer", firstLayer: first, layers: runs, source, components: layerComponents[kind], sizes, owned, runs, per: "token" });
    if (feedForwards > 1) {
      const more = feedForwards - 1;
      groups.push({
        part: "encoder", name: "stacked FFNs of layer", firstLayer: first, layers: runs, source: "Sun et al. 2020, section 3.3", components: feedForward, sizes,
        owned: more * owned, runs: more * runs, per: "token",
      });
    }
    previous = width;
    first = end;
  }
  if (kind === "merged") {
    groups.push(single("encoder", "output bottleneck", source, lastBottleneck, sizesOf(arch, layers.at(-1), previous, sequence, 0), "token"));
  }
}

function layerKind(bottleneck: Bottleneck | undefined): LayerKind {
  if (bottleneck === undefined) return "plain";
  return bottleneck.kind === "linear" ? (bottleneck.merged ? "merged" : "linear") : bottleneck.attentionInput;
}

function ownedIn(sharing: readonly number[], first: number, end: number): number {
  let owned = 0;
  for (let i = first; i < end; i++) if (sharing[i] === i) owned++;
  return owned;
}
