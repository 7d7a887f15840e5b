import { type EncoderArch, schubertBetas } from "@bort/arch";
import { type PruningObjective, type VectorCosts, costsByVector } from "./objective.js";
import { unitVectors } from "./unit-vectors.js";

/**
 * What a unit of each vector costs relative to the dearest head, or, where heads cost nothing, to the dearest unit: beta of schuBERT's eq. 2.
 *
 * `from`: the objective, of which the unit's own share in this architecture is taken; or `"printed"`, schuBERT's figures for BERT-base (section 5), alike in every layer.
 */
export async function betas(arch: EncoderArch, from: PruningObjective | "printed"): Promise<VectorCosts> {
  if (from === "printed") return costsByVector(arch, { hidden: schubertBetas.hidden, layers: arch.layers.map(() => schubertBetas) });
  const costs = await from.unitCosts(arch);
  const dearest = Math.max(...unitVectors(arch, ["a"]).map(({ name }) => costs[name]!)) || Math.max(...Object.values(costs)) || 1;
  return Object.fromEntries(Object.entries(costs).map(([name, cost]) => [name, cost / dearest]));
}
