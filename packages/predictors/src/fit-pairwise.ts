import { type CoefficientPrior, coefficientPrior, priorFactor } from "./coefficient-prior.js";
import { dot } from "./dot.js";
import { type PairwisePredictor, type PairwiseTerm, pairwisePredictor } from "./pairwise-predictor.js";
import { type MeasuredShape, type Shape } from "./predictor.js";
import { PredictorsError } from "./predictors-error.js";
import { requireRows } from "./require-rows.js";
import { ridgeRegression } from "./ridge-regression.js";
import { type Target, targetsOf } from "./target-scale.js";
import { polynomialsAt, type WidthPolynomials, widthPolynomials } from "./width-polynomials.js";
import { widthRanges } from "./width-ranges.js";

export interface PairwiseOptions {
  /** Default "logarithm", which suits perplexities; "value" suits latencies. */
  readonly target?: Target;
  /** The highest degree of a term, of both layers together: a whole number from 1. Default 3. */
  readonly degree?: number;
  readonly prior?: Partial<CoefficientPrior>;
}

/**
 * Ridge regression on polynomials of the square root of each width and on products of neighbours', up to a total degree. Coefficients of one kind of term are taken for alike
 * over the layers, more so in neighbouring layers, so that few shapes suffice; the penalty is the one of the least leave-one-out error, in closed form.
 *
 * @throws PredictorsError `predictors/bad-rows`, `predictors/bad-shape`, `predictors/bad-option`
 */
export function fitPairwise(rows: readonly MeasuredShape[], { target = "logarithm", degree = 3, prior: given }: PairwiseOptions = {}): PairwisePredictor {
  requireRows(rows);
  requireDegree(degree);
  const prior = coefficientPrior(given);
  const targets = targetsOf(rows, target);
  const shapes = rows.map(({ shape }) => shape);
  const polynomials = widthPolynomials(shapes.flat(), degree);
  const blocks = blocksOf(degree, polynomials, shapes[0]!.length, prior);
  const fit = ridgeRegression(shapes.map((shape) => featuresOf(shape, polynomials, blocks)), targets);
  const terms = blocks.map(({ degrees, factor, first }): PairwiseTerm => ({
    degrees, coefficients: factor.map((row) => dot(row, fit.coefficients.slice(first, first + factor.length))),
  }));
  const { intercept: constant, penalty, leaveOneOutError } = fit;
  return pairwisePredictor({ kind: "pairwise", target, range: widthRanges(shapes), polynomials, constant, terms, penalty, leaveOneOutError });
}

function requireDegree(degree: number): void {
  if (Number.isSafeInteger(degree) && degree >= 1) return;
  throw new PredictorsError("predictors/bad-option", `predictors: the degree of pairwise terms must be a whole number from 1, got ${degree}; leave it out for 3`);
}

/** The features of one kind of term, one for each layer or pair; they are multiplied by `factor`, a square root of the coefficients' prior covariance. */
interface Block {
  readonly degrees: PairwiseTerm["degrees"];
  readonly factor: readonly Float64Array[];
  /** The place of its first feature among all. */
  readonly first: number;
}

function blocksOf(degree: number, { centres: { length: highest } }: WidthPolynomials, layers: number, prior: CoefficientPrior): Block[] {
  const blocks: Block[] = [];
  for (let total = 1, first = 0; total <= degree; total++) {
    for (let second = 0; second < total; second++) {
      const places = second === 0 ? layers : layers - 1;
      if (total - second > highest || second > highest || places === 0) continue;
      blocks.push({ degrees: [total - second, second], factor: priorFactor(places, prior, total), first });
      first += places;
    }
  }
  return blocks;
}

function featuresOf(shape: Shape, polynomials: WidthPolynomials, blocks: readonly Block[]): number[] {
  const q = shape.map((width) => polynomialsAt(polynomials, width)); // [layers, 1 + degree]
  return blocks.flatMap(({ degrees: [first, second], factor }) => {
    const products = factor.map((_, layer) => q[layer]![first]! * (second === 0 ? 1 : q[layer + 1]![second]!));
    return factor.map((row) => dot(row, products));
  });
}
