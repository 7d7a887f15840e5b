import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { topIndices } from "./top-indices.js";

describe("topIndices", () => {
  it.each([1, 2, 7, 63, 64])("are the %d first of a stable sort, ties and all", (count) => {
    for (let seed = 0; seed < 50; seed++) {
      const rng = random(seed, "top");
      const values = Float32Array.from({ length: 64 }, () => rng.integer(20) - 10);
      const sorted = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b);
      expect([...topIndices(values, count)]).toEqual(sorted.slice(0, count));
    }
  });
});
