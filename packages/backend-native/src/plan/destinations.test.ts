import { add, concat, matmul, neg, type Node, parameter, reshape, scatterAdd, sizeOf, transpose, zeros } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { destinationsOf } from "./destinations.js";
import { type PrimitiveNode } from "./lower.js";
import { type Buffer, type View } from "./view.js";

function destinations(...outputs: readonly Node[]): (node: Node) => string {
  let slot = outputs.length;
  const found = destinationsOf(
    outputs.map((node, i) => ({ node: node as PrimitiveNode, buffer: { slot: i, size: sizeOf(node.shape), use: { kind: "output", name: `y${i}` } } })),
    (size): Buffer => ({ slot: slot++, size, use: { kind: "temporary" } }));
  const text = ({ buffer, offset, shape, strides }: View): string => `${buffer.slot}+${offset} [${shape}] by [${strides}]`;
  return (node) => {
    const view = found.get(node);
    return view === undefined ? "anywhere" : text(view);
  };
}
const x = parameter("x", [4, 6]);
const w = parameter("w", [6, 5]);

describe("destinationsOf", () => {
  it("puts parts of a concatenation where they go", () => {
    const [left, right] = [matmul(x, w), neg(parameter("z", [4, 2]))];
    const whole = concat([left, right], 1);
    const of = destinations(whole);
    expect([whole, left, right].map(of)).toEqual(["0+0 [4,7] by [7,1]", "0+0 [4,5] by [7,1]", "0+5 [4,2] by [7,1]"]);
  });

  it("leaves a part alone that something else reads, too", () => {
    const left = matmul(x, w);
    expect(destinations(concat([left, neg(left)], 0))(left)).toBe("anywhere");
    expect(destinations(concat([left, left], 0))(left)).toBe("anywhere");
    expect(destinations(concat([left, left], 1), left)(left)).toBe("1+0 [4,5] by [5,1]");
  });

  it("writes a product in the order of axes that a transpose after it asks for", () => {
    const heads = matmul(parameter("p", [2, 3, 3]), parameter("v", [2, 3, 4])); // [heads, seq, size]
    const merged = reshape(transpose(heads, [1, 0, 2]), [3, 8]);
    expect(destinations(merged)(heads)).toBe("0+0 [2,3,4] by [4,8,1]");
    expect(destinations(add(merged, 1))(heads)).toBe("1+0 [2,3,4] by [4,8,1]");
  });

  it("does not ask BLAS for a transposed result", () => {
    const product = matmul(x, w);
    expect(destinations(transpose(product, [1, 0]))(product)).toBe("anywhere");
  });

  it("adds rows onto their base in place, and only where that is a whole buffer", () => {
    const base = neg(parameter("base", [4, 2]));
    const scattered = scatterAdd(base, parameter("ids", [3], "i32"), parameter("rows", [3, 2]));
    const alone = destinations(scattered);
    expect([scattered, base].map(alone)).toEqual(["0+0 [4,2] by [2,1]", "0+0 [4,2] by [2,1]"]);
    for (const axis of [0, 1]) {
      expect(destinations(concat([scattered, zeros([4, 2])], axis))(scattered)).toBe("1+0 [4,2] by [2,1]");
    }
  });
});
