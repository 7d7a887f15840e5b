import { random } from "@bort/data";
import { evaluate, matmul, parameter } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { matrixProduct } from "./matrix-product.js";

describe("matrixProduct", () => {
  it("is the product of the reference, rounded once", () => {
    for (let seed = 0; seed < 30; seed++) {
      const rng = random(seed, "product");
      const [rows, inner, columns] = [1 + rng.integer(7), 1 + rng.integer(40), 1 + rng.integer(7)];
      const draw = (size: number): Float32Array => Float32Array.from({ length: size }, () => (rng.uniform() < 0.2 ? 0 : rng.normal() * 10 ** rng.integer(6)));
      const [a, b] = [draw(rows * inner), draw(inner * columns)];
      const [expected] = evaluate([matmul(parameter("a", [rows, inner]), parameter("b", [inner, columns]))], { a, b });
      expect(matrixProduct(a, b, [rows, inner, columns])).toEqual(Float32Array.from(expected!));
    }
  });
});
