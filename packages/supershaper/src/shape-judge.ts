import { type Shape } from "@bort/predictors";
import { type ShapeConstraints } from "./shape-constraints.js";
import { finiteMeasure, measured, type ShapeMeasure } from "./shape-measure.js";

/** What a search makes small: a measure, or what takes its time, such as the loss of a sub-network. */
export type ShapeObjective = ShapeMeasure | ((shape: Shape) => Promise<number>);

/** A shape and what a search knows of it. */
export interface JudgedShape {
  readonly shape: Shape;
  /** One an objective; none where the shape does not keep the constraints. */
  readonly values: readonly number[];
  /** 0 where it keeps them. */
  readonly violation: number;
}

/** Judges each shape once. */
export class ShapeJudge {
  readonly #objectives: readonly ((shape: Shape) => number | Promise<number>)[];
  readonly #constraints: ShapeConstraints;
  readonly #judged = new Map<string, JudgedShape>();

  constructor(objectives: readonly ShapeObjective[], constraints: ShapeConstraints) {
    this.#objectives = objectives.map((objective) => (typeof objective === "function" ? objective : measured(objective)));
    this.#constraints = constraints;
  }

  /** Shapes that were judged. */
  get count(): number {
    return this.#judged.size;
  }

  /** The same object for the same shape; @throws SuperShaperError `supershaper/bad-measure` */
  async judge(shape: Shape): Promise<JudgedShape> {
    const key = shape.join(",");
    const known = this.#judged.get(key);
    if (known !== undefined) return known;
    const violation = this.#constraints.violation(shape);
    const values: number[] = [];
    if (violation === 0) for (const objective of this.#objectives) values.push(finiteMeasure(await objective(shape), shape));
    const judged = { shape, values, violation };
    this.#judged.set(key, judged);
    return judged;
  }

  /** All of them, in order; a signal ends it before the next shape: it throws the signal's reason. */
  async judgeAll(shapes: readonly Shape[], signal: AbortSignal | undefined): Promise<JudgedShape[]> {
    const judged: JudgedShape[] = [];
    for (const shape of shapes) {
      signal?.throwIfAborted();
      judged.push(await this.judge(shape));
    }
    return judged;
  }
}
