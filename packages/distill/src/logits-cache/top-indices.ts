/** Indices of the `count` largest values, the largest first; of equal ones the earlier first. */
export function topIndices(values: Float32Array, count: number): Int32Array {
  const ranksBelow = (a: number, b: number): boolean => values[a]! < values[b]! || (values[a]! === values[b]! && a > b);
  const heap = Int32Array.from({ length: count }, (_, i) => i); // The lowest of those kept is at the root.
  const sink = (start: number): void => {
    for (let parent = start, child = 2 * parent + 1; child < count; parent = child, child = 2 * parent + 1) {
      if (child + 1 < count && ranksBelow(heap[child + 1]!, heap[child]!)) child++;
      if (!ranksBelow(heap[child]!, heap[parent]!)) return;
      [heap[parent], heap[child]] = [heap[child]!, heap[parent]!];
    }
  };
  for (let parent = (count >> 1) - 1; parent >= 0; parent--) sink(parent);
  for (let i = count; i < values.length; i++) {
    if (!ranksBelow(heap[0]!, i)) continue;
    heap[0] = i;
    sink(0);
  }
  return heap.sort((a, b) => (ranksBelow(a, b) ? 1 : -1));
}
