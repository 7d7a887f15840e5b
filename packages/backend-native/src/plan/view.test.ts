import { constant, evaluate, expand, type Node, reshape, type Shape, sizeOf, slice, transpose } from "@bort/graph";
import { numberStream } from "@bort/graph/testing";
import { describe, expect, it } from "vitest";
import {
  broadcastView, type Buffer, contiguousRuns, extentOf, isContiguous, reshapeView, rowMajor, sliceView, transposeView, type View, wholeView,
} from "./view.js";

const buffer = (size: number): Buffer => ({ slot: 0, size, use: { kind: "temporary" } });

/** Where the elements of an affine layout lie, in row-major order. */
const placesOf = ({ offset, shape, strides }: Pick<View, "offset" | "shape" | "strides">): number[] =>
  shape.reduce<number[]>((places, size, axis) => places.flatMap((place) => Array.from({ length: size }, (_, i) => place + i * strides[axis]!)), [offset]);

/** Places in row-major order under another shape, as strides; `undefined` where none say it. */
function stridesThatSay(places: readonly number[], shape: Shape): number[] | undefined {
  const unit = rowMajor(shape);
  const strides = shape.map((size, axis) => (size === 1 ? 0 : places[unit[axis]!]! - places[0]!));
  const said = placesOf({ offset: places[0]!, shape, strides });
  return said.every((place, i) => place === places[i]) ? strides : undefined;
}

/** A random reshaping: sizes are merged with their neighbours or given axes of 1 between. */
function regrouped(shape: Shape, below: (count: number) => number): Shape {
  const factors = shape.flatMap((size) => (size === 4 ? [2, 2] : [size])).filter((size) => size !== 1);
  const result: number[] = [];
  for (const factor of factors) {
    if (result.length > 0 && below(2) === 0) result[result.length - 1]! *= factor;
    else result.push(factor);
  }
  if (below(2) === 0) result.splice(below(result.length + 1), 0, 1);
  return result;
}

describe("views", () => {
  it("say where the elements are after any run of transposes, slices, broadcasts and reshapes", () => {
    let refused = 0;
    for (let seed = 0; seed < 400; seed++) {
      const next = numberStream(seed * 7919);
      const below = (count: number): number => Math.floor(next() * count);
      const shape = Array.from({ length: 1 + below(3) }, () => [1, 2, 3, 4][below(4)]!);
      let view = wholeView(buffer(sizeOf(shape)), shape);
      // The graph's own ops on a tensor whose elements are their places.
      let node: Node = constant(Array.from({ length: sizeOf(shape) }, (_, i) => i), shape);
      for (let step = 0; step < 5; step++) {
        switch (below(4)) {
          case 0: {
            const axes = view.shape.map((_, axis) => axis);
            const perm = view.shape.map(() => axes.splice(below(axes.length), 1)[0]!);
            [view, node] = [transposeView(view, perm), transpose(node, perm)];
            break;
          }
          case 1: {
            const starts = view.shape.map((size) => below(size));
            const ends = view.shape.map((size, axis) => starts[axis]! + 1 + below(size - starts[axis]!));
            if (starts.length > 0) [view, node] = [sliceView(view, starts, starts.map((start, axis) => ends[axis]! - start)), slice(node, starts, ends)];
            break;
          }
          case 2: {
            const wider = [...(below(3) === 0 ? [2] : []), ...view.shape.map((size) => (size === 1 ? 1 + below(3) : size))];
            if (sizeOf(wider) <= 200) [view, node] = [broadcastView(view, wider), expand(node, wider)];
            break;
          }
          default: {
            const wanted = regrouped(view.shape, below);
            const changed = reshapeView(view, wanted);
            // It is refused where, and only where, there are no such strides.
            const sayable = stridesThatSay(placesOf(view), wanted) !== undefined;
            expect(changed !== undefined, `seed ${seed}: [${view.shape}] by [${view.strides}] as [${wanted}]`).toBe(sayable);
            if (changed === undefined) refused++;
            else [view, node] = [changed, reshape(node, wanted)];
          }
        }
        expect(view.shape).toEqual(node.shape);
        expect(placesOf(view), `seed ${seed}`).toEqual([...evaluate([node], {})[0]!]);
        const places = placesOf(view);
        expect(isContiguous(view)).toBe(places.every((place, i) => place === places[0]! + i));
        expect(extentOf(view)).toBe(Math.max(...places) - Math.min(...places) + 1);
        const runs = contiguousRuns(view);
        expect(placesOf({ offset: view.offset, shape: runs.map(({ size }) => size), strides: runs.map(({ stride }) => stride) })).toEqual(places);
      }
    }
    expect(refused).toBeGreaterThan(20);
  });

  it("merge axes that one stride steps along", () => {
    const view = wholeView(buffer(24), [2, 3, 4]);
    expect(contiguousRuns(view)).toEqual([{ size: 24, stride: 1 }]);
    expect(contiguousRuns(transposeView(view, [2, 0, 1]))).toEqual([{ size: 4, stride: 1 }, { size: 6, stride: 4 }]);
    expect(contiguousRuns(wholeView(buffer(1), []))).toEqual([]);
  });
});
