import { type Shape } from "@bort/predictors";
import { cheapestWithin } from "./cheapest-within.js";
import { sizedShape } from "./exact-front.js";
import { type MeasureRange, rangeOfTables, type RoundedRange } from "./pairwise-range.js";
import { requireRange } from "./require-options.js";
import { isPairwisePredictor, measured, type ShapeMeasure } from "./shape-measure.js";
import { type ShapeSpace } from "./shape-space.js";
import { negatedTables, type SumTables, sumTables } from "./sum-tables.js";
import { SuperShaperError } from "./supershaper-error.js";

/** What the shapes that are searched for must keep: a number of them in a range, ends included. */
export interface ShapeConstraint {
  /** As messages and results call it, with its unit, for example `"parameters"` or `"latencyMs"`. */
  readonly name: string;
  readonly measure: ShapeMeasure;
  /** Default: any. */
  readonly atLeast?: number;
  /** Default: any. */
  readonly atMost?: number;
}

/** Shapes on which the range of a measure is looked at that is no sum. */
const probes = 64;

/** Constraints of a search: how far a shape is from keeping them, and what is said if none does. */
export class ShapeConstraints {
  readonly #limits: readonly Limit[];

  /**
   * @throws SuperShaperError `supershaper/bad-option` for a range that holds nothing or a name twice; `supershaper/infeasible` where a pairwise sum, or a
   * predictor that rises with one, has no value in the range; `supershaper/bad-measure`
   */
  constructor(space: ShapeSpace, constraints: readonly ShapeConstraint[]) {
    if (new Set(constraints.map(({ name }) => name)).size < constraints.length) {
      throw new SuperShaperError("supershaper/bad-option", `supershaper: constraints need names of their own, got ${constraints.map(({ name }) => name).join(", ")}; rename one`);
    }
    this.#limits = constraints.map((constraint) => new Limit(space, constraint));
  }

  /** How far a shape is from keeping all of them, in shares of the ranges of the measures; 0 where it keeps them. */
  violation(shape: Shape): number {
    return this.#limits.reduce((sum, limit) => sum + limit.violation(shape), 0);
  }

  /** What the constraints are about, by name. */
  measured(shape: Shape): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#limits.map(({ name, value }) => [name, value(shape)]));
  }

  /** The error of a search that found no shape which keeps them. */
  infeasible(tried: number): SuperShaperError {
    const each = this.#limits.map((limit) => limit.text()).join("; ");
    return new SuperShaperError("supershaper/infeasible", `supershaper: none of ${tried} shapes that were tried keeps all constraints, ${each}; widen them`);
  }
}

/** One of them, and the range of its measure: of all shapes for a sum and a predictor that rises with one, of those that were looked at for others. */
class Limit {
  readonly name: string;
  readonly value: (shape: Shape) => number;
  readonly #atLeast: number;
  readonly #atMost: number;
  readonly #rounding: number;
  readonly #proven: boolean;
  readonly #scale: number;
  #range: MeasureRange;

  constructor(space: ShapeSpace, { name, measure, atLeast = -Infinity, atMost = Infinity }: ShapeConstraint) {
    requireRange(name, atLeast, atMost);
    this.name = name;
    this.value = measured(measure);
    [this.#atLeast, this.#atMost] = [atLeast, atMost];
    const proven = provenRange(space, measure);
    this.#proven = proven !== undefined;
    this.#rounding = proven?.rounding ?? 0;
    this.#range = proven ?? rangeOf([space.smallest, space.largest, ...space.sample(0, probes)].map(this.value));
    this.#scale = this.#range.most - this.#range.least || 1;
    if (this.#proven && (this.#range.most < atLeast - this.#rounding || this.#range.least > atMost + this.#rounding)) {
      throw new SuperShaperError("supershaper/infeasible", `supershaper: no shape of this space keeps its constraint, ${this.text()}; widen it`);
    }
  }

  violation(shape: Shape): number {
    const value = this.value(shape);
    if (!this.#proven) this.#range = rangeOf([this.#range.least, value, this.#range.most]);
    return Math.max(0, this.#atLeast - this.#rounding - value, value - this.#rounding - this.#atMost) / this.#scale;
  }

  /** "parameters in [1, 5] of [7, 9]". */
  text(): string {
    const { least, most } = this.#range;
    return `${this.name} in [${this.#atLeast}, ${this.#atMost}], where ${this.#proven ? "all shapes" : "those looked at"} have [${least}, ${most}]`;
  }
}

/** The range over all shapes, of a sum or a predictor that rises with one; of other measures it is not known. */
function provenRange(space: ShapeSpace, measure: ShapeMeasure): RoundedRange | undefined {
  if ("unary" in measure) return rangeOfTables(sumTables(space, measure));
  if (!isPairwisePredictor(measure)) return undefined;
  const { sum } = measure;
  const tables = sumTables(space, sum);
  const leastShape = (own: SumTables): Shape => sizedShape({ space, cost: sum, size: sum }, cheapestWithin(own, own, -Infinity, Infinity)!).shape;
  const [least, most] = [leastShape(tables), leastShape(negatedTables(tables))].map(measured(measure));
  return { least: least!, most: most!, rounding: 0 };
}

function rangeOf(values: readonly number[]): MeasureRange {
  return { least: Math.min(...values), most: Math.max(...values) };
}
