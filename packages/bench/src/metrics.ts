import { type MetricName } from "@bort/data";
import { BenchError } from "./bench-error.js";
import { requireClasses, requireEach, requireSome, type Values } from "./tasks/require-values.js";

export type MetricValues = Partial<Record<MetricName, number>>;

const metrics: Readonly<Partial<Record<MetricName, (predicted: Values, gold: Values) => number>>> = { accuracy, matthews: matthewsCorrelation };

/**
 * The share of examples whose predicted class is the right one, 0 to 1.
 *
 * @throws BenchError `bench/lengths-differ`, `bench/no-examples`, `bench/bad-label`
 */
export function accuracy(predicted: Values, gold: Values): number {
  requireClasses(predicted, gold);
  return correct(predicted, gold) / gold.length;
}

/**
 * Matthews correlation coefficient for any number of classes, -1 to 1; 0 where it is undefined, since all predictions or all answers are one class.
 *
 * R_K = (c s - sum_k p_k t_k) / sqrt((s^2 - sum_k p_k^2)(s^2 - sum_k t_k^2)), where of s examples c are right, p_k are predicted as class k
 * and t_k are of class k (Gorodkin 2004, "Comparing two K-category assignments by a K-category correlation coefficient").
 *
 * @throws BenchError `bench/lengths-differ`, `bench/no-examples`, `bench/bad-label`
 */
export function matthewsCorrelation(predicted: Values, gold: Values): number {
  requireClasses(predicted, gold);
  const predictedCounts = countLabels(predicted);
  const goldCounts = countLabels(gold);
  const examples = gold.length;
  let products = 0;
  for (const [label, count] of predictedCounts) products += count * (goldCounts.get(label) ?? 0);
  const spread = (examples ** 2 - sumOfSquares(predictedCounts)) * (examples ** 2 - sumOfSquares(goldCounts));
  return spread === 0 ? 0 : (correct(predicted, gold) * examples - products) / Math.sqrt(spread);
}

/**
 * The values of the named metrics, in the order of `names`.
 *
 * @throws BenchError `bench/unknown-metric`, and what the metrics throw
 */
export function computeMetrics(names: readonly MetricName[], predicted: Values, gold: Values): MetricValues {
  return Object.fromEntries(names.map((name) => {
    const metric = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
    if (metric === undefined) {
      throw new BenchError("bench/unknown-metric", `bench: there is no metric ${JSON.stringify(name)}; use one of ${Object.keys(metrics).join(", ")}`);
    }
    return [name, metric(predicted, gold)];
  }));
}

/**
 * The most frequent class, the smallest one of several.
 *
 * @throws BenchError `bench/no-examples`, `bench/bad-label`
 */
export function majorityClass(labels: Values): number {
  requireSome(labels);
  requireEach(labels, Number.isSafeInteger, "class numbers must be whole");
  return [...countLabels(labels)].reduce((best, next) => (next[1] > best[1] || (next[1] === best[1] && next[0] < best[0]) ? next : best))[0];
}

/**
 * The values of the named metrics for a model that always answers the majority class of `trainingLabels`, which defaults to `gold`.
 *
 * @throws BenchError `bench/unknown-metric`, `bench/no-examples`, `bench/bad-label`
 */
export function majorityBaseline(names: readonly MetricName[], gold: Values, trainingLabels: Values = gold): MetricValues {
  const answer = majorityClass(trainingLabels);
  return computeMetrics(names, Array.from(gold, () => answer), gold);
}

function correct(predicted: Values, gold: Values): number {
  let count = 0;
  for (let i = 0; i < gold.length; i++) if (predicted[i] === gold[i]) count++;
  return count;
}

function countLabels(labels: Values): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i]!, (counts.get(labels[i]!) ?? 0) + 1);
  return counts;
}

function sumOfSquares(counts: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count ** 2;
  return sum;
}
