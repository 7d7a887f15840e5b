import { join } from "node:path";
import { type ArchTuple, formatTuple, gridSpace } from "@bort/arch";
import { type MlmBatch } from "@bort/data";
import { type LogitsCache } from "@bort/distill";
import { type TrainingObjectives, trainingObjectives } from "@bort/fptas";
import { type MlmModel } from "@bort/nn";
import { type FinishedRuns, openFinishedRuns } from "../finished-runs.js";
import { type ErrorTable, type SurrogateErrors } from "./error-table.js";
import { type HeldOut, type HeldOutScores, heldOutOf, heldOutScores } from "./held-out-scores.js";
import { type RegretWork, cachedLogits, heldOutBatches, trainedTeacher, trainingBatches } from "./prepare-teacher.js";
import { archIn } from "./regret-settings.js";
import { type FullTraining, trainInFull } from "./train-in-full.js";

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

/** Trains every point of a grid briefly, as a search does, and in full. Throws what the trainings throw, and BenchError `bench/other-run`. */
export async function measureErrors(work: RegretWork): Promise<MeasuredErrors> {
  const { backend, folder, settings: { surrogate, convergence } } = work;
  const runs = openFinishedRuns<Run>(join(folder, "runs.jsonl"), work.settings);
  const teacher = await trainedTeacher(work);
  const heldOut = await heldOutOf(backend, teacher, work.settings.shape, heldOutBatches(work));
  const brief = new BriefTrainings(work, runs, teacher);
  const surrogates: SurrogateErrors[] = [];
  for (const seed of surrogate.seeds) surrogates.push(...await brief.errors(seed, heldOut.batches));
  const cache = await cachedLogits(work, teacher);
  try {
    const full = new FullTrainings(work, runs, heldOut, cache);
    const [first, ...others] = convergence.seeds;
    const trained = [await full.ofSeed(first!)];
    const longer = await full.longer(trained[0]!);
    for (const seed of others) trained.push(await full.ofSeed(seed));
    const converged = trained.map((points, i) => ({ seed: convergence.seeds[i]!, scores: points.map(({ error, loss, accuracy }) => ({ error, loss, accuracy })) }));
    return {
      table: { ...await brief.sizes(), surrogates, converged },
      teacher: await heldOutScores(backend, teacher, heldOut), curves: trained[0]!.map(({ curve }) => curve), longer,
    };
  } finally {
    cache.close();
  }
}

/** What is kept of a finished training; null stands for an error that is no number, which JSON cannot hold. */
type Run = FullTraining | { readonly error: number | null };

const pointsOf = ({ settings }: RegretWork): readonly ArchTuple[] => [...gridSpace(settings.grid).valid()];

/** Trainings by the surrogates of a search. */
class BriefTrainings {
  readonly #signal = new AbortController().signal;

  constructor(private readonly work: RegretWork, private readonly runs: FinishedRuns<Run>, private readonly teacher: MlmModel) {}

  /** Errors after every n, with first parameters and batches of a seed. */
  async errors(seed: number, heldOut: readonly MlmBatch[]): Promise<SurrogateErrors[]> {
    const { settings: { surrogate: { steps, hyperparameters } }, tell } = this.work;
    const context = { signal: this.#signal, onStep: () => undefined };
    return this.#withObjectives(seed, heldOut, async (objectives) => {
      const found: SurrogateErrors[] = [];
      for (const n of steps) {
        const errors: number[] = [];
        for (const arch of pointsOf(this.work)) {
          const { error } = await this.runs.run(`${formatTuple(arch)} after ${n}, seed ${seed}`, async () => {
            const after = await objectives.error(arch, hyperparameters, { ...context, steps: n });
            return { error: Number.isFinite(after) ? after : null };
          });
          errors.push(error ?? Number.NaN);
        }
        tell(`errors after ${n} steps, seed ${seed}: ${Math.min(...errors).toFixed(3)} to ${Math.max(...errors).toFixed(3)}`);
        found.push({ steps: n, seed, errors });
      }
      return found;
    });
  }

  /** p and i of the maximum point and of every point. */
  sizes(): Promise<Pick<ErrorTable, "maximumPoint" | "points">> {
    const archs = pointsOf(this.work);
    return this.#withObjectives(0, heldOutBatches(this.work), async (objectives) => {
      const latencies = await objectives.latenciesMs(archs, { signal: this.#signal });
      return {
        maximumPoint: await objectives.maximumPoint(),
        points: archs.map((arch, i) => ({ arch, parameters: objectives.parameters(arch), latencyMs: latencies[i]! })),
      };
    });
  }

  async #withObjectives<Result>(seed: number, heldOut: readonly MlmBatch[], use: (objectives: TrainingObjectives) => Promise<Result>): Promise<Result> {
    const { backend, settings: { shape } } = this.work;
    const objectives = await trainingObjectives({
      backend, teacher: this.teacher, shape, train: trainingBatches(this.work, seed), heldOut, steps: 1, seed, latency: "flops",
    });
    try {
      return await use(objectives);
    } finally {
      await objectives.dispose();
    }
  }
}

/** Trainings to the end, on the batches that the cache is of. */
class FullTrainings {
  constructor(private readonly work: RegretWork, private readonly runs: FinishedRuns<Run>, private readonly heldOut: HeldOut, private readonly cache: LogitsCache) {}

  async ofSeed(seed: number): Promise<FullTraining[]> {
    const trained: FullTraining[] = [];
    for (const arch of pointsOf(this.work)) trained.push(await this.#train(arch, seed, this.work.settings.convergence.steps));
    return trained;
  }

  async longer(once: readonly FullTraining[]): Promise<LongerTraining[]> {
    const { steps, seeds, everyLonger } = this.work.settings.convergence;
    const longer: LongerTraining[] = [];
    for (const [i, arch] of pointsOf(this.work).entries()) {
      if (i % everyLonger === 0) longer.push({ arch, once: once[i]!, twice: await this.#train(arch, seeds[0]!, 2 * steps) });
    }
    return longer;
  }

  async #train(tuple: ArchTuple, seed: number, steps: number): Promise<FullTraining> {
    const { backend, corpus, settings, tell } = this.work;
    const result = await this.runs.run(`${formatTuple(tuple)} in full, ${steps} steps, seed ${seed}`, () => trainInFull({
      backend, arch: archIn(corpus.tokenizer, settings, tuple), cache: this.cache, train: trainingBatches(this.work, 0), heldOut: this.heldOut,
      steps, seed, learningRate: settings.convergence.learningRate,
    }));
    const { error, loss, seconds } = result as FullTraining;
    tell(`${formatTuple(tuple)} after ${steps} steps, seed ${seed}: error ${error.toFixed(3)}, loss ${loss.toFixed(3)}, ${seconds.toFixed(0)} s`);
    return result as FullTraining;
  }
}
