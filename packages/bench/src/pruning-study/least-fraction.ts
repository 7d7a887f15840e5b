import { type EncoderArch, parameterCount } from "@bort/arch";
import { archOfLayers, archWith, headCounting, unitVectors } from "@bort/schubert-prune";
import { type PruningArm } from "./pruning-arms.js";

/** Parameters of a masked language model, its head with them: what fractions are of. */
export const mlmParameters = (arch: EncoderArch): number => parameterCount(arch, headCounting({ kind: "mlm" })).total;

/** The least share of a model's parameters that an arm can leave: one unit of each vector that it cuts, or one layer. */
export function leastFraction(arch: EncoderArch, { method, dimensions }: Pick<PruningArm, "dimensions" | "method">): number {
  const least = method.name === "layers" ? archOfLayers(arch, [0]) : archWith(arch, Object.fromEntries(unitVectors(arch, dimensions).map(({ name }) => [name, 1])));
  return mlmParameters(least) / mlmParameters(arch);
}
