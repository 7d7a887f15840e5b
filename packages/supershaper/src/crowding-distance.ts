/**
 * How alone each solution of a front is: the distance between its neighbours in each value, in shares of the range, summed; infinite at the ends.
 * Source: Deb et al. 2002, section III-B.
 */
export function crowdingDistance(front: readonly { readonly values: readonly number[] }[]): Float64Array {
  const distances = new Float64Array(front.length);
  for (let objective = 0; objective < (front[0]?.values.length ?? 0); objective++) {
    const value = (i: number): number => front[i]!.values[objective]!;
    const order = [...front.keys()].sort((a, b) => value(a) - value(b));
    const [first, last] = [order[0]!, order.at(-1)!];
    const range = value(last) - value(first);
    if (range === 0) continue; // All alike: it tells none apart.
    distances[first] = distances[last] = Infinity;
    for (let place = 1; place < order.length - 1; place++) distances[order[place]!]! += (value(order[place + 1]!) - value(order[place - 1]!)) / range;
  }
  return distances;
}
