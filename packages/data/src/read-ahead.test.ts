import { setImmediate } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { readAhead } from "./read-ahead.js";

const counted = () => {
  const at = vi.fn((step: number) => ({ step }));
  return { at, asked: () => at.mock.calls.map(([step]) => step), batches: { stepsPerEpoch: 5, at } };
};
/** Lets the thread turn, as an engine on threads of its own does. */
const idle = async (turns: number): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await setImmediate();
};

describe("readAhead", () => {
  it("makes the next batches while the thread is idle, as many as it may hold and no more", async () => {
    const { batches, asked } = counted();
    const ahead = readAhead(batches, { depth: 3 });
    expect(ahead.stepsPerEpoch).toBe(5);
    expect(ahead.at(0)).toEqual({ step: 0 });
    expect(asked()).toEqual([0]);
    await idle(8);
    expect(asked()).toEqual([0, 1, 2, 3]);
    expect(ahead.at(1)).toEqual({ step: 1 });
    expect(asked()).toEqual([0, 1, 2, 3]);
    await idle(8);
    expect(asked()).toEqual([0, 1, 2, 3, 4]);
  });

  it("gives the batch of any step, made once where it follows", async () => {
    const { batches, asked } = counted();
    const ahead = readAhead(batches);
    const steps = [0, 1, 2, 7, 8, 3, 3, 4, 0, 1, 2, 3];
    for (const [i, step] of steps.entries()) {
      expect(ahead.at(step)).toEqual({ step });
      await idle(i % 4);
    }
    expect(asked().filter((step) => step === 8)).toHaveLength(1);
  });

  it("makes a batch at once where the thread had no time", () => {
    const { batches, asked } = counted();
    const ahead = readAhead(batches);
    for (let step = 0; step < 5; step++) expect(ahead.at(step)).toEqual({ step });
    expect(asked()).toEqual([0, 1, 2, 3, 4]);
  });

  it("throws an error of a batch when that batch is asked for", async () => {
    const ahead = readAhead({ stepsPerEpoch: 5, at: (step: number) => {
      if (step > 1) throw new RangeError(`no step ${step}`);
      return { step };
    } });
    expect(ahead.at(0)).toEqual({ step: 0 });
    await idle(5);
    expect(ahead.at(1)).toEqual({ step: 1 });
    await idle(5);
    expect(() => ahead.at(2)).toThrow(RangeError);
  });

  it.each([0, 1.5, NaN])("refuses the depth %s", (depth) => {
    expect(() => readAhead(counted().batches, { depth })).toThrow(expect.objectContaining({ code: "data/bad-option" }));
  });
});
