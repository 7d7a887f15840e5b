import { join } from "node:path";
import { type EncoderArch } from "@bort/arch";
import { type PreparedCorpus } from "@bort/data";
import { distillationObjective } from "@bort/distill";
import { type MlmModel, type PretrainResult, type TrainingEvent, pretrain, shortFirst, tensorBoardWriter } from "@bort/nn";
import { heldOutBatches, trainingBatches } from "./batches.js";
import { type PretrainingSetting, partsOf } from "./setting.js";
import { type Workplace } from "./workplace.js";

export interface PretrainModelOptions {
  /** Of the bar, and of the folders of checkpoints and curves. */
  readonly name: "teacher" | "student";
  readonly arch: EncoderArch;
  readonly corpus: PreparedCorpus;
  readonly training: PretrainingSetting;
  /** Needed where the setting has an objective. */
  readonly teacher?: MlmModel;
}

/** Pre-trains a model from fresh parameters, or on from its last checkpoint; throws the signal's reason where it was interrupted. */
export async function pretrainModel(workplace: Workplace, options: PretrainModelOptions): Promise<MlmModel> {
  const { setting, seed, out, backend, signal } = workplace;
  const { name, arch, corpus, training: { shape: whole, shortFirst: startsShort, objective: learned, ...training }, teacher } = options;
  const { parts, shape } = partsOf(whole, setting);
  const objective = learned && distillationObjective({ backend, teachers: [teacher!], ...learned });
  try {
    const run = pretrain({
      ...training, backend, arch, shape, seed, signal, accumulate: parts,
      train: trainingBatches(corpus, shape, seed),
      validation: heldOutBatches(corpus, shape, setting.evaluationSequences),
      ...(startsShort && { curriculum: shortFirst(shape, (short) => trainingBatches(corpus, short, seed)) }),
      ...(objective !== undefined && { objective }),
      checkpoint: { folder: join(out, `${name}-checkpoint`), every: setting.checkpointEvery, resume: true },
    });
    return (await follow(workplace, options, run)).model;
  } finally {
    await objective?.dispose();
  }
}

/** Runs a training to its end with a bar, and with curves for TensorBoard. */
async function follow(
  { terminal, out, signal }: Workplace, { name, training: { steps } }: PretrainModelOptions, run: AsyncGenerator<TrainingEvent, PretrainResult>,
): Promise<PretrainResult> {
  const curves = tensorBoardWriter(join(out, "curves", name));
  let bar: ReturnType<typeof terminal.bar> | undefined;
  let accuracy = "";
  try {
    for (;;) {
      const { value, done } = await run.next();
      if (done === true) {
        if (value.summary.interrupted) throw signal.reason;
        return value;
      }
      await curves.record(value);
      bar ??= terminal.bar(name, steps, value.type === "resumed" ? value.step : 0);
      if (value.type === "evaluation") accuracy = `, MLM accuracy ${(100 * value.metrics["validationAccuracy"]!).toFixed(1)}%`;
      if (value.type === "step") bar.update(value.step, `loss ${value.loss.toFixed(3)}${accuracy}`);
    }
  } finally {
    bar?.finish();
    await curves.close();
  }
}
