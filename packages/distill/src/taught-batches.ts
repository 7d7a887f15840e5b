import { type ClassificationBatch, type ClassificationBatches } from "@bort/data";
import * as op from "@bort/graph";
import { type Backend, type Program } from "@bort/graph";
import { type Classifier, type FinetuneBatches, classifierOutputs, fingerprint } from "@bort/nn";
import { DistillError } from "./distill-error.js";

export interface TaughtBatchesOptions {
  /** Runs the teacher. */
  readonly backend: Backend;
  readonly teacher: Classifier;
  readonly train: ClassificationBatches;
  /** Those that the batches were made with: the teacher's, in its order. */
  readonly labels: readonly string[];
  /** The share of what the teacher says; the rest is what the batches say, a label or a distribution. Default 0.5. */
  readonly teacherWeight?: number;
}

/** Batches that hold a compiled teacher. */
export interface TaughtBatches extends FinetuneBatches {
  /** Sets them apart from others: a checkpoint of others is not resumed. */
  readonly settings: Readonly<Record<string, unknown>>;
  at(step: number): Promise<ClassificationBatch>;
  dispose(): Promise<void>;
}

/**
 * Batches by which one classifier teaches another, for `finetune` of `@bort/nn`: the distribution of a row is the mean of what the teacher says of it and what the batch does. The cross-entropy against it is
 * (1 - teacherWeight) * cross-entropy against the label + teacherWeight * cross-entropy against the teacher's probabilities (Hinton et al. 2015, section 2, at a temperature of 1).
 *
 * The teacher runs on each batch when its turn comes; its program for a length is compiled at the first batch of it.
 *
 * @throws DistillError `distill/bad-option`
 */
export function taughtBatches({ backend, teacher, train, labels, teacherWeight = 0.5 }: TaughtBatchesOptions): TaughtBatches {
  requireTeacher(teacher, labels);
  if (!(teacherWeight > 0 && teacherWeight <= 1)) throw badOption(`teacherWeight must be a number above 0 and at most 1, got ${teacherWeight}; the default is 0.5`);
  const programs = new Map<number, Program>();
  const probabilitiesOf = async ({ ids, mask, weights, length }: ClassificationBatch): Promise<Float32Array> => {
    const program = programs.get(length) ?? (await backend.compile({ probabilities: op.softmax(classifierOutputs(teacher, weights.length, length)) }));
    programs.set(length, program);
    return (await program.run({ ...teacher.parameters.views, ids, mask }))["probabilities"]!.data as Float32Array; // [batch, labels]
  };
  return {
    examples: train.examples,
    isSoft: true,
    settings: { objective: "soft labels", teacherWeight, teacher: fingerprint(teacher.parameters.flat) },
    at: async (step) => {
      const batch = train.at(step);
      const known = batch.distributions ?? oneHot(batch.labels, labels.length);
      const said = await probabilitiesOf(batch);
      return { ...batch, distributions: known.map((probability, i) => teacherWeight * said[i]! + (1 - teacherWeight) * probability) };
    },
    dispose: async () => {
      for (const program of programs.values()) await program.dispose();
      programs.clear();
    },
  };
}

/** `[rows] -> [rows, classes]` */
const oneHot = (labels: Int32Array, classes: number): Float32Array => Float32Array.from({ length: labels.length * classes }, (_, i) => Number(labels[Math.floor(i / classes)] === i % classes));

function requireTeacher({ head }: Classifier, labels: readonly string[]): void {
  if (labels.length > 0 && head.labels.join("\n") === labels.join("\n")) return;
  throw badOption(`a teacher needs the labels of the batches in their order, ${labels.join(", ") || "which have values"}, got one of ${head.labels.join(", ") || "a value"}; give one of that task`);
}

const badOption = (problem: string): DistillError => new DistillError("distill/bad-option", `distill: ${problem}`);
