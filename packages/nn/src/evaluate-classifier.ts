import { type ClassificationBatch } from "@bort/data";
import { type Backend } from "@bort/graph";
import { isRegression, predict } from "./classification.js";
import { type Classifier } from "./model.js";
import { NnError } from "./nn-error.js";

/** `accuracy`, the share of labels that are right, or in regression `meanSquaredError`, over the rows that have a label or a value. @throws NnError `nn/bad-option` where none has */
export async function evaluateClassifier(backend: Backend, model: Classifier, batches: readonly ClassificationBatch[]): Promise<Readonly<Record<string, number>>> {
  const gold = batches.flatMap(({ labels, values, weights }) => [...(isRegression(model.head) ? values : labels)].filter((_, row) => weights[row]! > 0));
  if (gold.length === 0) throw new NnError("nn/bad-option", "nn: an evaluation needs at least one labelled example, got none; give validation examples with labels");
  const predicted = await predict(backend, model, batches);
  return isRegression(model.head)
    ? { meanSquaredError: predicted.reduce((sum, value, i) => sum + (value - gold[i]!) ** 2, 0) / gold.length }
    : { accuracy: predicted.filter((label, i) => label === gold[i]).length / gold.length };
}
