import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { adamW } from "@bort/nn";
import { SchubertError } from "../schubert-error.js";
import { type SparsityPenalty } from "./sparsity-penalty.js";

export interface HardConcreteOptions {
  /** Temperature of the distribution, in (0, 1): the lower, the nearer to 0 or 1 are its draws. Default 2/3. */
  readonly temperature?: number;
  /** How far draws reach beyond 0 and 1 before they are cut off there. Default 0.1. */
  readonly stretch?: number;
  /** Probability at the start that a unit is not zero. Default: that at which its value without noise is 1 and no more, about 0.98, so that prunable parameters which learn nothing change nothing. */
  readonly keep?: number;
}

/**
 * The expected number of units that are not zero (L0): each prunable parameter is a draw of a hard concrete distribution, whose location is trained.
 *
 * s = sigmoid((log u - log(1 - u) + a) / temperature) stretched to (-stretch, 1 + stretch) and cut off at 0 and 1; P(s > 0) = sigmoid(a - temperature log(stretch / (1 + stretch))). At the end
 * it is the stretched sigmoid(a), without noise; units are ranked before it is cut off, as half of them may end beyond. Source: Louizos et al. 2018, section 2.2 and eq. 10 to 13.
 */
export function hardConcrete({ temperature = 2 / 3, stretch = 0.1, keep = wholeAtFirst(temperature, stretch) }: HardConcreteOptions = {}): SparsityPenalty {
  if (!(stretch > 0)) throw badOption(`stretch of l0 must be above 0, got ${stretch}`);
  for (const [name, value] of Object.entries({ temperature, keep })) if (!(value > 0 && value < 1)) throw badOption(`${name} of l0 must lie in (0, 1), got ${value}`);
  const shift = temperature * Math.log(stretch / (1 + stretch));
  const initial = Math.log(keep / (1 - keep)) + shift;
  const stretched = (share: number): number => share * (1 + 2 * stretch) - stretch;
  return {
    name: "l0", settings: { temperature, stretch, keep }, initial, balance: meanSlope(initial, { temperature, stretch }) / (keep * (1 - keep)), isRandom: true, learningRate: (steps) => 5 / steps, optimizer: adamW({ weightDecay: 0 }),
    gate: (trained, seed) => {
      const u = op.add(op.mul(op.uniform(seed, trained.shape), 1 - 2 * EDGE), EDGE);
      const share = op.sigmoid(op.div(op.add(op.sub(op.log(u), op.log(op.sub(1, u))), trained), temperature));
      return cutOff(op.sub(op.mul(share, 1 + 2 * stretch), stretch));
    },
    penalty: (trained) => op.sumAll(op.sigmoid(op.sub(trained, shift))),
    values: (trained) => trained.map((location) => Math.min(1, Math.max(0, stretched(sigmoid(location))))),
    worth: (trained) => trained.map(sigmoid),
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The stretched sigmoid is 1 at a location of log((1 + stretch) / stretch). */
const wholeAtFirst = (temperature: number, stretch: number): number => sigmoid((1 + temperature) * Math.log((1 + stretch) / stretch));

/** Points that {@link meanSlope} looks at. */
const MIDDLES = 1000;

/** The mean slope of a draw by its location, over u, by the middle rule. */
function meanSlope(location: number, { temperature, stretch }: Required<Pick<HardConcreteOptions, "stretch" | "temperature">>): number {
  let sum = 0;
  for (let i = 0; i < MIDDLES; i++) {
    const u = (i + 0.5) / MIDDLES;
    const share = sigmoid((Math.log(u / (1 - u)) + location) / temperature);
    const draw = share * (1 + 2 * stretch) - stretch;
    if (draw > 0 && draw < 1) sum += (share * (1 - share) * (1 + 2 * stretch)) / temperature;
  }
  return sum / MIDDLES;
}

/** Draws stay that far from 0 and 1, whose logarithms are infinite. */
const EDGE = 1e-6;

const cutOff = (x: Node): Node => op.where(op.less(x, 0), 0, op.where(op.less(1, x), 1, x));

const badOption = (problem: string): SchubertError => new SchubertError("schubert-prune/bad-option", `schubert-prune: ${problem}; correct it`);
