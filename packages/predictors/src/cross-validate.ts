import { type Agreement, agreement } from "./agreement.js";
import { type FoldsOptions, makeFolds } from "./make-folds.js";
import { type MeasuredShape, type Predictor } from "./predictor.js";

/** What predictors said of rows that they were not fitted to. */
export interface CrossValidation {
  /** On the test part of each fold. */
  readonly folds: readonly Agreement[];
  /** By row, in the order given, each by the predictor that had not seen it. */
  readonly predictions: readonly number[];
}

/** k-fold cross-validation of a way to fit; @throws PredictorsError `predictors/bad-option`, and what `fit` throws */
export function crossValidate(rows: readonly MeasuredShape[], fit: (rows: readonly MeasuredShape[]) => Pick<Predictor, "predict">, options: FoldsOptions = {}): CrossValidation {
  const predictions = new Array<number>(rows.length);
  const folds = makeFolds(rows.length, options).map(({ training, test }) => {
    const predictor = fit(training.map((i) => rows[i]!));
    for (const i of test) predictions[i] = predictor.predict(rows[i]!.shape);
    return agreement(test.map((i) => predictions[i]!), test.map((i) => rows[i]!.value));
  });
  return { folds, predictions };
}
