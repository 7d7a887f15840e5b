import { type Labels, labelsByLayer, tracedPlaces } from "./labels.js";
import { type SumTables, tablesBackTo, tablesUpTo } from "./sum-tables.js";

/** Two labels that meet at a place of the middle layer. */
interface Meeting {
  readonly cost: number;
  readonly head: number;
  readonly tail: number;
}

/**
 * The places of the cheapest shape with a size in [atLeast, atMost], nothing where there is none.
 *
 * Partial shapes are put together up to the middle layer from either end; there heads by ascending size meet a window of tails that moves down. With no least
 * size the undominated ones suffice; with one every size that occurs is kept. Source of the idea: Horowitz and Sahni 1974.
 *
 * @throws SuperShaperError `supershaper/too-large`
 */
export function cheapestWithin(size: SumTables, cost: SumTables, atLeast: number, atMost: number): number[] | undefined {
  const middle = (size.counts.length - 1) >> 1;
  const keep = atLeast === -Infinity ? "undominated" : "every-size";
  const heads = labelsByLayer(tablesUpTo(size, middle), tablesUpTo(cost, middle), keep);
  const tails = labelsByLayer(tablesBackTo(size, middle), tablesBackTo(cost, middle), keep);
  let best: (Meeting & { readonly place: number }) | undefined;
  for (let place = 0; place < size.counts[middle]!; place++) {
    const meeting = cheapestMeeting(heads[middle]![place]!, tails.at(-1)![place]!, atLeast, atMost);
    if (meeting !== undefined && meeting.cost < (best?.cost ?? Infinity)) best = { ...meeting, place };
  }
  if (best === undefined) return undefined;
  const { place, head, tail } = best;
  return [...tracedPlaces(heads, place, head), ...tracedPlaces(tails, place, tail).reverse().slice(1)];
}

/** The cheapest pair of a head and a tail whose sizes add up into the window. */
function cheapestMeeting(heads: Labels, tails: Labels, atLeast: number, atMost: number): Meeting | undefined {
  const queue = new Int32Array(tails.sizes.length); // Tails of the window, by falling size and rising cost: the first is the cheapest.
  let [first, end, next] = [0, 0, tails.sizes.length - 1];
  let best: Meeting | undefined;
  for (let head = 0; head < heads.sizes.length; head++) {
    const size = heads.sizes[head]!;
    for (; next >= 0 && size + tails.sizes[next]! >= atLeast; next--) {
      while (end > first && tails.costs[queue[end - 1]!]! >= tails.costs[next]!) end--;
      queue[end++] = next;
    }
    while (first < end && size + tails.sizes[queue[first]!]! > atMost) first++;
    if (first === end) continue;
    const tail = queue[first]!;
    const cost = heads.costs[head]! + tails.costs[tail]!;
    if (cost < (best?.cost ?? Infinity)) best = { cost, head, tail };
  }
  return best;
}
