import { setTimeout as sleep } from "node:timers/promises";
import { HubError } from "./hub-error.js";
import { type HubSettings } from "./hub-settings.js";
import { TransientError } from "./transient-error.js";

/** A failed attempt, which is made again after a wait. */
export interface RetryEvent {
  readonly type: "retry";
  readonly file: string;
  readonly reason: string;
  readonly waitMs: number;
}

/** The longest wait that a server may ask for. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Makes an attempt again and again while it ends with a `TransientError`, with waits that double, up to `retries` times without
 * more of the file than any attempt before had.
 *
 * @throws HubError `hub/unreachable`; the signal's reason; what the attempt throws
 */
export async function* withRetries<Event, Result>(
  file: string, attempt: () => AsyncGenerator<Event, Result>, { endpoint, retries, retryDelayMs, signal }: HubSettings,
): AsyncGenerator<Event | RetryEvent, Result> {
  let mostBytes = 0;
  for (let failures = 0; ; ) {
    let failed: TransientError;
    try {
      return yield* attempt();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      failed = error;
    }
    failures = failed.receivedBytes > mostBytes ? 1 : failures + 1;
    mostBytes = Math.max(mostBytes, failed.receivedBytes);
    if (failures > retries) {
      throw new HubError("hub/unreachable",
        `hub: ${file} could not be had from ${endpoint}: ${failed.message}; `
        + "try again later, which goes on from here, or set BORT_OFFLINE=1 for what was downloaded before");
    }
    const waitMs = Math.min(LONGEST_WAIT_MS, Math.max(failed.retryAfterMs ?? 0, retryDelayMs * 2 ** (failures - 1)));
    yield { type: "retry", file, reason: failed.message, waitMs };
    await waitFor(waitMs, signal);
  }
}

/** Waits; @throws the signal's reason where it is aborted */
async function waitFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { ...(signal !== undefined && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
