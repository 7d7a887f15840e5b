import { describe, expect, it } from "vitest";
import { type ConditionStatus } from "./condition.js";
import { guaranteeOf, type GuaranteeOptions } from "./guarantee.js";

function statusOf(name: string, options: Partial<GuaranteeOptions>): ConditionStatus | undefined {
  const { conditions } = guaranteeOf({ epsilon: 2, depths: [2, 4], rejected: 0, ...options });
  return conditions.find((condition) => condition.name === name)?.status;
}

describe("guaranteeOf", () => {
  it("prints |1 - epsilon|", () => {
    const bounds = [1, 2, 5].map((epsilon) => guaranteeOf({ epsilon, depths: [2], rejected: 0 }).printedErrorBound);
    expect(bounds).toEqual([0, 1, 4]);
  });

  it("checks the depths", () => {
    const status = (depths: readonly number[]): ConditionStatus | undefined => statusOf("depths in pairs of layers", { depths });
    expect(status([12, 2, 2, 8])).toBe("holds"); // All even: lemma 3.
    expect(status([5, 1, 3])).toBe("holds"); // In steps of 2: remark 1.
    expect(status([1, 2, 3])).toBe("violated");
    expect(status([1, 5])).toBe("violated");
  });

  it("checks the maximum point", () => {
    expect(statusOf("maximum point", { rejected: 0 })).toBe("holds");
    expect(statusOf("maximum point", { rejected: 1 })).toBe("violated");
  });

  it("takes bounded gradients from clipping only", () => {
    expect(statusOf("bounded stochastic gradients", {})).toBe("unchecked");
    expect(statusOf("bounded stochastic gradients", { gradientClip: 1 })).toBe("by-construction");
  });

  it("never claims to have checked smoothness", () => {
    expect(statusOf("loss L-Lipschitz smooth", { gradientClip: 1 })).toBe("unchecked");
  });
});
