import { evaluatePairwiseSum, type PairwiseSum } from "./pairwise-sum.js";
import { type Predictor } from "./predictor.js";
import { type Target, valueOf } from "./target-scale.js";
import { polynomialsAt, type WidthPolynomials } from "./width-polynomials.js";
import { distanceOutside, requireShape, type WidthRanges } from "./width-ranges.js";

/** A term for each layer, or each pair of neighbours: coefficient x q_first(width) x q_second(next width); second is 0 for a term of one layer. */
export interface PairwiseTerm {
  readonly degrees: readonly [first: number, second: number];
  /** By layer; one less for pairs. */
  readonly coefficients: readonly number[];
}

/** The fitted model as plain JSON. */
export interface PairwiseModel {
  readonly kind: "pairwise";
  readonly target: Target;
  readonly range: WidthRanges;
  readonly polynomials: WidthPolynomials;
  readonly constant: number;
  readonly terms: readonly PairwiseTerm[];
  /** The ridge penalty that was chosen. */
  readonly penalty: number;
  /** Mean squared error on a shape that is left out, on the scale of the target. */
  readonly leaveOneOutError: number;
}

/** A predictor that exact search can use. */
export interface PairwisePredictor extends Predictor {
  /** What is predicted, or where the target is "logarithm", its logarithm: both are least at the same shapes. */
  readonly sum: PairwiseSum;
  toJSON(): PairwiseModel;
}

/** The predictor of a model that was fitted before. */
export function pairwisePredictor(model: PairwiseModel): PairwisePredictor {
  const { range, target } = model;
  const sum = pairwiseSumOf(model);
  return {
    sum,
    predict: (shape) => {
      requireShape(range, shape);
      return valueOf(evaluatePairwiseSum(sum, shape), target);
    },
    distance: (shape) => distanceOutside(range, shape),
    toJSON: () => model,
  };
}

function pairwiseSumOf({ constant, terms, polynomials }: PairwiseModel): PairwiseSum {
  const [single, double] = [terms.filter(({ degrees }) => degrees[1] === 0), terms.filter(({ degrees }) => degrees[1] > 0)];
  return {
    constant,
    unary: (layer, width) => {
      const q = polynomialsAt(polynomials, width);
      return single.reduce((total, { degrees: [degree], coefficients }) => total + coefficients[layer]! * q[degree]!, 0);
    },
    pair: (layer, width, next) => {
      const [q, r] = [polynomialsAt(polynomials, width), polynomialsAt(polynomials, next)];
      return double.reduce((total, { degrees: [first, second], coefficients }) => total + coefficients[layer]! * q[first]! * r[second]!, 0);
    },
  };
}
