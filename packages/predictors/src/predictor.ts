/** Widths of an architecture's layers, first layer first. */
export type Shape = readonly number[];

/** A shape, and what was measured of it: perplexity, milliseconds, anything that is one number. */
export interface MeasuredShape {
  readonly shape: Shape;
  readonly value: number;
}

/** Says what a measurement of a shape would give. */
export interface Predictor {
  /**
   * In the unit of the values that it was fitted to.
   *
   * @throws PredictorsError `predictors/bad-shape` for another number of layers, or a width that is not above 0; where features stand beside widths, `predictors/lengths-differ` for more or fewer than it was
   * fitted with, `predictors/bad-values` for one that is not finite
   */
  predict(shape: Shape): number;
  /**
   * How far a shape lies outside the widths that the predictor was fitted to: by how much a layer exceeds the range that it had in training, the largest of all layers,
   * as a share of the largest width in training. 0 inside; throws `predictors/bad-shape` as `predict` does.
   */
  distance(shape: Shape): number;
}
