import { describe, expect, it } from "vitest";
import { polynomialsAt, widthPolynomials } from "./width-polynomials.js";

const widths = [120, 240, 240, 360, 480, 540, 600, 768, 120, 768];

describe("widthPolynomials", () => {
  it("are orthonormal over the widths", () => {
    const values = widths.map((width) => polynomialsAt(widthPolynomials(widths, 4), width));
    for (let i = 0; i <= 4; i++) {
      for (let j = 0; j <= 4; j++) expect(values.reduce((sum, q) => sum + q[i]! * q[j]!, 0) / widths.length).toBeCloseTo(Number(i === j), 11);
    }
  });

  it("are polynomials of the square root: their fourth differences over equal steps vanish at degree 3", () => {
    const basis = widthPolynomials(widths, 3);
    const q = [10, 12, 14, 16, 18].map((root) => polynomialsAt(basis, root ** 2)[3]!);
    expect(q[0]! - 4 * q[1]! + 6 * q[2]! - 4 * q[3]! + q[4]!).toBeCloseTo(0, 10);
    expect(Math.abs(q[0]! - 3 * q[1]! + 3 * q[2]! - q[3]!)).toBeGreaterThan(0.01);
  });

  it.each([[[64, 64, 64], 0], [[64, 128, 64], 1], [[64, 65, 66], 2]])("of %j stop at degree %i, since no more differ there", (few, degree) => {
    expect(polynomialsAt(widthPolynomials(few, 5), 64)).toHaveLength(1 + degree);
  });
});
