import { type Random } from "@bort/data";
import { type Shape } from "@bort/predictors";
import { type ShapeSpace } from "./shape-space.js";

/** A shape whose every width was drawn anew with a probability, as likely the same as any other of its layer. */
export function mutated({ widths }: ShapeSpace, shape: Shape, probability: number, rng: Random): Shape {
  return shape.map((width, layer) => (rng.uniform() < probability ? drawnFrom(widths[layer]!, rng) : width));
}

/** Uniform crossover: each width from one parent or the other, as likely. */
export function crossed(first: Shape, second: Shape, rng: Random): Shape {
  return first.map((width, layer) => (rng.uniform() < 0.5 ? width : second[layer]!));
}

/** One of a list. */
export function drawnFrom<Item>(list: readonly Item[], rng: Random): Item {
  return list[rng.integer(list.length)]!;
}
