import { rmSync } from "node:fs";
import { join } from "node:path";
import { type MlmBatch, mlmBatches, type MlmBatches, type PreparedCorpus, validationBatches } from "@bort/data";
import { distillationObjective } from "@bort/distill";
import { type Backend } from "@bort/graph";
import { adamW, type MlmModel, type MlmShape, pretrain, shortFirst, type TrainingEvent } from "@bort/nn";
import { mlmTask, prune, type PruneEvent } from "@bort/schubert-prune";
import { type PruningArm } from "./pruning-arms.js";
import { batchShape, type PruningSetting, shallowArch } from "./pruning-setting.js";
import { repeatLayers } from "./repeat-layers.js";
import { spreadBatches } from "./spread-batches.js";

export interface PruningNetworksOptions {
  readonly backend: Backend;
  readonly corpus: PreparedCorpus;
  /** Where checkpoints are. */
  readonly folder: string;
  readonly setting: PruningSetting;
  /** Told how trainings go, a line at a time. */
  readonly tell: (line: string) => void;
}

/** A network on its way: what is left of the base, and the model. */
export interface PrunedModel {
  readonly fraction: number;
  readonly model: MlmModel;
}

/** Added to a study's seed, so that each training has batches of its own. */
const [BASE_BATCHES, PRUNING_BATCHES, HEALING_BATCHES] = [1000, 2000, 3000];
/** Batches that the course of a training is told by. */
const TOLD_BATCHES = 4;

/**
 * The trainings on text of a study. One that was cut off goes on after its last checkpoint; the bases are also kept when they are done.
 *
 * All throw what `pretrain` and `prune` throw.
 */
export class PruningNetworks {
  /** Batches that losses are measured on. */
  readonly heldOut: readonly MlmBatch[];
  readonly shape: MlmShape;
  readonly #bases = new Map<number, Promise<MlmModel>>();

  constructor(private readonly options: PruningNetworksOptions) {
    const { corpus: { validation, tokenizer }, setting } = options;
    this.shape = batchShape(setting);
    this.heldOut = spreadBatches(validationBatches(validation, { ...this.shape, tokenizer }), setting.heldOutBatches);
  }

  base(seed: number): Promise<MlmModel> {
    const found = this.#bases.get(seed) ?? this.#trainBase(seed);
    this.#bases.set(seed, found);
    return found;
  }

  /** The base pruned by an arm to each fraction, the largest first; the models are the run's, and stay as they are. */
  async *pruned(seed: number, arm: PruningArm, fractions: readonly number[]): AsyncGenerator<PrunedModel> {
    const { backend, setting: { alphaSteps, finetuneSteps } } = this.options;
    const { method, dimensions, penalty, costs, offset } = arm;
    const model = await this.base(seed);
    const objective = arm.isDistilled ? distillationObjective({ backend, teachers: [model] }) : undefined;
    const { optimizer, learningRate, validation } = this.#further();
    const task = mlmTask({
      backend, shape: this.shape, train: this.#batches(this.shape, seed + PRUNING_BATCHES), validation, finetuning: { optimizer, learningRate, evaluateEvery: finetuneSteps },
      ...(objective !== undefined && { objective }),
    });
    const name = nameOf(seed, arm.name);
    try {
      const run = prune({
        backend, model, task, targets: fractions.map((fraction) => ({ fraction })), rounds: fractions.length, method, alphaSteps, finetuneSteps, seed,
        ...(dimensions !== undefined && { dimensions }), ...(penalty !== undefined && { penalty }), ...(costs !== undefined && { costs }), ...(offset !== undefined && { offset }),
        checkpoint: { folder: this.#folderOf(name), every: checkpointEvery(finetuneSteps), resume: true },
      });
      let met = 0;
      for await (const event of run) {
        this.#tellPruning(name, event);
        if (event.type === "target") yield { fraction: fractions[met++]!, model: event.model };
      }
    } finally {
      await objective?.dispose();
    }
  }

  /** A network trained on, for so many steps, which may be none. */
  async healed(name: string, seed: number, start: MlmModel, steps: number): Promise<MlmModel> {
    if (steps === 0) return start;
    const { backend } = this.options;
    const run = pretrain({
      backend, start, arch: start.arch, shape: this.shape, train: this.#batches(this.shape, seed + HEALING_BATCHES), steps, seed, evaluateEvery: steps, ...this.#further(),
      checkpoint: this.#checkpoint(name, steps),
    });
    return (await this.#followed(name, run)).model;
  }

  /** Removes what a training left, or an arm. */
  forget(name: string): void {
    rmSync(this.#folderOf(name), { recursive: true, force: true });
  }

  async #trainBase(seed: number): Promise<MlmModel> {
    const { backend, setting: { base: { depth }, baseSteps: steps, shallow, learningRate } } = this.options;
    const name = nameOf(seed, "base");
    const start = repeatLayers(await this.#trainShallow(seed), depth / shallow.depth);
    const run = pretrain({
      backend, start, arch: start.arch, shape: this.shape, train: this.#batches(this.shape, seed + BASE_BATCHES), steps, seed, ...this.#further(), learningRate,
      checkpoint: this.#checkpoint(name, steps),
    });
    return (await this.#followed(name, run)).model;
  }

  async #trainShallow(seed: number): Promise<MlmModel> {
    const { backend, corpus: { tokenizer }, setting } = this.options;
    const { shallow: { steps }, learningRate } = setting;
    const name = nameOf(seed, "shallow");
    const run = pretrain({
      backend, arch: shallowArch(setting, tokenizer), shape: this.shape, train: this.#batches(this.shape, seed), curriculum: shortFirst(this.shape, (shape) => this.#batches(shape, seed)),
      steps, seed, ...this.#further(), learningRate, checkpoint: this.#checkpoint(name, steps),
    });
    return (await this.#followed(name, run)).model;
  }

  /** What all trainings after the base's have in common. */
  #further(): { readonly learningRate: number; readonly optimizer: ReturnType<typeof adamW>; readonly validation: readonly MlmBatch[] } {
    const { furtherLearningRate, beta2 } = this.options.setting;
    return { learningRate: furtherLearningRate, optimizer: adamW({ beta2 }), validation: this.heldOut.slice(0, TOLD_BATCHES) };
  }

  #batches(shape: MlmShape, seed: number): MlmBatches {
    const { corpus: { train, tokenizer } } = this.options;
    return mlmBatches(train, { ...shape, tokenizer, seed });
  }

  #checkpoint(name: string, steps: number): { readonly folder: string; readonly every: number; readonly resume: true } {
    return { folder: this.#folderOf(name), every: checkpointEvery(steps), resume: true };
  }

  /** Follows a training to its end. */
  async #followed<Result>(name: string, run: AsyncGenerator<TrainingEvent, Result>): Promise<Result> {
    for (;;) {
      const { done, value } = await run.next();
      if (done === true) return value;
      if (value.type !== "evaluation") continue;
      this.options.tell(`${name}: step ${value.step}, ${value.seconds.toFixed(0)} s, loss ${value.metrics["validationLoss"]!.toFixed(3)} on a few batches`);
    }
  }

  #tellPruning(name: string, event: PruneEvent): void {
    if (event.type !== "pruned") return;
    const [cut, tuned] = [event.metrics, event.tunedMetrics].map((metrics) => metrics["validationLoss"]!.toFixed(3));
    this.options.tell(`${name}: round ${event.round}, ${event.value} parameters, loss ${cut} when cut, ${tuned} after fine-tuning, on a few batches`);
  }

  #folderOf(name: string): string {
    return join(this.options.folder, name.replaceAll(/[^a-z0-9.]+/g, "-"));
  }
}

/** What a seed's part of a study is called, and its folder. */
export const nameOf = (seed: number, part: string): string => `seed ${seed}, ${part}`;

const checkpointEvery = (steps: number): number => Math.max(1, Math.ceil(steps / 5));
