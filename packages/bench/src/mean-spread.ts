/** The mean of several numbers, and their ends. */
export interface MeanSpread {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** Of at least one number. */
export const meanSpread = (values: readonly number[]): MeanSpread =>
  ({ mean: values.reduce((sum, value) => sum + value, 0) / values.length, least: Math.min(...values), most: Math.max(...values) });
