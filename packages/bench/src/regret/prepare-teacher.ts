import { join } from "node:path";
import { type MlmBatch, type MlmBatches, type PreparedCorpus, firstEpoch, mlmBatches, validationBatches } from "@bort/data";
import { type LogitsCache, cacheTeacherLogits, openLogitsCache } from "@bort/distill";
import { type Backend } from "@bort/graph";
import { type MlmModel, adamW, pretrain } from "@bort/nn";
import { type RegretSettings, archIn } from "./regret-settings.js";

/** Where and on what the experiment is made. */
export interface RegretWork {
  readonly backend: Backend;
  readonly corpus: PreparedCorpus;
  /** Where the teacher, its logits and finished trainings are kept; work that was cut off goes on there. */
  readonly folder: string;
  readonly settings: RegretSettings;
  /** Told what is done, a line at a time. */
  readonly tell: (line: string) => void;
}

/** Batches to train on; those of seed 0 are the teacher's and those of every training in full. */
export const trainingBatches = ({ corpus: { train, tokenizer }, settings: { shape } }: RegretWork, seed: number): MlmBatches => mlmBatches(train, { ...shape, seed, tokenizer });

/** Batches that every error is measured on. */
export const heldOutBatches = ({ corpus: { validation, tokenizer }, settings }: RegretWork): MlmBatch[] =>
  firstEpoch(validationBatches(validation, { ...settings.shape, tokenizer }), settings.heldOutBatches);

/** Trains the teacher, or goes on where its training was cut off; throws what `pretrain` throws. */
export async function trainedTeacher(work: RegretWork): Promise<MlmModel> {
  const { backend, corpus: { tokenizer }, folder, settings, tell } = work;
  const { shape, teacher } = settings;
  const run = pretrain({
    backend, shape, steps: teacher.steps, learningRate: teacher.learningRate, arch: archIn(tokenizer, settings, teacher.arch),
    train: trainingBatches(work, 0), validation: heldOutBatches(work), optimizer: adamW({ beta2: 0.98 }),
    checkpoint: { folder: join(folder, "teacher-checkpoint"), every: 500, resume: true },
  });
  for (;;) {
    const { done, value } = await run.next();
    if (done === true) return value.model;
    if (value.type === "evaluation") tell(`teacher: step ${value.step}, held-out loss ${value.metrics["validationLoss"]!.toFixed(3)}`);
  }
}

/** The teacher's logits on the batches of a training in full, over the whole vocabulary; throws what `cacheTeacherLogits` and `openLogitsCache` throw. */
export async function cachedLogits(work: RegretWork, teacher: MlmModel): Promise<LogitsCache> {
  const { backend, settings: { shape, convergence }, tell } = work;
  const folder = join(work.folder, "logits");
  const caching = cacheTeacherLogits({
    backend, teacher, shape, train: trainingBatches(work, 0), batches: convergence.steps, folder, topK: teacher.arch.vocabSize, temperatures: [1],
  });
  for await (const { batches, of } of caching) if (batches % 500 === 0 || batches === of) tell(`teacher's logits: ${batches} of ${of} batches`);
  return openLogitsCache(folder);
}
