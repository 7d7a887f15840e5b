import { expect, test } from "vitest";
import * as op from "./ops.js";
import { shallowFirst } from "./shallow-first.js";

test("values come in the order of the longest way to them, equals as they stand", () => {
  const [x, y] = [op.parameter("x", [2]), op.parameter("y", [2])];
  const once = op.exp(x);
  const other = op.neg(y);
  const late = op.add(x, op.tanh(once)); // one short way, one long
  expect(shallowFirst([late, once, x, other, y])).toEqual([x, y, once, other, late]);
});
