import { join } from "node:path";
import { existsSync } from "node:fs";
import { type ArchTuple, type EncoderArch, archOf, formatTuple, gridSpace } from "@bort/arch";
import { type MlmBatches, type PreparedCorpus, firstEpoch, mlmBatches, validationBatches } from "@bort/data";
import { type LogitsCache, cacheTeacherLogits, openLogitsCache } from "@bort/distill";
import { type TrainingObjectives, trainingObjectives } from "@bort/fptas";
import { type Backend } from "@bort/graph";
import { type MlmModel, adamW, loadMlmModel, pretrain, saveModel } from "@bort/nn";
import { type ErrorTable, type SurrogateErrors } from "./error-table.js";
import { type FinishedRuns, openFinishedRuns } from "./finished-runs.js";
import { type HeldOut, type HeldOutScores, heldOutOf, heldOutScores } from "./held-out-scores.js";
import { type RegretSettings, frameFor, regretSettings, teacherArch } from "./regret-settings.js";
import { type FullTraining, trainInFull } from "./train-in-full.js";

export interface MeasureErrorsOptions {
  readonly backend: Backend;
  readonly corpus: PreparedCorpus;
  /** Where the teacher, its logits and finished trainings are kept; work that was cut off goes on there. */
  readonly folder: string;
  readonly settings?: RegretSettings;
  /** Told what is done, a line at a time. Default: nobody wants to know. */
  readonly tell?: (line: string) => void;
}

/** A point that was also trained twice as long, with the first seed. */
export interface LongerTraining {
  readonly arch: ArchTuple;
  readonly once: FullTraining;
  readonly twice: FullTraining;
}

/** The errors of a grid, and how far they can be trusted. */
export interface MeasuredErrors {
  readonly table: ErrorTable;
  /** Of the teacher itself; its error is its entropy. */
  readonly teacher: HeldOutScores;
  /** Of the first seed, in the order of the points: held-out MLM loss by step. */
  readonly curves: readonly FullTraining["curve"][];
  readonly longer: readonly LongerTraining[];
}

type Run = FullTraining | { readonly error: number | null };

/** Trains every point of a grid briefly, as a search does, and in full. Throws what the trainings throw, and BenchError `bench/other-run`. */
export async function measureErrors(options: MeasureErrorsOptions): Promise<MeasuredErrors> {
  const { backend, corpus, folder, settings = regretSettings, tell = () => undefined } = options;
  const runs = openFinishedRuns<Run>(join(folder, "runs.jsonl"), settings);
  const teacher = await trainedTeacher({ backend, corpus, folder, settings, tell });
  const cache = await cachedLogits({ backend, corpus, folder, settings, tell }, teacher);
  try {
    const experiment = new Experiment({ backend, corpus, settings, tell }, runs, teacher, cache);
    return await experiment.errors();
  } finally {
    cache.close();
  }
}

type Workplace = Required<MeasureErrorsOptions>;

const batchesOf = ({ train, tokenizer }: PreparedCorpus, { shape }: RegretSettings, seed: number): MlmBatches => mlmBatches(train, { ...shape, seed, tokenizer });

async function trainedTeacher({ backend, corpus, folder, settings, tell }: Workplace): Promise<MlmModel> {
  const { shape, heldOutBatches, teacher: { steps, learningRate } } = settings;
  const [saved, { tokenizer }] = [join(folder, "teacher"), corpus];
  if (existsSync(join(saved, "config.json"))) return loadMlmModel(saved).model;
  const run = pretrain({
    backend, shape, steps, learningRate, arch: teacherArch(tokenizer, settings), train: batchesOf(corpus, settings, 0), optimizer: adamW({ beta2: 0.98 }),
    validation: firstEpoch(validationBatches(corpus.validation, { ...shape, tokenizer }), heldOutBatches),
    checkpoint: { folder: join(folder, "teacher-checkpoint"), every: 500, resume: true },
  });
  for (;;) {
    const { done, value } = await run.next();
    if (done === true) {
      saveModel(saved, { model: value.model, tokenizer });
      return value.model;
    }
    if (value.type === "evaluation") tell(`teacher: step ${value.step}, held-out loss ${value.metrics["validationLoss"]!.toFixed(3)}`);
  }
}

/** The teacher's logits on the batches of a training in full, over the whole vocabulary. */
async function cachedLogits({ backend, corpus, folder, settings, tell }: Workplace, teacher: MlmModel): Promise<LogitsCache> {
  const { shape, convergence: { steps } } = settings;
  const at = join(folder, "logits");
  const caching = cacheTeacherLogits({
    backend, teacher, shape, train: batchesOf(corpus, settings, 0), batches: steps, folder: at, topK: teacher.arch.vocabSize, temperatures: [1],
  });
  for await (const { batches, of } of caching) if (batches % 500 === 0 || batches === of) tell(`teacher's logits: ${batches} of ${of} batches`);
  return openLogitsCache(at);
}

class Experiment {
  readonly #archs: readonly ArchTuple[];

  constructor(
    private readonly work: Omit<Workplace, "folder">, private readonly runs: FinishedRuns<Run>, private readonly teacher: MlmModel, private readonly cache: LogitsCache,
  ) {
    this.#archs = [...gridSpace(work.settings.grid).valid()];
  }

  async errors(): Promise<MeasuredErrors> {
    const { backend, corpus: { validation, tokenizer }, settings: { shape, heldOutBatches, surrogate, convergence } } = this.work;
    const batches = firstEpoch(validationBatches(validation, { ...shape, tokenizer }), heldOutBatches);
    const heldOut = await heldOutOf(backend, this.teacher, shape, batches);
    const surrogates: SurrogateErrors[] = [];
    for (const seed of surrogate.seeds) surrogates.push(...await this.#surrogates(seed, heldOut));
    const [first, ...others] = convergence.seeds;
    const trained = [await this.#inFull(first!, heldOut)];
    const longer = await this.#longer(trained[0]!, heldOut);
    for (const seed of others) trained.push(await this.#inFull(seed, heldOut));
    const converged = trained.map((points, i) => ({ seed: convergence.seeds[i]!, scores: points.map(({ error, loss, accuracy }) => ({ error, loss, accuracy })) }));
    return {
      table: { ...await this.#measured(), surrogates, converged },
      teacher: await heldOutScores(backend, this.teacher, heldOut),
      curves: trained[0]!.map(({ curve }) => curve),
      longer,
    };
  }

  /** The surrogates of the search, with the candidates' parameters and batches of a seed. */
  #objectives(seed: number, { batches }: Pick<HeldOut, "batches">): Promise<TrainingObjectives> {
    const { backend, corpus, settings } = this.work;
    return trainingObjectives({
      backend, teacher: this.teacher, shape: settings.shape, train: batchesOf(corpus, settings, seed), heldOut: batches, steps: 1, seed, latency: "flops",
    });
  }

  async #measured(): Promise<Pick<ErrorTable, "maximumPoint" | "points">> {
    const objectives = await this.#objectives(0, { batches: [batchesOf(this.work.corpus, this.work.settings, 0).at(0)] });
    try {
      const latencies = await objectives.latenciesMs(this.#archs, { signal: new AbortController().signal });
      return {
        maximumPoint: await objectives.maximumPoint(),
        points: this.#archs.map((arch, i) => ({ arch, parameters: objectives.parameters(arch), latencyMs: latencies[i]! })),
      };
    } finally {
      await objectives.dispose();
    }
  }

  async #surrogates(seed: number, heldOut: HeldOut): Promise<SurrogateErrors[]> {
    const { settings: { surrogate }, tell } = this.work;
    const objectives = await this.#objectives(seed, heldOut);
    const context = { signal: new AbortController().signal, onStep: () => undefined };
    try {
      const found: SurrogateErrors[] = [];
      for (const steps of surrogate.steps) {
        const errors: number[] = [];
        for (const arch of this.#archs) {
          const { error } = await this.runs.run(`${formatTuple(arch)} after ${steps}, seed ${seed}`, async () => {
            const after = await objectives.error(arch, surrogate.hyperparameters, { ...context, steps });
            return { error: Number.isFinite(after) ? after : null };
          });
          errors.push(error ?? Number.NaN);
        }
        tell(`errors after ${steps} steps, seed ${seed}: ${Math.min(...errors).toFixed(3)} to ${Math.max(...errors).toFixed(3)}`);
        found.push({ steps, seed, errors });
      }
      return found;
    } finally {
      await objectives.dispose();
    }
  }

  async #inFull(seed: number, heldOut: HeldOut): Promise<FullTraining[]> {
    const trained: FullTraining[] = [];
    for (const arch of this.#archs) trained.push(await this.#trained(arch, { seed, steps: this.work.settings.convergence.steps }, heldOut));
    return trained;
  }

  async #longer(once: readonly FullTraining[], heldOut: HeldOut): Promise<LongerTraining[]> {
    const { steps, seeds: [seed], everyLonger } = this.work.settings.convergence;
    const longer: LongerTraining[] = [];
    for (const [i, arch] of this.#archs.entries()) {
      if (i % everyLonger === 0) longer.push({ arch, once: once[i]!, twice: await this.#trained(arch, { seed: seed!, steps: 2 * steps }, heldOut) });
    }
    return longer;
  }

  async #trained(tuple: ArchTuple, { seed, steps }: { readonly seed: number; readonly steps: number }, heldOut: HeldOut): Promise<FullTraining> {
    const { backend, corpus, settings, tell } = this.work;
    const arch: EncoderArch = archOf(tuple, frameFor(corpus.tokenizer, settings));
    const result = await this.runs.run(`${formatTuple(tuple)} in full, ${steps} steps, seed ${seed}`, () =>
      trainInFull({ backend, arch, cache: this.cache, train: batchesOf(corpus, settings, 0), heldOut, steps, learningRate: settings.convergence.learningRate, seed }));
    const full = result as FullTraining;
    tell(`${formatTuple(tuple)} after ${steps} steps, seed ${seed}: error ${full.error.toFixed(3)}, loss ${full.loss.toFixed(3)}, ${full.seconds.toFixed(0)} s`);
    return full;
  }
}
