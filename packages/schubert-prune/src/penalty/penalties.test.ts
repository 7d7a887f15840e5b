import { random } from "@bort/data";
import { evaluate, gradients, parameter } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { hardConcrete } from "./hard-concrete.js";
import { l1 } from "./l1.js";
import { softThresholding } from "./proximal.js";

const trained = parameter("trained", [6]);
const seed = parameter("seed", [], "i32");
const values = Float64Array.from([-2, -0.5, 0.1, 0.7, 1, 3]);

describe("l1", () => {
  it("is the sum of absolute values, with their signs as slopes", () => {
    const penalty = l1().penalty!(trained);
    expect(evaluate([penalty, ...gradients(penalty, [trained])], { trained: values })).toEqual([Float64Array.of(7.3), Float64Array.of(-1, -1, 1, 1, 1, 1)]);
  });
});

describe("softThresholding", () => {
  it("takes the step that minimises (p - q)^2 / 2 + lr decay |p|, where q is a gradient step away", () => {
    const rule = softThresholding();
    const gradient = Float64Array.from([1, -1, 0.5, 2, 0.9, -4]);
    const scalars = rule.scalarsAt({ update: 1, learningRate: 0.5, gradientScale: 1, decay: 0.6 });
    const nodes = Object.fromEntries(rule.scalars.map((name) => [name, parameter(name, [])]));
    const { parameter: updated } = rule.update({ parameter: trained, gradient: parameter("gradient", [6]), slots: {}, scalars: nodes });
    const feeds = { trained: values, gradient, ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, Float64Array.of(value)])) };
    const [result] = evaluate([updated], feeds);
    for (const [i, value] of values.entries()) {
      const q = value - 0.5 * gradient[i]!;
      const cost = (p: number): number => (p - q) ** 2 / 2 + 0.3 * Math.abs(p);
      for (const other of [-1e-3, 1e-3, -result![i]!]) expect(cost(result![i]!)).toBeLessThanOrEqual(cost(result![i]! + other));
    }
    expect(result![2]).toBe(0);
  });
});

describe("hardConcrete", () => {
  const { gate, penalty, values: final, initial } = hardConcrete();
  const drawn = (location: number, draws: number): number[] => {
    const gated = gate(parameter("trained", [200]), seed);
    const feeds = { trained: new Float64Array(200).fill(location) };
    return Array.from({ length: draws / 200 }, (_, i) => [...evaluate([gated], { ...feeds, seed: Int32Array.of(i) })[0]!]).flat();
  };

  it.each([-2, 0, 1, 3])("counts as penalty the probability that a draw is not zero, at location %d", (location) => {
    const draws = drawn(location, 8000);
    const [expected] = evaluate([penalty!(parameter("trained", [1]))], { trained: Float64Array.of(location) });
    expect(draws.filter((value) => value > 0).length / draws.length).toBeCloseTo(expected![0]!, 1);
    expect(draws.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it("starts with as many units as asked for", () => {
    const { initial: half, penalty: counted } = hardConcrete({ keep: 0.5 });
    expect(evaluate([counted!(parameter("trained", [1]))], { trained: Float64Array.of(half) })[0]![0]).toBeCloseTo(0.5, 10);
  });

  it.each([{}, { stretch: 0.5 }, { temperature: 0.3 }])("starts as networks are that are not pruned, unless told otherwise: %o", (options) => {
    const { initial: first, values } = hardConcrete(options);
    expect([...values(Float32Array.of(first, first - 1e-3))]).toEqual([expect.closeTo(1, 6), expect.not.closeTo(1, 6)]);
  });

  it("ends with values without noise, zero and one among them", () => {
    expect([...final(Float32Array.of(-6, -1, 0, 6))]).toEqual([0, expect.closeTo(0.2227, 3), 0.5, 1]);
  });

  it("ranks apart what is cut off to one value", () => {
    const locations = Float32Array.of(-6, -4, 3, 6);
    const worth = [...hardConcrete().worth!(locations)];
    expect([...final(locations)]).toEqual([0, 0, 1, 1]);
    expect(worth).toEqual(worth.toSorted((a, b) => a - b));
    expect(new Set(worth).size).toBe(4);
  });

  it("balances slopes as draws have them", () => {
    const step = 0.05;
    const [[kept = 0] = []] = evaluate([penalty!(parameter("trained", [1]))], { trained: Float64Array.of(initial) });
    const meanAt = (location: number): number => drawn(location, 20_000).reduce((sum, value) => sum + value, 0) / 20_000; // Of the same draws.
    const slope = (meanAt(initial + step) - meanAt(initial - step)) / (2 * step);
    expect(hardConcrete().balance).toBeCloseTo(slope / (kept * (1 - kept)), 0);
    expect(hardConcrete().balance).toBeGreaterThan(2);
  });

  it.each([{ temperature: 0 }, { temperature: 1 }, { keep: 1 }, { stretch: 0 }])("refuses %o", (options) => {
    expect(() => hardConcrete(options)).toThrow(expect.objectContaining({ code: "schubert-prune/bad-option" }));
  });

  it("draws by its seed, other numbers for another", () => {
    const at = (number: number): Float64Array => evaluate([gate(trained, seed)], { trained: values, seed: Int32Array.of(random(number).integer(1000)) })[0]!;
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
  });
});
