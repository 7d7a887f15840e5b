/** The items, until the signal is aborted: then its reason is thrown in place of the next one. Without a signal, all of them. */
export function* untilAborted<Item>(items: Iterable<Item>, signal: AbortSignal | undefined): Generator<Item, void, void> {
  for (const item of items) {
    signal?.throwIfAborted();
    yield item;
  }
}
