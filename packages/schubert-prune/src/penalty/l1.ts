import * as op from "@bort/graph";
import { adamW } from "@bort/nn";
import { type SparsityPenalty } from "./sparsity-penalty.js";

/** ||alpha||_1, as in schuBERT's eq. 2, by Adam. Its steps hop over zero: small is what it makes of prunable parameters, and truncation makes zeros of the smallest. */
export const l1 = (): SparsityPenalty => ({
  name: "l1", settings: {}, initial: 1, balance: 1, isRandom: false, learningRate: (steps) => 0.5 / steps, optimizer: adamW({ weightDecay: 0 }),
  gate: (trained) => trained,
  penalty: (trained) => op.sumAll(op.where(op.less(trained, 0), op.neg(trained), trained)),
  values: (trained) => trained.slice(),
});
