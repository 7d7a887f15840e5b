import { type ClassificationBatch } from "@bort/data";
import { type Backend, type Feeds, type Node, type Program, parameter } from "@bort/graph";
import { type DropoutRates, dropoutOf } from "./dropout.js";
import { encoder } from "./encoder.js";
import { classifierHead } from "./heads.js";
import { labelLoss } from "./losses.js";
import { type Classifier } from "./model.js";
import { modelParameters } from "./parameter-spec.js";
import { type LossGraph } from "./gradient-graph.js";
import { parameterNodes } from "./parameter-store.js";

type ClassifierParts = Pick<Classifier, "arch" | "head">;

/** Logits of a padded batch: `i32[batch, length], f32[batch, length] -> [batch, labels]`. */
function classifierLogits({ arch, head }: ClassifierParts, batchSize: number, length: number, rates: DropoutRates = {}): Node {
  const parameters = parameterNodes(modelParameters(arch, head));
  const dropout = dropoutOf(rates);
  const states = encoder(arch, parameters, { ids: parameter("ids", [batchSize, length], "i32"), mask: parameter("mask", [batchSize, length]), dropout });
  return classifierHead(arch, parameters, states, batchSize, dropout);
}

/** Mean cross-entropy of a classifier, in nats. */
export function classificationLossGraph(model: ClassifierParts, batchSize: number, length: number, dropout: DropoutRates = {}): LossGraph {
  return { loss: labelLoss(classifierLogits(model, batchSize, length, dropout), parameter("labels", [batchSize], "i32"), parameter("weights", [batchSize])) };
}

export const classificationFeeds = ({ ids, mask, labels, weights }: ClassificationBatch): Feeds => ({ ids, mask, labels, weights });

/** Index of the most likely label of every example in `batches`, rows of weight 0 left out. One program a batch shape serves all batches. */
export async function predict(backend: Backend, model: Classifier, batches: Iterable<ClassificationBatch>): Promise<number[]> {
  const programs = new Map<string, Program>();
  const predicted: number[] = [];
  try {
    for (const batch of batches) {
      const batchSize = batch.labels.length;
      const shape = `${batchSize} x ${batch.length}`;
      const program = programs.get(shape) ?? (await backend.compile({ logits: classifierLogits(model, batchSize, batch.length) }));
      programs.set(shape, program);
      const { logits } = await program.run({ ...model.parameters.views, ids: batch.ids, mask: batch.mask });
      const labels = model.head.labels.length;
      batch.weights.forEach((weight, row) => {
        if (weight > 0) predicted.push(indexOfLargest((logits!.data as Float32Array).subarray(row * labels, (row + 1) * labels)));
      });
    }
    return predicted;
  } finally {
    for (const program of programs.values()) await program.dispose();
  }
}

const indexOfLargest = (values: Float32Array): number => values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
