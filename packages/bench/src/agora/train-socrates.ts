import { maxSequence } from "@bort/arch";
import { classificationBatches, type TextExample, type TextTask } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type Classifier, type EncoderModel, finetune, type ModelFolder } from "@bort/nn";
import { type AgoraSetting } from "./agora-setting.js";
import { drawExamples } from "./draw-cell.js";

export interface TrainSocratesOptions {
  readonly backend: Backend;
  /** Pre-trained. */
  readonly base: ModelFolder<EncoderModel>;
  readonly task: TextTask;
  /** None of which any student is evaluated on. */
  readonly examples: readonly TextExample[];
  readonly setting: AgoraSetting;
  /** Where the training is kept: called again, it goes on, or gives the model that is done. */
  readonly folder: string;
}

/** Fine-tunes the teacher of a task; throws what `finetune` throws. */
export async function trainSocrates({ backend, base: { model, tokenizer }, task: { labels }, examples, setting, folder }: TrainSocratesOptions): Promise<Classifier> {
  const { batchSize, socrates: { mostExamples, epochs, leastSteps, learningRate } } = setting;
  const maxLength = Math.min(setting.maxLength, maxSequence(model.arch));
  const taken = drawExamples(examples, Math.min(mostExamples, examples.length), 0);
  const train = classificationBatches(taken, { tokenizer, labels, batchSize, maxLength, seed: 0, order: "shuffled" });
  const steps = Math.max(leastSteps, epochs * train.stepsPerEpoch);
  const training = finetune({ backend, model, labels, train, batchSize, steps, learningRate, checkpoint: { folder, every: Math.ceil(steps / 5), resume: true } });
  let next = await training.next();
  while (next.done !== true) next = await training.next();
  return next.value.model;
}
