import { type ArchFrame, type ArchTuple, archOf } from "@bort/arch";
import { distill } from "@bort/distill";
import { type MlmModel, type PretrainOptions, Trainer, adamW, createModel, mlmFeeds, mlmLossGraph, pretrain, shortFirst } from "@bort/nn";
import { type Context, type CurvePoint, follow } from "./context.js";
import { type DemoCorpus } from "./corpus.js";
import { shape, teacherTuple } from "./plan.js";

/** A pre-trained model with the course of its validation loss. */
export interface Pretrained {
  readonly model: MlmModel;
  readonly curve: readonly CurvePoint[];
}

/** What every architecture of the demo shares. */
export const frameFor = ({ tokenizer }: DemoCorpus): ArchFrame => ({
  vocabSize: tokenizer.vocabSize, positions: shape.sequenceLength, activation: "geluTanh", padTokenId: tokenizer.special.pad,
});

/** A variance that forgets faster than BERT's 0.999 suits runs of a thousand steps. */
const optimizer = (): ReturnType<typeof adamW> => adamW({ beta2: 0.98 });

const TEACHER_RATE = 1.5e-3;
const STUDENT_RATE = 2e-3;

const settings = ({ backend, seed, signal }: Context, corpus: DemoCorpus, tuple: ArchTuple, steps: number): PretrainOptions => ({
  backend, arch: archOf(tuple, frameFor(corpus)), shape, train: corpus.batches(shape), curriculum: shortFirst(shape, corpus.batches), validation: corpus.validation, steps, seed,
  optimizer: optimizer(), evaluateEvery: Math.max(1, Math.ceil(steps / 12)), signal,
});

/** Masked language modelling from scratch. */
export async function pretrainTeacher(context: Context, corpus: DemoCorpus, steps: number): Promise<Pretrained> {
  const run = pretrain({ ...settings(context, corpus, teacherTuple, steps), learningRate: TEACHER_RATE });
  return follow(context, "teacher", "validationLoss", run, steps);
}

/** The student with its teacher: MLM and last-layer cross-entropy at equal weight, temperature 2 (Bort, section 4). */
export async function distillStudent(context: Context, corpus: DemoCorpus, teacher: MlmModel, tuple: ArchTuple, steps: number): Promise<Pretrained> {
  const run = distill({ ...settings(context, corpus, tuple, steps), teacher, learningRate: STUDENT_RATE });
  return follow(context, "student", "validationLoss", run, steps);
}

/** The same student, with the same first parameters and batches, without the teacher. */
export async function pretrainAlone(context: Context, corpus: DemoCorpus, tuple: ArchTuple, steps: number, name: string = "undistilled"): Promise<Pretrained> {
  const run = pretrain({ ...settings(context, corpus, tuple, steps), learningRate: STUDENT_RATE });
  return follow(context, name, "validationLoss", run, steps);
}

/** Seconds that a training step of the teacher takes here: the median of a few, after a warm-up. */
export async function teacherStepSeconds({ backend }: Context, corpus: DemoCorpus): Promise<number> {
  const arch = archOf(teacherTuple, frameFor(corpus));
  const { parameters } = createModel(arch, { kind: "mlm" }, 0);
  const trainer = await Trainer.create({ backend, parameters, graph: mlmLossGraph(arch, shape), optimizer: optimizer() });
  try {
    const train = corpus.batches(shape);
    const times: number[] = [];
    for (let step = 0; step < 12; step++) {
      const start = performance.now();
      await trainer.step(mlmFeeds(train.at(step)), TEACHER_RATE);
      times.push((performance.now() - start) / 1000);
    }
    return times.slice(3).sort((a, b) => a - b)[4]!;
  } finally {
    await trainer.dispose();
  }
}
