import { expect, it } from "vitest";
import { evaluatePairwiseSum } from "@bort/predictors";
import { cheapestWithin } from "./cheapest-within.js";
import { ShapeSpace } from "./shape-space.js";
import { sumTables } from "./sum-tables.js";
import { randomSum } from "./toy-sums.js";

it.each([[1, 4], [2, 3], [3, 4], [6, 3], [7, 2]])("finds the cheapest shape of each window, for %i layers of %i widths", (layers, count) => {
  const widths = Array.from({ length: count }, (_, i) => i + 1);
  const space = new ShapeSpace({ heads: 1, layers, widths });
  for (let seed = 0; seed < 10; seed++) {
    const [size, cost] = [randomSum(seed, 9), randomSum(100 + seed)];
    const all = [...space].map((shape) => ({ size: evaluatePairwiseSum(size, shape), cost: evaluatePairwiseSum(cost, shape) }));
    for (let atLeast = 0; atLeast < 9 * 2 * layers; atLeast += 3) {
      for (const atMost of [atLeast, atLeast + 2, atLeast + 20]) {
        const allowed = all.filter((each) => each.size >= atLeast && each.size <= atMost);
        const places = cheapestWithin(sumTables(space, size), sumTables(space, cost), atLeast, atMost);
        if (allowed.length === 0) expect(places).toBeUndefined();
        else expect(evaluatePairwiseSum(cost, places!.map((place) => widths[place]!))).toBeCloseTo(Math.min(...allowed.map((each) => each.cost)), 10);
      }
    }
  }
});
