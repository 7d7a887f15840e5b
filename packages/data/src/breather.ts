import { setImmediate } from "node:timers/promises";

/** How long work may hold the event loop before it lets timers and input in, in milliseconds. */
const HOLD_MS = 20;

/** Makes a function to await between the steps of long work: it lets the event loop turn now and then, and throws if `signal` is aborted. */
export function breather(signal: AbortSignal | undefined): () => Promise<void> {
  let lastMs = performance.now();
  return async () => {
    if (performance.now() - lastMs >= HOLD_MS) {
      await setImmediate();
      lastMs = performance.now();
    }
    signal?.throwIfAborted();
  };
}
