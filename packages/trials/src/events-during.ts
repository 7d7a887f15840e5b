/**
 * Runs `work` and yields what it emits while it runs, in order; returns what it resolves to, or throws what it rejects with.
 *
 * Once `signal` aborts, its reason is thrown however `work` ends, because a result that was cut short is none.
 * `work` sees a signal that follows `signal` and also aborts when the consumer leaves early; leaving then waits until `work` has settled, so that nothing runs on.
 */
export async function* eventsDuring<Event, Result>(
  work: (emit: (event: Event) => void, signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
): AsyncGenerator<Event, Result, void> {
  const leaving = new AbortController();
  const emitted: Event[] = [];
  let wake = (): void => {};
  let settled = false;
  const result = work((event) => {
    emitted.push(event);
    wake();
  }, AbortSignal.any([signal, leaving.signal]));
  const settling = result.then(() => { settled = true; }, () => { settled = true; });
  try {
    for (;;) {
      while (emitted.length > 0) yield emitted.shift()!;
      if (settled) {
        signal.throwIfAborted();
        return await result;
      }
      await Promise.race([settling, new Promise<void>((resolve) => { wake = resolve; })]);
    }
  } finally {
    if (!settled) leaving.abort();
    await settling;
  }
}
