import { type MlmBatch } from "@bort/data";
import { type Backend, parameter } from "@bort/graph";
import { type MlmModel, type MlmShape, labelLoss, lastLayerCrossEntropy, mlmFeeds, mlmNodes } from "@bort/nn";

/** How well a model does on held-out batches, each batch counting alike. */
export interface HeldOutScores {
  /** Cross-entropy between the last layers of the teacher and the model, in nats: e of Bort's section 3.3. */
  readonly error: number;
  /** MLM loss in nats. */
  readonly loss: number;
  /** Share of the masked tokens that the model puts first. */
  readonly accuracy: number;
}

/** Held-out batches with what the teacher says on them, `[batch * masked, vocabulary]` each. */
export interface HeldOut {
  readonly shape: MlmShape;
  readonly batches: readonly MlmBatch[];
  readonly teacherLogits: readonly Float32Array[];
}

/** Asks the teacher about held-out batches, once for all models. */
export async function heldOutOf(backend: Backend, teacher: MlmModel, shape: MlmShape, batches: readonly MlmBatch[]): Promise<HeldOut> {
  const program = await backend.compile({ logits: mlmNodes(teacher.arch, shape).logits });
  try {
    const teacherLogits: Float32Array[] = [];
    for (const { ids, positions } of batches) {
      const { logits } = await program.run({ ...teacher.parameters.views, ids, positions });
      teacherLogits.push(Float32Array.from(logits!.data as Float32Array));
    }
    return { shape, batches, teacherLogits };
  } finally {
    await program.dispose();
  }
}

/** Scores a model on held-out batches. */
export async function heldOutScores(backend: Backend, { arch, parameters }: MlmModel, { shape, batches, teacherLogits }: HeldOut): Promise<HeldOutScores> {
  const { logits, labels, weights } = mlmNodes(arch, shape);
  const error = lastLayerCrossEntropy({ student: logits, teacher: parameter("teacherLogits", logits.shape), weights });
  const program = await backend.compile({ error, loss: labelLoss(logits, labels, weights), logits });
  try {
    const sum = { error: 0, loss: 0, accuracy: 0 };
    for (const [i, batch] of batches.entries()) {
      const outputs = await program.run({ ...parameters.views, ...mlmFeeds(batch), teacherLogits: teacherLogits[i]! });
      sum.error += Number(outputs["error"]!.data[0]);
      sum.loss += Number(outputs["loss"]!.data[0]);
      sum.accuracy += accuracyOf(outputs["logits"]!.data as Float32Array, batch);
    }
    const { length } = batches;
    return { error: sum.error / length, loss: sum.loss / length, accuracy: sum.accuracy / length };
  } finally {
    await program.dispose();
  }
}

/** Share of the masked places whose largest logit is the label's. */
function accuracyOf(logits: Float32Array, { labels, weights }: MlmBatch): number {
  const vocabSize = logits.length / labels.length;
  let [right, places] = [0, 0];
  for (const [row, label] of labels.entries()) {
    if (weights[row] === 0) continue;
    const values = logits.subarray(row * vocabSize, (row + 1) * vocabSize);
    places++;
    if (values.every((value) => value <= values[label]!)) right++;
  }
  return right / places;
}
