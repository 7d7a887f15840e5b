import { expect, it } from "vitest";
import { breather } from "./breather.js";

it("lets a timer run in the midst of long work", async () => {
  const breathe = breather(undefined);
  let fired = false;
  setTimeout(() => { fired = true; }, 1);
  const giveUpMs = performance.now() + 5000;
  while (!fired && performance.now() < giveUpMs) await breathe();
  expect(fired).toBe(true);
});

it("throws the signal's own reason once it is aborted", async () => {
  const controller = new AbortController();
  const breathe = breather(controller.signal);
  await breathe();
  controller.abort(new RangeError("enough"));
  await expect(breathe()).rejects.toThrow("enough");
});
