import { numberStream } from "@bort/graph/testing";
import { describe, expect, it } from "vitest";
import { planMemory } from "./memory-plan.js";
import { type CombineStep } from "./plan-step.js";
import { type Buffer } from "./view.js";

const temporary = (slot: number, size: number): Buffer => ({ slot, size, use: { kind: "temporary" } });
const step = (index: number, partial: Buffer, result: Buffer): CombineStep => ({ kind: "combine", index, partial, result });

describe("planMemory", () => {
  it("never gives two buffers that live at once the same memory", () => {
    let reused = 0;
    for (let seed = 0; seed < 200; seed++) {
      const next = numberStream(seed * 6007);
      const below = (count: number): number => Math.floor(next() * count);
      const buffers = Array.from({ length: 2 + below(20) }, (_, slot) => temporary(slot, 1 + below(below(2) === 0 ? 20 : 2000)));
      const steps = Array.from({ length: 1 + below(30) }, (_, index) => step(index, buffers[below(buffers.length)]!, buffers[below(buffers.length)]!));
      const { bytes, offsets } = planMemory({ steps, buffers });
      const used = buffers.filter((buffer) => steps.some(({ partial, result }) => partial === buffer || result === buffer));
      expect(new Set(offsets.keys())).toEqual(new Set(used));
      const life = (buffer: Buffer): { first: number; last: number } => {
        const at = steps.flatMap(({ partial, result }, i) => (partial === buffer || result === buffer ? [i] : []));
        return { first: at[0]!, last: at.at(-1)! };
      };
      for (const [i, a] of used.entries()) {
        expect(offsets.get(a)! % 64).toBe(0);
        expect(offsets.get(a)! + 4 * a.size + 16, "a vector may be read behind the last element").toBeLessThanOrEqual(bytes);
        for (const b of used.slice(0, i)) {
          const together = life(a).first <= life(b).last && life(b).first <= life(a).last;
          const [startA, startB] = [offsets.get(a)!, offsets.get(b)!];
          const apart = startA + 4 * a.size <= startB || startB + 4 * b.size <= startA;
          if (together) expect(apart, `seed ${seed}: ${a.slot} and ${b.slot}`).toBe(true);
          else if (!apart) reused++;
        }
      }
    }
    expect(reused).toBeGreaterThan(100);
  });

  it("needs room for two links of a chain", () => {
    const buffers = Array.from({ length: 10 }, (_, slot) => temporary(slot, 1000));
    const steps = buffers.slice(1).map((result, i) => step(i, buffers[i]!, result));
    expect(planMemory({ steps, buffers }).bytes).toBe(2 * 4032); // 4000 bytes and 16 behind them, in whole lines of 64
  });

  it("places temporaries alone", () => {
    const feed: Buffer = { slot: 0, size: 100, use: { kind: "feed", name: "x" } };
    const output: Buffer = { slot: 1, size: 100, use: { kind: "output", name: "y" } };
    expect(planMemory({ steps: [step(0, feed, output)], buffers: [feed, output] })).toEqual({ bytes: 0, offsets: new Map() });
  });
});
