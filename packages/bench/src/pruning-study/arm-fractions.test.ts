import { uniformArch } from "@bort/arch";
import { expect, it } from "vitest";
import { armFractions } from "./arm-fractions.js";
import { type PruningArm, pruningArms } from "./pruning-arms.js";

const arch = uniformArch({ depth: 4, heads: 4, hidden: 64, intermediate: 256, vocabSize: 500, positions: 16 });
const setting = { fractions: [0.75, 0.5, 0.3], variantFraction: 0.5 };
const armOf = (name: string): PruningArm => pruningArms.find((arm) => arm.name === name)!;

it("has a round for each fraction that an arm can reach", () => {
  expect(armFractions(setting, armOf("schubert-all"), arch)).toMatchObject({ reported: [0.75, 0.5, 0.3], reachable: [0.75, 0.5, 0.3], targets: [0.75, 0.5, 0.3] });
  const feedForward = armFractions(setting, armOf("schubert-f"), arch);
  expect(feedForward).toMatchObject({ reported: [0.75, 0.5, 0.3], reachable: [0.75, 0.5], targets: [0.75, 0.5] });
  expect(feedForward.least).toBeGreaterThan(0.3);
  expect(armFractions(setting, armOf("schubert-a"), arch)).toMatchObject({ reachable: [], targets: [] });
});

it("prunes a variant to its fraction by the way that others take, and no further", () => {
  expect(armFractions(setting, armOf("l0"), arch)).toMatchObject({ reported: [0.5], reachable: [0.5], targets: [0.75, 0.5] });
  expect(armFractions(setting, { ...armOf("l0"), dimensions: ["a"] }, arch)).toMatchObject({ reported: [0.5], reachable: [], targets: [] });
});
