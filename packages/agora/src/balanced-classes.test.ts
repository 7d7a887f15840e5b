import { type TextExample } from "@bort/data";
import { describe, expect, it } from "vitest";
import { balancedClasses } from "./balanced-classes.js";

const valued = (...values: readonly number[]): TextExample[] => values.map((value, i) => ({ text: `${i}: ${value}`, value }));
const labelled = (...labels: readonly string[]): TextExample[] => labels.map((label, i) => ({ text: `${i}: ${label}`, label }));
/** How many examples have a value, rounded. */
const countsOf = (examples: readonly TextExample[]): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>();
  for (const { value } of examples) counts.set(Math.round(value!), (counts.get(Math.round(value!)) ?? 0) + 1);
  return counts;
};

describe("balancedClasses", () => {
  const train = valued(...Array.from({ length: 60 }, (_, i) => (i % 6) * 0.9 + 0.1)); // 0.1 to 4.6: ten of each class from 0 to 5.

  it("has as many of each rounded value", () => {
    const more = valued(0.4, 0.2, 3.1);
    const found = balancedClasses([...train, ...more], { train }, 0);
    expect([...countsOf(found).values()]).toEqual([10, 10, 10, 10, 10, 10]);
    expect(balancedClasses([...train, ...more], { train }, 0)).toEqual(found);
    expect(balancedClasses([...train, ...more], { train }, 1, 2)).not.toEqual(found);
  });

  it.each([[[7.9]], [[-3]], [[5.6, 8, -0.8, 100]]])("counts values beyond those of D to the nearest class that it has, and loses no class to them: %j", (beyond) => {
    const found = balancedClasses([...train, ...valued(...beyond)], { train }, 1, 0);
    expect(found).toHaveLength(60);
    expect(new Set(found.map(({ value }) => Math.min(5, Math.max(0, Math.round(value!))))).size).toBe(6);
  });

  it("counts values between those of D to the nearest class that it has", () => {
    const parted = valued(0, 0, 0, 4, 4, 4);
    expect(balancedClasses([...parted, ...valued(1.4, 2.6)], { train: parted }, 1, 0)).toHaveLength(8);
  });

  it("goes by labels where there are some, those that D began without included", () => {
    const films = labelled("good", "bad", "good", "bad");
    expect(balancedClasses([...films, ...labelled("good")], { train: films }, 0)).toHaveLength(4);
    expect(balancedClasses([...films, ...labelled("mixed")], { train: films }, 0)).toHaveLength(3);
  });

  it("leaves D as it is, or to whoever wants to balance it", () => {
    const more = [...train, ...valued(9)];
    expect(balancedClasses(more, { train, balance: false }, 0)).toBe(more);
    expect(balancedClasses(more, { train, balance: (examples) => examples.slice(0, 2) }, 0)).toEqual(more.slice(0, 2));
  });
});
