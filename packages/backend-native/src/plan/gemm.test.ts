import { constant, evaluate, matmul, type Shape, sizeOf } from "@bort/graph";
import { numberStream } from "@bort/graph/testing";
import { describe, expect, it } from "vitest";
import { gemmOf, gemmOperand, type GemmOperand } from "./gemm.js";
import { broadcastView, type Buffer, sliceView, transposeView, type View, wholeView } from "./view.js";

const buffer = (size: number, slot = 0): Buffer => ({ slot, size, use: { kind: "temporary" } });
const matrix = (rows: number, columns: number, down: number, across: number): View =>
  ({ buffer: buffer(1000), offset: 0, shape: [rows, columns], strides: [down, across] });
const told = (view: View): string => {
  const operand = gemmOperand(view);
  return operand === undefined ? "none" : `${operand.transposed ? "transposed " : ""}${operand.ld}`;
};

describe("gemmOperand", () => {
  it.each([
    ["rows one after another", matrix(3, 4, 4, 1), "4"],
    ["rows of a wider matrix", matrix(3, 4, 9, 1), "9"],
    ["columns one after another", matrix(3, 4, 1, 3), "transposed 3"],
    ["columns of a taller matrix", matrix(3, 4, 1, 7), "transposed 7"],
    ["one row", matrix(1, 4, 0, 1), "4"],
    ["one row of elements that lie apart", matrix(1, 4, 99, 5), "transposed 5"],
    ["one column", matrix(3, 1, 1, 0), "1"],
    ["one column of a matrix", matrix(3, 1, 6, 1), "6"],
    ["one element", matrix(1, 1, 0, 0), "1"],
    ["elements apart both ways", matrix(3, 4, 8, 2), "none"],
    ["one row that is read again and again", matrix(3, 4, 0, 1), "none"],
    ["one column that is read again and again", matrix(3, 4, 1, 0), "none"],
    ["one element that is read again and again", matrix(3, 1, 0, 0), "none"],
    ["rows that overlap", matrix(3, 4, 2, 1), "none"],
  ])("%s", (_, view, expected) => expect(told(view)).toBe(expected));
});

/** What BLAS reads: op(x) at a row and a column of the matrix that starts at `start`. */
const at = (memory: Float64Array, { ld, transposed }: GemmOperand, start: number, row: number, column: number): number =>
  memory[start + (transposed ? column * ld + row : row * ld + column)]!;

const placesOf = ({ offset, shape, strides }: View): number[] =>
  shape.reduce<number[]>((places, size, axis) => places.flatMap((place) => Array.from({ length: size }, (_, i) => place + i * strides[axis]!)), [offset]);

describe("gemmOf", () => {
  it("multiplies views as the graph's product does", () => {
    let merged = 0;
    let transposed = 0;
    for (let seed = 0; seed < 300; seed++) {
      const next = numberStream(seed * 104_729);
      const below = (count: number): number => Math.floor(next() * count);
      const batch = Array.from({ length: below(3) }, () => 1 + below(3));
      const [m, n, k] = [1 + below(4), 1 + below(4), 1 + below(4)];
      /** A matrix for every entry of the batch, or one for all, somewhere in a larger tensor. */
      const view = (slot: number, rows: number, columns: number, shared: boolean): View => {
        const shape = [...(shared ? [] : batch), rows, columns];
        const order = shape.map((_, axis) => axis);
        if (below(2) === 0) order.push(...order.splice(-2).toReversed());
        if (below(2) === 0 && order.length > 2) order.splice(-1, 0, order.shift()!);
        const stored = order.map((axis) => shape[axis]! + below(2));
        const larger = wholeView(buffer(sizeOf(stored), slot), stored);
        const within = sliceView(larger, stored.map((size, axis) => size - shape[order[axis]!]!), order.map((axis) => shape[axis]!));
        const turned = transposeView(within, shape.map((_, axis) => order.indexOf(axis)));
        return broadcastView(turned, [...batch, rows, columns]);
      };
      const [a, b, c] = [view(0, m, k, below(4) === 0), view(1, k, n, below(2) === 0), view(2, m, n, false)];
      const usable = [a, b, c].every((each) => gemmOperand(each) !== undefined) && !gemmOperand(c)!.transposed;
      if (!usable) continue;
      const noise = ({ buffer: { size } }: View): Float64Array => Float64Array.from({ length: size }, () => next() - 0.5);
      const memories = [noise(a), noise(b), noise(c)] as const;
      const step = gemmOf(a, b, c);
      const untouched = memories[2].slice();
      for (const entry of step.batch) {
        for (let row = 0; row < step.m; row++) {
          for (let column = 0; column < step.n; column++) {
            let sum = 0;
            for (let i = 0; i < step.k; i++) sum += at(memories[0], step.a, entry.a, row, i) * at(memories[1], step.b, entry.b, i, column);
            memories[2][entry.c + row * step.c.ld + column] = sum;
          }
        }
      }
      const elements = ({ shape }: { readonly shape: Shape }, memory: Float64Array, places: readonly number[]): ReturnType<typeof constant> =>
        constant(places.map((place) => memory[place]!), shape);
      const [expected] = evaluate([matmul(elements(a, memories[0], placesOf(a)), elements(b, memories[1], placesOf(b)))], {});
      const wanted = untouched;
      placesOf(c).forEach((place, i) => (wanted[place] = expected![i]!));
      memories[2].forEach((value, i) => expect(value, `seed ${seed}`).toBeCloseTo(wanted[i]!, 12));
      // BLAS wants at least a stored row between rows.
      for (const [{ ld, transposed: turned }, rows, columns] of [[step.a, step.m, step.k], [step.b, step.k, step.n], [step.c, step.m, step.n]] as const) {
        expect(ld).toBeGreaterThanOrEqual(turned ? rows : columns);
        if (turned) transposed++;
      }
      if (sizeOf(batch) > 1 && step.batch.length === 1) merged++;
    }
    expect(merged).toBeGreaterThan(2);
    expect(transposed).toBeGreaterThan(20);
  });

  it("makes one tall product of a batch that shares its second matrix", () => {
    const shared = broadcastView(wholeView(buffer(30, 1), [5, 6]), [2, 3, 5, 6]);
    const step = gemmOf(wholeView(buffer(120, 0), [2, 3, 4, 5]), shared, wholeView(buffer(144, 2), [2, 3, 4, 6]));
    expect(step).toMatchObject({ m: 24, n: 6, k: 5, batch: [{ a: 0, b: 0, c: 0 }] });
  });

  it("keeps a batch where its rows do not lie one below the other", () => {
    const heads = transposeView(wholeView(buffer(24, 0), [3, 2, 4]), [1, 0, 2]); // [2, 3, 4]
    const step = gemmOf(heads, broadcastView(wholeView(buffer(20, 1), [4, 5]), [2, 4, 5]), wholeView(buffer(30, 2), [2, 3, 5]));
    expect(step).toMatchObject({ m: 3, n: 5, k: 4, a: { ld: 8 }, batch: [{ a: 0, b: 0, c: 0 }, { a: 4, b: 0, c: 15 }] });
  });
});
