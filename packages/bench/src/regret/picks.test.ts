import { formatTuple, gridSpace } from "@bort/arch";
import { random } from "@bort/data";
import { type ExtractOptions, extract } from "@bort/fptas";
import { describe, expect, it } from "vitest";
import { type MeasuredSpace, largestOf, randomPickProbabilities, triedByFptas, wOfPoints } from "./picks.js";

const space: MeasuredSpace = {
  maximumPoint: { parameters: 1000, latencyMs: 100 },
  points: [...gridSpace({ depth: [1, 2, 3], heads: [1, 2], hidden: [8, 16], intermediate: [8, 24] })].map((arch, i) => {
    const [depth, , hidden, intermediate] = arch;
    return { arch, parameters: depth * hidden * 10 + intermediate, latencyMs: depth * 20 + (i % 5) };
  }),
};
const rng = random(1);
const errors = space.points.map(() => 1 + rng.uniform());

it.each([[1, 0], [2, 0], [2, 1], [5, 3]])("picks what extract picks at epsilon %d and offset %d", async (epsilon, offset) => {
  const at = new Map(space.points.map((point, i) => [formatTuple(point.arch), i]));
  const search = extract({
    space: space.points.map(({ arch }) => arch), maximumPoint: space.maximumPoint, epsilon, offset, hyperparameters: [null],
    objectives: {
      parameters: (arch) => space.points[at.get(formatTuple(arch))!]!.parameters,
      latenciesMs: async (archs) => archs.map((arch) => space.points[at.get(formatTuple(arch))!]!.latencyMs),
      error: async (arch) => errors[at.get(formatTuple(arch))!]!,
    },
  } satisfies ExtractOptions<null>);
  const w = wOfPoints(space, errors);
  for await (const event of search) {
    if (event.type === "selected") expect(triedByFptas(space, epsilon, offset).map((i) => space.points[i]!.arch)).toEqual(event.candidates);
    if (event.type === "chosen") expect(space.points[largestOf(triedByFptas(space, epsilon, offset), w)]!.arch).toEqual(event.extraction.chosen);
  }
});

it("ranks a point without an error last", () => {
  const broken = [Number.NaN, ...errors.slice(1)];
  expect(wOfPoints(space, broken)[0]).toBe(-Infinity);
  expect(largestOf([0, 1], wOfPoints(space, broken))).toBe(1);
});

describe("randomPickProbabilities", () => {
  it("counts the draws in which a point is the best", () => {
    // Two of four points: the best is in 3 of 6 pairs, the second is the best of 2, the third of 1.
    const probabilities = randomPickProbabilities([0.3, 0.9, 0.1, 0.5], 2);
    [1 / 6, 3 / 6, 0, 2 / 6].forEach((expected, i) => expect(probabilities[i]).toBeCloseTo(expected, 12));
  });

  it("agrees with drawing", () => {
    const w = errors.slice(0, 9);
    const counts = w.map(() => 0);
    for (let draw = 0; draw < 20_000; draw++) counts[largestOf(random(2, draw).shuffle(w.map((_, i) => i)).slice(0, 4), w)]!++;
    randomPickProbabilities(w, 4).forEach((probability, i) => expect(Math.abs(counts[i]! / 20_000 - probability)).toBeLessThan(0.015));
  });

  it.each([1, 3, 24])("sums to 1 with %d trials", (trials) => {
    expect(randomPickProbabilities(errors, trials).reduce((sum, probability) => sum + probability)).toBeCloseTo(1, 12);
  });

  it("always finds the best where it tries everything", () => {
    expect(randomPickProbabilities([1, 3, 2], 3)).toEqual([0, 1, 0]);
  });
});
