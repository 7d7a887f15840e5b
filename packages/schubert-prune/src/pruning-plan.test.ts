import { type EncoderArch, uniformArch } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { parameterObjective } from "./objective.js";
import { type PruningPlanOptions, pruningPlan } from "./pruning-plan.js";
import { pruningMethods } from "./pruning-method.js";

const arch = uniformArch({ depth: 2, heads: 2, hidden: 12, intermediate: 20, vocabSize: 30, positions: 8 });
const objective = parameterObjective();
const whole = objective.measure(arch) as number;
const options: PruningPlanOptions = { arch, objective, targets: [{ fraction: 0.5 }] };

describe("pruningPlan", () => {
  it("goes to the last target in five rounds, or in as many as there are targets", async () => {
    const { whole: value, rounds } = await pruningPlan(options);
    expect([value, rounds.map((round) => Math.round((100 * round.value) / whole))]).toEqual([whole, [90, 80, 70, 60, 50]]);
    const fractions = [0.9, 0.85, 0.8, 0.75, 0.7, 0.6];
    const several = await pruningPlan({ ...options, targets: fractions.map((fraction) => ({ fraction })) });
    expect(several.rounds.map(({ isTarget }) => isTarget)).toEqual(fractions.map(() => true));
  });

  it("looks at two networks alone, however long a search would be", async () => {
    const asked: EncoderArch[] = [];
    const measured = { ...objective, resolution: 0.01, measure: async (each: EncoderArch) => { asked.push(each); return objective.measure(each); } };
    await pruningPlan({ ...options, objective: measured });
    expect(new Set(asked.map((each) => JSON.stringify(each))).size).toBe(2);
  });

  it.each<[string, Partial<PruningPlanOptions>, string]>([
    ["a target below one unit in each dimension, though the first rounds could be done", { targets: [{ fraction: 0.9 }, { value: 20 }] }, "unreachable-target"],
    ["one that the dimensions do not reach", { dimensions: ["k"], targets: [{ fraction: 0.3 }] }, "unreachable-target"],
    ["one that only the last of several misses by whole layers", { method: pruningMethods.layers, targets: [{ fraction: 0.9 }, { fraction: 0.1 }] }, "unreachable-target"],
    ["one above the network", { targets: [{ value: whole + 1 }] }, "unreachable-target"],
    ["fewer rounds than targets", { targets: [{ fraction: 0.9 }, { fraction: 0.8 }], rounds: 1 }, "bad-option"],
  ])("refuses %s", async (_, changes, code) => {
    await expect(pruningPlan({ ...options, ...changes })).rejects.toMatchObject({ code: `schubert-prune/${code}` });
  });
});
