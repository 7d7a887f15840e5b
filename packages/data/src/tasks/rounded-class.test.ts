import { describe, expect, it } from "vitest";
import { balanced } from "./balanced.js";
import { roundedClass } from "./rounded-class.js";

describe("roundedClass", () => {
  it("is the value as a whole number, a half up, and one class for both zeros", () => {
    const classOf = (value: number): string | undefined => roundedClass({ text: "", value });
    expect([2.5, 2.499, -1.5, -0.4, -0, 0.4, 5].map(classOf)).toEqual(["3", "2", "-1", "0", "0", "0", "5"]);
  });

  it("is the label where there is one, and nothing without either", () => {
    expect(roundedClass({ text: "", label: "yes", value: 3 })).toBe("yes");
    expect(roundedClass({ text: "" })).toBeUndefined();
  });

  it("balances values by where they round to", () => {
    const values = Array.from({ length: 60 }, (_, i) => ({ text: String(i), value: [-0.3, 0.2, 0.4, 1.2, 1.9, 2.1][i % 6]! }));
    const kept = balanced(values, 1, roundedClass).map((example) => roundedClass(example)!);
    expect(["0", "1", "2"].map((name) => kept.filter((each) => each === name).length)).toEqual([10, 10, 10]);
    expect(balanced(values, 1)).toHaveLength(60);
  });
});
