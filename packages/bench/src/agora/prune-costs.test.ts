import { agora, grid, paperTheta, repositoryTheta, smallTheta } from "@bort/agora";
import { inProcessExecutor } from "@bort/trials";
import { describe, expect, it } from "vitest";
import { pruneCost, simulateCosts, simulatedAccuracies } from "./prune-costs.js";
import { studyRules } from "./study-rules.js";

const theta = grid({ learningRate: [1e-4, 3e-4, 1e-3], weightDecay: [0, 10, 100], seed: [0] });

describe("pruneCost", () => {
  it.each(studyRules.map((rule) => [rule.name, rule] as const))("%s: is what Agora takes with the same accuracies", async (_, pruneRule) => {
    for (const [seed, kind] of ([[0, "random"], [1, "smooth"], [2, "random"]] as const)) {
      const accuraciesIn = simulatedAccuracies(kind, theta, seed);
      const run = agora({
        train: [{ text: "a", label: "0" }], evaluation: [{ text: "b", label: "1" }], hyperparameters: theta, pruneRule, stopWithoutMistakes: false,
        executor: inProcessExecutor(async ({ theta: set, round }: { readonly theta: (typeof theta)[number]; readonly round: number }) =>
          ({ accuracy: Math.min(1, Math.max(0, accuraciesIn(round)[theta.indexOf(set)]!)), mistakes: [], model: "" })),
        socrates: async (examples) => examples, tau: { name: "none", transform: async (examples) => examples.map(() => undefined) },
      });
      let next = await run.next();
      for (; next.done !== true; next = await run.next());
      const { rounds, trainings } = next.value;
      expect(pruneCost(theta, pruneRule, accuraciesIn)).toEqual({ rounds: rounds.length, trainings });
    }
  });
});

describe("simulateCosts", () => {
  it("stays within the bound, which the worst-only rule reaches; half of the sets go in logarithmically many rounds", () => {
    for (const { rule, sets, rounds, trainings, mostTrainings } of simulateCosts({ presets: { small: smallTheta, repository: repositoryTheta }, rules: studyRules, seeds: 5 })) {
      expect(trainings.most).toBeLessThanOrEqual(mostTrainings);
      expect(mostTrainings).toBe((sets * (sets + 1)) / 2);
      if (rule === "worst-only") expect([rounds.least, trainings.least]).toEqual([sets, mostTrainings]);
      if (rule === "rank-prefix-0.5") expect(rounds.most).toBeLessThanOrEqual(2 + Math.log2(sets));
    }
  });

  it("has the sets of a smooth accuracy differ by more than its noise, and not by their seed", () => {
    const accuracies = simulatedAccuracies("smooth", paperTheta, 1);
    const [first, second] = [accuracies(1), accuracies(2)];
    expect(Math.max(...first.map((value, i) => Math.abs(value - second[i]!)))).toBeLessThan(0.2);
    expect(Math.max(...first) - Math.min(...first)).toBeGreaterThan(0.2);
    const means = [0, 1, 2, 3, 4].map((seed) => paperTheta.reduce((sum, set, i) => sum + (set.seed === seed ? first[i]! / 100 : 0), 0));
    expect(Math.max(...means) - Math.min(...means)).toBeLessThan(0.02);
  });
});
