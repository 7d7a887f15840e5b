/** A server did not answer, or said that it cannot for now: the same request may succeed later. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

export interface RetryOptions {
  /** The wait after the first failure; each further one is twice as long, up to a minute. */
  readonly retryDelayMs: number;
  readonly wait: (ms: number) => Promise<void>;
  /** Is told of every failure; `failures` counts those in a row. */
  readonly givesUp: (failures: number, failure: Unreachable) => boolean;
}

const LONGEST_WAIT_MS = 60_000;

/** Makes an attempt again and again while it throws `Unreachable`; throws that where `givesUp` says so, and whatever else the attempt throws. */
export async function retryWhileUnreachable<Result>(attempt: () => Promise<Result>, { retryDelayMs, wait, givesUp }: RetryOptions): Promise<Result> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Unreachable) || givesUp(failures, error)) throw error;
    }
    await wait(Math.min(LONGEST_WAIT_MS, retryDelayMs * 2 ** (failures - 1)));
  }
}
