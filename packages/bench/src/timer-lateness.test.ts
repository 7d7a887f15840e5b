import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { timerLateness } from "./timer-lateness.js";

const blockFor = (ms: number): void => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

it("sees how long the thread was held, also where the timer never went off", async () => {
  expect((await timerLateness(async () => blockFor(120))).worstMs).toBeGreaterThan(100);
  const between = await timerLateness(async () => {
    await setTimeout(50);
    blockFor(80);
    await setTimeout(50);
  });
  expect(between.worstMs).toBeGreaterThan(60);
  expect(between.ticks).toBeGreaterThan(2);
});

it("ends with the work, and passes on its error", async () => {
  await expect(timerLateness(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
});
