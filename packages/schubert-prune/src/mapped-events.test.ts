import { expect, it } from "vitest";
import { mappedEvents } from "./mapped-events.js";

/** Counts to three, and how often it was left or ended. */
function counting(): { events: AsyncGenerator<number, string>; ends: () => number } {
  let ends = 0;
  async function* count(): AsyncGenerator<number, string> {
    try {
      for (const number of [1, 2, 3]) yield number;
      return "three";
    } finally {
      ends++;
    }
  }
  return { events: count(), ends: () => ends };
}

it("gives any number of events for each, and the result", async () => {
  const { events, ends } = counting();
  const mapped = mappedEvents(events, (number) => Array.from({ length: number - 1 }, (_, i) => `${number}.${i}`));
  const told: string[] = [];
  let next = await mapped.next();
  for (; next.done !== true; next = await mapped.next()) told.push(next.value);
  expect([told, next.value, ends()]).toEqual([["2.0", "3.0", "3.1"], "three", 1]);
});

it.each<[string, (mapped: AsyncGenerator<number, string>) => Promise<unknown>]>([
  ["a consumer that leaves", (mapped) => mapped.return("")],
  ["one that throws", (mapped) => mapped.throw(new Error("enough")).catch(() => undefined)],
])("ends the generator for %s", async (_, leave) => {
  const { events, ends } = counting();
  const mapped = mappedEvents(events, (number) => [number]);
  await mapped.next();
  expect(ends()).toBe(0);
  await leave(mapped);
  expect(ends()).toBe(1);
});

it("ends the generator where an event cannot be mapped, and passes on its own error", async () => {
  const { events, ends } = counting();
  await expect(mappedEvents(events, () => { throw new Error("no"); }).next()).rejects.toThrow("no");
  expect(ends()).toBe(1);
  const failing = (async function* (): AsyncGenerator<number, string> { throw new Error("its own"); })();
  await expect(mappedEvents(failing, (number) => [number]).next()).rejects.toThrow("its own");
});
