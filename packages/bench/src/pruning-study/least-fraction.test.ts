import { uniformArch } from "@bort/arch";
import { parameterObjective, unitVectors, headCounting } from "@bort/schubert-prune";
import { expect, it } from "vitest";
import { leastFraction, mlmParameters } from "./least-fraction.js";
import { pruningArms } from "./pruning-arms.js";

const arch = uniformArch({ depth: 3, heads: 2, hidden: 8, intermediate: 16, vocabSize: 40, positions: 12 });

it.each(pruningArms)("is what $name reaches, and no less", async (arm) => {
  const { method, dimensions } = arm;
  const values = Object.fromEntries(unitVectors(arch, dimensions).map(({ name, size }) => [name, Float32Array.from({ length: size }, (_, i) => 1 + i)]));
  const objective = parameterObjective(headCounting({ kind: "mlm" }));
  const least = Math.round(leastFraction(arch, arm) * mlmParameters(arch));
  expect(least).toBeLessThan(mlmParameters(arch));
  expect(await method.truncate({ arch, values, objective, target: least })).toMatchObject({ value: least });
  await expect(method.truncate({ arch, values, objective, target: least - 1 })).rejects.toMatchObject({ code: "schubert-prune/unreachable-target" });
});
