/** How late a timer of this thread was. */
export interface TimerLateness {
  readonly worstMs: number;
  /** Times that it went off. */
  readonly ticks: number;
}

const intervalMs = 10;

/** Has a timer go off every 10 ms while `work` is done, and says how far beyond its time it was at worst. */
export async function timerLateness(work: () => Promise<unknown>): Promise<TimerLateness> {
  let [worstMs, ticks] = [0, 0];
  let due = performance.now() + intervalMs;
  const late = (): void => {
    const now = performance.now();
    worstMs = Math.max(worstMs, now - due);
    due = now + intervalMs;
  };
  const timer = setInterval(() => {
    ticks++;
    late();
  }, intervalMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  late(); // A timer that never went off was late until now.
  return { worstMs, ticks };
}
