import { type SumTables } from "./sum-tables.js";
import { SuperShaperError } from "./supershaper-error.js";

/** Partial shapes that end in one place of a layer, by ascending size, of which no two are equal. */
export interface Labels {
  readonly sizes: Float64Array;
  readonly costs: Float64Array;
  /** Where each came from: a place of the layer before, and an index into that place's labels. */
  readonly places: Int32Array;
  readonly indices: Int32Array;
}

/** `"undominated"`: those that cost less than all that are as small. `"every-size"`: the cheapest of each size. */
export type KeptLabels = "every-size" | "undominated";

/** The most labels of one place: 2^21. */
const mostLabels = 2 ** 21;

/** [layer][place]: the labels of all partial shapes of the first layers, under two sums; @throws SuperShaperError `supershaper/too-large` */
export function labelsByLayer(size: SumTables, cost: SumTables, keep: KeptLabels): Labels[][] {
  const start: Labels = { sizes: Float64Array.of(0), costs: Float64Array.of(0), places: Int32Array.of(-1), indices: Int32Array.of(-1) };
  const layers = [Array.from(size.first, (term, place) => mergedLabels([start], [term], [cost.first[place]!], keep))];
  for (let layer = 1; layer < size.counts.length; layer++) {
    const [before, count] = [layers[layer - 1]!, size.counts[layer]!];
    const column = (table: Float64Array, place: number): number[] => before.map((_, from) => table[from * count + place]!);
    layers.push(Array.from({ length: count }, (_, place) =>
      mergedLabels(before, column(size.steps[layer - 1]!, place), column(cost.steps[layer - 1]!, place), keep)));
  }
  return layers;
}

/**
 * The labels of some sources, each moved by its own terms, as one list.
 *
 * @throws SuperShaperError `supershaper/too-large` beyond 2^21 labels
 */
export function mergedLabels(sources: readonly Labels[], sizeTerms: readonly number[], costTerms: readonly number[], keep: KeptLabels): Labels {
  const room = sources.reduce((sum, { sizes }) => sum + sizes.length, 0);
  if (room > mostLabels) throw tooMany(room, keep);
  const [sizes, costs, places, indices] = [new Float64Array(room), new Float64Array(room), new Int32Array(room), new Int32Array(room)];
  const heads: Heads = { sizes: new Float64Array(sources.length), costs: new Float64Array(sources.length) };
  const cursors = new Int32Array(sources.length);
  const show = (source: number): void => {
    const cursor = cursors[source]!;
    const labels = sources[source]!;
    const isLeft = cursor < labels.sizes.length;
    heads.sizes[source] = isLeft ? labels.sizes[cursor]! + sizeTerms[source]! : Infinity;
    heads.costs[source] = isLeft ? labels.costs[cursor]! + costTerms[source]! : Infinity;
  };
  sources.forEach((_, source) => show(source));
  let count = 0;
  for (let taken = 0; taken < room; taken++) {
    const from = smallest(heads);
    const [size, cost] = [heads.sizes[from]!, heads.costs[from]!];
    const index = cursors[from]!++;
    show(from);
    const isTied = count > 0 && size === sizes[count - 1]; // Sizes of one source, too, which differ by rounding, may be equal once a term is added.
    if (count > 0 && cost >= costs[count - 1]! && (isTied || keep === "undominated")) continue;
    if (isTied) count--; // The cheaper of two takes the place.
    sizes[count] = size;
    costs[count] = cost;
    places[count] = from;
    indices[count++] = index;
  }
  return { sizes: sizes.slice(0, count), costs: costs.slice(0, count), places: places.slice(0, count), indices: indices.slice(0, count) };
}

/** The next label of each source, moved by its terms; infinite where none is left. */
type Heads = Pick<Labels, "costs" | "sizes">;

/** The source whose next label is smallest, of equal ones the cheapest. */
function smallest({ sizes, costs }: Heads): number {
  let best = 0;
  for (let source = 1; source < sizes.length; source++) {
    if (sizes[source]! < sizes[best]! || (sizes[source] === sizes[best] && costs[source]! < costs[best]!)) best = source;
  }
  return best;
}

/** The places that a label of the last of some layers went through, first layer first. */
export function tracedPlaces(layers: readonly (readonly Labels[])[], place: number, index: number): number[] {
  const path = new Array<number>(layers.length);
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    path[layer] = place;
    const labels = layers[layer]![place]!;
    [place, index] = [labels.places[index]!, labels.indices[index]!];
  }
  return path;
}

function tooMany(labels: number, keep: KeptLabels): SuperShaperError {
  const fewer = keep === "every-size" ? "give one bound instead of two, coarser sizes, or" : "give coarser sizes, or";
  return new SuperShaperError("supershaper/too-large",
    `supershaper: an exact search needs at most ${mostLabels} partial shapes that end in one width, got ${labels}; ${fewer} use evolutionarySearch`);
}
