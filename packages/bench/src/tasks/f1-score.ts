import { requireClasses, type Values } from "./require-values.js";

/**
 * F1 of one class: 2 TP / (2 TP + FP + FN), 0 to 1. It is 0 where no example is of the class and none is predicted as it, as in scikit-learn.
 *
 * @throws BenchError `bench/lengths-differ`, `bench/no-examples`, `bench/bad-label`
 */
export function f1Score(predicted: Values, gold: Values, positive: number): number {
  requireClasses(predicted, gold);
  let both = 0;
  let either = 0; // counts an example twice where both are positive
  for (let i = 0; i < gold.length; i++) {
    const [isPredicted, isGold] = [predicted[i] === positive, gold[i] === positive];
    either += Number(isPredicted) + Number(isGold);
    both += Number(isPredicted && isGold);
  }
  return either === 0 ? 0 : (2 * both) / either;
}

/** The unweighted mean of the F1 of the classes 0 to `classes` - 1, as SuperGLUE scores CB; throws what `f1Score` throws. */
export function macroF1(predicted: Values, gold: Values, classes: number): number {
  const scores = Array.from({ length: classes }, (_, positive) => f1Score(predicted, gold, positive));
  return scores.reduce((sum, score) => sum + score, 0) / classes;
}
