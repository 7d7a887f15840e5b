import { type EncoderArch, schubertArch } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { fewestSteps } from "./fewest-steps.js";
import { parameterObjective } from "./objective.js";

const archAfter = (steps: number): EncoderArch => schubertArch({ layers: 1, hidden: 4, heads: 1, keySize: 1, valueSize: 1, intermediateSize: 1001 - steps, frame: { vocabSize: 5, positions: 4 } });

/** An objective that is the FFN's inner size, and what it was asked. */
function innerSize(resolution: number): { asked: number[]; objective: Parameters<typeof fewestSteps>[0]["objective"] } {
  const asked: number[] = [];
  const measure = async ({ layers }: EncoderArch): Promise<number> => {
    asked.push(layers[0]!.intermediateSize);
    return layers[0]!.intermediateSize;
  };
  return { asked, objective: { ...parameterObjective(), resolution, measure } };
}

describe("fewestSteps", () => {
  it("finds every number of steps, from one to all, with ten evaluations or fewer beside both ends", async () => {
    for (let target = 1; target <= 1000; target += 37) {
      const { asked, objective } = innerSize(0);
      expect(await fewestSteps({ objective, target: target + 0.5, most: 1000, archAfter, what: "f" })).toEqual({ steps: 1001 - target, value: target });
      expect(asked.length).toBeLessThanOrEqual(12);
    }
  });

  it("ends once the value is as close below the target as the objective resolves", async () => {
    for (let target = 40; target <= 960; target += 92) {
      const { asked, objective } = innerSize(0.05);
      const { steps, value } = await fewestSteps({ objective, target, most: 1000, archAfter, what: "f" });
      expect(value).toBe(1001 - steps);
      expect(value).toBeLessThanOrEqual(target);
      expect(value).toBeGreaterThan(0.95 * target - 1);
      expect(asked.length).toBeLessThan(12);
    }
  });
});
