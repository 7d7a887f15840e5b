import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { BackgroundDelivery, type BackgroundDeliveryOptions } from "./background-delivery.js";
import { Unreachable } from "./retry-while-unreachable.js";

const told: string[] = [];
function delivery(send: BackgroundDeliveryOptions<number>["send"], options: Partial<BackgroundDeliveryOptions<number>> = {}): BackgroundDelivery<number> {
  told.length = 0;
  return new BackgroundDelivery({
    send, batchSize: 3, intervalMs: 5, limit: 10, retries: 2, retryDelayMs: 1,
    onOutage: (reason) => told.push(`outage: ${reason}`), onLoss: (reason) => told.push(`loss: ${reason}`), ...options,
  });
}
const away = async (): Promise<never> => {
  throw new Unreachable("away");
};
const all = { lostItems: 0, reason: undefined, isUnreachable: false };

describe("BackgroundDelivery", () => {
  it("sends everything once, in order, in batches that are no larger than allowed", async () => {
    const batches: number[][] = [];
    const outbox = delivery(async (items) => {
      await sleep(1);
      batches.push([...items]);
    });
    for (let i = 0; i < 8; i++) outbox.put([i]);
    await sleep(10);
    outbox.put([8]);
    expect(await outbox.close()).toEqual(all);
    expect(batches.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(Math.max(...batches.map(({ length }) => length))).toBe(3);
  });

  it("gathers what comes within the interval, and does not wait for it at the end", async () => {
    const batches: number[][] = [];
    const outbox = delivery(async (items) => void batches.push([...items]), { intervalMs: 100_000 });
    outbox.put([1]);
    await sleep(1);
    outbox.put([2]);
    expect(batches).toEqual([]);
    await outbox.close();
    expect(batches).toEqual([[1, 2]]);
  });

  it("waits out an outage of any length, which it tells once and not at its first failures", async () => {
    let failures = 0;
    const send = vi.fn(async () => (failures++ < 6 ? away() : undefined));
    const outbox = delivery(send);
    outbox.put([1, 2]);
    await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(7));
    failures = 0;
    outbox.put([3]);
    await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(14));
    expect(await outbox.close()).toEqual(all);
    expect(told).toEqual(["outage: away"]);

    failures = 4;
    const blip = delivery(send);
    blip.put([1]);
    await vi.waitFor(() => expect(failures).toBe(7));
    expect([await blip.close(), told]).toEqual([all, []]);
  });

  it("gives up at the end after so many failures in a row, and says how much is left", async () => {
    const send = vi.fn(away);
    const outbox = delivery(send);
    outbox.put([1, 2, 3, 4]);
    expect(await outbox.close()).toEqual({ lostItems: 4, reason: "away", isUnreachable: true });
    expect(send).toHaveBeenCalledTimes(3);

    const long = delivery(send, { retryDelayMs: 20 });
    long.put([1]);
    await vi.waitFor(() => expect(told).toEqual(["outage: away"]));
    const before = send.mock.calls.length;
    expect(await long.close()).toMatchObject({ lostItems: 1 });
    expect(send.mock.calls.length - before).toBeLessThanOrEqual(1); // The failures before the end count.
  });

  it("loses the batch that is refused alone", async () => {
    const sent: number[] = [];
    const outbox = delivery(async (items) => {
      if (items.includes(2)) throw new Error("not this");
      sent.push(...items);
    });
    outbox.put([1, 2, 3, 4, 5]);
    expect(await outbox.close()).toEqual({ lostItems: 3, reason: "not this", isUnreachable: false });
    expect([sent, told]).toEqual([[4, 5], ["loss: not this"]]);
  });

  it("holds no more than its limit, and counts what comes beyond", async () => {
    let isAway = true;
    const sent: number[] = [];
    const outbox = delivery(async (items) => (isAway ? away() : void sent.push(...items)));
    for (let i = 0; i < 15; i++) outbox.put([i]);
    isAway = false;
    expect(await outbox.close()).toMatchObject({ lostItems: 5, isUnreachable: false });
    expect([sent, told]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ["loss: more than 10 waited"]]);
  });
});
