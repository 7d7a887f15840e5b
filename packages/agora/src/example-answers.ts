import { maxSequence } from "@bort/arch";
import { classificationBatches, firstEpoch, roundedClass, type TextExample, type Tokenizer, untilAborted } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type Classifier, predictOutputs } from "@bort/nn";

export interface ExampleAnswersOptions {
  readonly backend: Backend;
  /** Of labels, or of a value. */
  readonly model: Classifier;
  /** The one that the model was trained with. */
  readonly tokenizer: Tokenizer;
  /** Default 32. */
  readonly batchSize?: number;
  /** The most tokens of an example that are read. Default 128, or as many as the model has positions for. */
  readonly maxLength?: number;
  /** Ends the work between two batches: it throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a model says of each example: its likeliest label and the probability of every one, by name; or its value. */
export async function exampleAnswers(examples: readonly TextExample[], options: ExampleAnswersOptions): Promise<TextExample[]> {
  const { backend, model, tokenizer, batchSize = 32, maxLength = Math.min(128, maxSequence(model.arch)), signal } = options;
  const { labels } = model.head;
  const texts = examples.map(withoutAnswer);
  const batches = classificationBatches(texts, { tokenizer, labels, batchSize, maxLength, seed: 0, order: "sequential" });
  const outputs = await predictOutputs(backend, model, untilAborted(firstEpoch(batches), signal));
  return texts.map((example, i) => ({ ...example, ...answerOf(labels, outputs[i]!) }));
}

/** Places of the examples whose class, a label or a rounded value, an answer has wrong (Bort, section 5). */
export const mistakesOf = (examples: readonly TextExample[], answers: readonly TextExample[]): number[] =>
  examples.flatMap((example, i) => (roundedClass(answers[i]!) === roundedClass(example) ? [] : [i]));

/** The share of examples whose class the answers have right. */
export const accuracyOf = (examples: readonly TextExample[], answers: readonly TextExample[]): number => 1 - mistakesOf(examples, answers).length / examples.length;

function withoutAnswer({ label, value, distribution, ...example }: TextExample): TextExample {
  return example;
}

function answerOf(labels: readonly string[], outputs: Float32Array): Pick<TextExample, "distribution" | "label" | "value"> {
  if (labels.length === 0) return { value: outputs[0]! };
  const largest = Math.max(...outputs);
  const shares = Array.from(outputs, (logit) => Math.exp(logit - largest));
  const sum = shares.reduce((total, share) => total + share, 0);
  return { label: labels[outputs.indexOf(largest)]!, distribution: Object.fromEntries(labels.map((label, i) => [label, shares[i]! / sum])) };
}
