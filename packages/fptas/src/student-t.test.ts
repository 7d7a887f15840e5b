import { describe, expect, it } from "vitest";
import { studentCriticalValue, studentPValue } from "./student-t.js";

/** 2 * scipy.stats.t.sf(t, nu), scipy 1.17.1. */
const pValues: readonly (readonly [t: number, nu: number, p: number])[] = [
  [0.001, 1, 0.9993633804398159],
  [0.5, 3, 0.651447964848151],
  [1, 1.5, 0.45113536727671033],
  [2, 2, 0.18350341907227397],
  [2.2281388519649385, 10, 0.05000000000180864],
  [12.7, 1, 0.050024327689344165],
  [3, 7.3, 0.018980551023133497],
  [6, 4, 0.0038825370469605107],
  [0.2, 250, 0.8416431707796092],
  [1.96, 1000000.0, 0.04999606758526985],
  [5, 1000000.0, 5.733997870890745e-07],
  [40, 30, 1.3726045194406417e-27],
  [2.5, 99.5, 0.014054149865199383],
];

/** scipy.stats.t.isf((1 - level) / 2, nu), scipy 1.17.1. */
const criticalValues: readonly (readonly [level: number, nu: number, t: number])[] = [
  [0.5, 1, 1.0000000000000002],
  [0.95, 1, 12.706204736174694],
  [0.95, 2, 4.302652729749462],
  [0.95, 4, 2.7764451051977934],
  [0.99, 2.7, 6.533128433408452],
  [0.9, 12, 1.7822875556493198],
  [0.999, 5, 6.868826625881109],
  [0.95, 30, 2.0422724563012378],
  [0.95, 100000.0, 1.9599877075346095],
  [0.05, 8, 0.06470050272855046],
];

const relative = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

describe("studentPValue", () => {
  it.each(pValues)("of t = %d with %d degrees of freedom is scipy's %d", (t, nu, p) => {
    expect(relative(studentPValue(t, nu), p)).toBeLessThan(1e-9);
  });

  it("has the closed forms of 1, 2 and 3 degrees of freedom", () => {
    for (const t of [1e-6, 0.03, 0.7, 1, 2.5, 40, 1e5]) {
      expect(relative(studentPValue(t, 1), (2 / Math.PI) * Math.atan(1 / t))).toBeLessThan(1e-12);
      const root = Math.sqrt(2 + t ** 2);
      expect(relative(studentPValue(t, 2), 2 / (root * (root + t)))).toBeLessThan(1e-12);
      const angle = Math.atan(Math.sqrt(3) / t);
      if (t < 40) expect(relative(studentPValue(t, 3), (2 / Math.PI) * (angle - Math.sin(angle) * Math.cos(angle)))).toBeLessThan(1e-9);
    }
  });

  it("falls from 1 at 0 to 0 at infinity", () => {
    for (const nu of [0.8, 4, 77.7, 1e4]) {
      expect(studentPValue(0, nu)).toBe(1);
      expect(studentPValue(Infinity, nu)).toBe(0);
      const values = Array.from({ length: 200 }, (_, i) => studentPValue(i / 20, nu));
      values.slice(1).forEach((value, i) => expect(value).toBeLessThan(values[i]!));
    }
  });
});

describe("studentCriticalValue", () => {
  it.each(criticalValues)("at level %d with %d degrees of freedom is scipy's %d", (level, nu, t) => {
    expect(relative(studentCriticalValue(level, nu), t)).toBeLessThan(1e-9);
  });
});
