import { type ClassificationBatch } from "@bort/data";
import { type Backend, type Feeds, type Node, type Program, parameter } from "@bort/graph";
import { type DropoutRates, dropoutOf } from "./dropout.js";
import { encoder } from "./encoder.js";
import { classifierHead } from "./heads.js";
import { labelLoss, softLabelLoss, valueLoss } from "./losses.js";
import { type Classifier } from "./model.js";
import { modelParameters, outputsOf } from "./parameter-spec.js";
import { type LossGraph } from "./gradient-graph.js";
import { parameterNodes } from "./parameter-store.js";

type ClassifierParts = Pick<Classifier, "arch" | "head">;

/** Whether a classifier gives a value in place of labels. */
export const isRegression = ({ labels }: { readonly labels: readonly string[] }): boolean => labels.length === 0;

/** Outputs of a padded batch: `i32[batch, length], f32[batch, length] -> [batch, outputs]`. */
export function classifierOutputs({ arch, head }: ClassifierParts, batchSize: number, length: number, rates: DropoutRates = {}): Node {
  const parameters = parameterNodes(modelParameters(arch, head));
  const dropout = dropoutOf(rates);
  const states = encoder(arch, parameters, { ids: parameter("ids", [batchSize, length], "i32"), mask: parameter("mask", [batchSize, length]), dropout });
  return classifierHead(arch, parameters, states, batchSize, dropout);
}

export interface ClassificationLossOptions {
  /** Default: none. */
  readonly dropout?: DropoutRates;
  /** Whether batches have `distributions`, which are then learned in place of labels. Default false. */
  readonly isSoft?: boolean;
}

/** Mean cross-entropy of a classifier, in nats; in regression, its mean squared error. */
export function classificationLossGraph(model: ClassifierParts, batchSize: number, length: number, options: ClassificationLossOptions = {}): LossGraph {
  const outputs = classifierOutputs(model, batchSize, length, options.dropout);
  const weights = parameter("weights", [batchSize]);
  if (isRegression(model.head)) return { loss: valueLoss(outputs, parameter("values", [batchSize]), weights) };
  return {
    loss: options.isSoft === true
      ? softLabelLoss(outputs, parameter("distributions", outputs.shape), weights)
      : labelLoss(outputs, parameter("labels", [batchSize], "i32"), weights),
  };
}

/** What the loss of a classifier with that head reads of a batch. */
export function classificationFeeds({ ids, mask, labels, distributions, values, weights }: ClassificationBatch, head: Classifier["head"]): Feeds {
  if (isRegression(head)) return { ids, mask, values, weights };
  return { ids, mask, weights, ...(distributions === undefined ? { labels } : { distributions }) };
}

/** What a classifier gives for a row of a batch. */
interface OutputRow {
  /** `[outputs]`. */
  readonly outputs: Float32Array;
  readonly weight: number;
}

/** What a classifier gives for each row in `batches`, those of weight 0 too: `[outputs]`, a logit for each label, or one value in regression. */
export async function predictOutputs(backend: Backend, model: Classifier, batches: Iterable<ClassificationBatch>): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for await (const { outputs } of outputRows(backend, model, batches)) rows.push(outputs);
  return rows;
}

/** Index of the most likely label of every example in `batches`, or its value in regression; rows of weight 0 are left out. */
export async function predict(backend: Backend, model: Classifier, batches: Iterable<ClassificationBatch>): Promise<number[]> {
  const predicted: number[] = [];
  for await (const { outputs, weight } of outputRows(backend, model, batches)) {
    if (weight > 0) predicted.push(isRegression(model.head) ? outputs[0]! : indexOfLargest(outputs));
  }
  return predicted;
}

/** One program a batch shape serves all batches. */
async function* outputRows(backend: Backend, model: Classifier, batches: Iterable<ClassificationBatch>): AsyncGenerator<OutputRow> {
  const programs = new Map<string, Program>();
  const size = outputsOf(model.head);
  try {
    for (const batch of batches) {
      const batchSize = batch.weights.length;
      const shape = `${batchSize} x ${batch.length}`;
      const program = programs.get(shape) ?? (await backend.compile({ logits: classifierOutputs(model, batchSize, batch.length) }));
      programs.set(shape, program);
      const { logits } = await program.run({ ...model.parameters.views, ids: batch.ids, mask: batch.mask });
      const all = logits!.data as Float32Array; // [batch, outputs]
      for (const [row, weight] of batch.weights.entries()) yield { outputs: all.slice(row * size, (row + 1) * size), weight };
    }
  } finally {
    for (const program of programs.values()) await program.dispose();
  }
}

const indexOfLargest = (values: Float32Array): number => values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
