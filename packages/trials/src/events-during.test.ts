import { setImmediate, setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { eventsDuring } from "./events-during.js";

const never = new AbortController().signal;

describe("eventsDuring", () => {
  it("yields every event in order, those emitted together too, and returns the result", async () => {
    const events = eventsDuring<number, string>(async (emit) => {
      emit(1);
      emit(2);
      await setImmediate();
      emit(3);
      return "done";
    }, never);
    const seen: number[] = [];
    let next = await events.next();
    for (; next.done !== true; next = await events.next()) seen.push(next.value);
    expect(seen).toEqual([1, 2, 3]);
    expect(next.value).toBe("done");
  });

  it("yields an event before the work ends", async () => {
    let finish = (): void => {};
    const events = eventsDuring<number, void>((emit) => {
      emit(1);
      return new Promise((resolve) => { finish = resolve; });
    }, never);
    expect(await events.next()).toEqual({ done: false, value: 1 });
    finish();
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it("throws what the work rejects with", async () => {
    await expect(eventsDuring(() => Promise.reject(new Error("diverged")), never).next()).rejects.toThrow("diverged");
  });

  it("throws the signal's reason, however the work ends", async () => {
    for (const ending of [() => Promise.resolve(1), () => Promise.reject(new Error("interrupted"))]) {
      const stop = new AbortController();
      const events = eventsDuring(async () => {
        await setImmediate();
        stop.abort(new Error("enough"));
        return ending();
      }, stop.signal);
      await expect(events.next()).rejects.toThrow("enough");
    }
  });

  it("stops the work and waits for it when the consumer leaves", async () => {
    let settled = false;
    const work = async (emit: (event: number) => void, signal: AbortSignal): Promise<void> => {
      emit(1);
      await setTimeout(60_000, undefined, { signal }).catch(() => {});
      settled = true;
    };
    for await (const event of eventsDuring(work, never)) {
      expect(event).toBe(1);
      break;
    }
    expect(settled).toBe(true);
  });
});
