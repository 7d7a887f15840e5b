import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { roundTargets } from "./round-targets.js";

const valuesOf = (from: number, targets: readonly number[], rounds: number): number[] => roundTargets(from, targets, rounds).map(({ value }) => value);

describe("roundTargets", () => {
  it("are equal steps to one target: eta / T in each of T rounds", () => {
    expect(valuesOf(100, [50], 5)).toEqual([90, 80, 70, 60, 50]);
    expect(valuesOf(100, [30], 1)).toEqual([30]);
  });

  it("meet each of several targets at the end of a round, with rounds in proportion to what each takes", () => {
    expect(roundTargets(100, [75, 50, 30], 7)).toEqual([
      { value: 75 + 50 / 3, isTarget: false }, { value: 75 + 25 / 3, isTarget: false }, { value: 75, isTarget: true },
      { value: 62.5, isTarget: false }, { value: 50, isTarget: true },
      { value: 40, isTarget: false }, { value: 30, isTarget: true },
    ]);
    expect(valuesOf(100, [99, 20], 3)).toEqual([99, 59.5, 20]);
    expect(valuesOf(1000, [900, 600], 4)).toEqual([900, 800, 700, 600]);
  });

  it("fall in every round, meet every target, and have no larger steps than another division of rounds would", () => {
    for (let seed = 0; seed < 100; seed++) {
      const rng = random(seed, "targets");
      const from = 100 + rng.integer(900);
      const targets = Array.from({ length: 1 + rng.integer(3) }, () => from * rng.uniform()).sort((a, b) => b - a);
      const rounds = targets.length + rng.integer(6);
      const made = roundTargets(from, targets, rounds);
      const steps = made.map(({ value }, i) => (made[i - 1]?.value ?? from) - value);
      expect(made.filter(({ isTarget }) => isTarget).map(({ value }) => value)).toEqual(targets);
      expect(made).toHaveLength(rounds);
      expect(made.at(-1)!.isTarget).toBe(true);
      expect(Math.min(...steps)).toBeGreaterThan(0);
      expect(Math.max(...steps)).toBeCloseTo(leastLargestStep(targets.map((target, i) => (targets[i - 1] ?? from) - target), rounds), 9);
    }
  });

  it.each([[1], [2.5], [0], [NaN], [Infinity]])("refuses %d rounds for two targets", (rounds) => {
    expect(() => roundTargets(100, [80, 50], rounds)).toThrow(expect.objectContaining({ code: "schubert-prune/bad-option" }));
  });
});

/** Of all ways to divide rounds among falls, one each at least. */
function leastLargestStep([fall, ...others]: readonly number[], rounds: number): number {
  if (others.length === 0) return fall! / rounds;
  const shares = Array.from({ length: rounds - others.length }, (_, i) => i + 1);
  return Math.min(...shares.map((share) => Math.max(fall! / share, leastLargestStep(others, rounds - share))));
}
