import { expect, it } from "vitest";
import { Heap } from "./heap.js";
import { random } from "./random.js";

it("pops in order, whatever the order of pushes and pops", () => {
  const rng = random(1);
  const heap = new Heap<number>((a, b) => a < b);
  const model: number[] = [];
  for (let i = 0; i < 3000; i++) {
    if (rng.uniform() < 0.6) {
      const value = rng.integer(200);
      heap.push(value);
      model.push(value);
      model.sort((a, b) => a - b);
    } else {
      expect(heap.pop()).toBe(model.shift());
    }
  }
  while (model.length > 0) expect(heap.pop()).toBe(model.shift());
  expect(heap.pop()).toBeUndefined();
});
