import { parameterSum, ShapeSpace } from "@bort/supershaper";
import { evaluatePairwiseSum } from "@bort/predictors";
import { expect, it } from "vitest";
import { measureShapeSearch } from "./measure-shape-search.js";

it("searches within the sizes of the paper's networks, each way, and nothing beats the exact search", async () => {
  const space = new ShapeSpace();
  const measured = space.sample(1, 120).map((shape) => ({ shape, value: 5 * Math.exp(shape.reduce((sum, width, layer) => sum + (layer + 4) / (1.5 * width), 0)) }));
  const told: string[] = [];
  const networks = ["supershaper-63m", "supershaper-80m"];
  const { findings, front, oneSize, fitSeconds } = await measureShapeSearch({ measured, networks, iterations: 5, tell: (line) => void told.push(line) });
  const size = parameterSum(space, { accounting: "supershaper-paper" });
  expect(findings.map(({ network, search }) => `${network} ${search}`)).toEqual(networks.flatMap((network) => ["printed", "exact", "evolution", "evolution by trees"].map((search) => `${network} ${search}`)));
  for (const network of networks) {
    const [printed, exact, ...others] = findings.filter((each) => each.network === network);
    for (const { perplexity, parameters, shape } of [printed!, exact!, ...others]) {
      expect(perplexity).toBeGreaterThanOrEqual(exact!.perplexity - 1e-9);
      expect(parameters).toBe(evaluatePairwiseSum(size, shape));
      expect(parameters).toBeLessThanOrEqual(printed!.parameters);
    }
    expect(others.map(({ seconds }) => seconds! > 0)).toEqual([true, true]);
  }
  expect(front.shapes).toBeGreaterThan(100);
  expect(oneSize.parameters).toBe(63_413_280);
  expect(Object.values(fitSeconds).every((seconds) => seconds > 0)).toBe(true);
  expect(told).toHaveLength(6);
});
