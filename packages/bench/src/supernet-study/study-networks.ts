import { rmSync } from "node:fs";
import { join } from "node:path";
import { firstEpoch, type MlmBatch, type MlmBatches, mlmBatches, type PreparedCorpus, validationBatches } from "@bort/data";
import { type Backend } from "@bort/graph";
import { adamW, createModel, evaluateMlm, type MlmModel, type MlmShape, pretrain, shortFirst, type TrainingEvent } from "@bort/nn";
import { type Shape } from "@bort/predictors";
import { backboneOf, ShapeSpace, SupernetEvaluation, trainSupernet } from "@bort/supershaper";
import { backboneArch, batchShape, shapeSpace, type SupernetSetting } from "./supernet-setting.js";

/** What a network came to. */
export interface MeasuredNetwork {
  /** MLM loss on the held-out batches, in nats. */
  readonly loss: number;
  /** Of its training steps, or where it was not trained, of its evaluation. */
  readonly seconds: number;
}

/** A trained model; `seconds` are those of its training steps. */
export interface TrainedModel {
  readonly model: MlmModel;
  readonly seconds: number;
}

/** How a super-network is trained. */
export interface SupernetRun {
  readonly name: string;
  readonly sampling: "random" | "sandwich";
  readonly steps: number;
}

export interface StudyNetworksOptions {
  readonly backend: Backend;
  readonly corpus: PreparedCorpus;
  /** Where checkpoints are. */
  readonly folder: string;
  readonly setting: SupernetSetting;
  /** Told how trainings go, a line at a time. */
  readonly tell: (line: string) => void;
}

/** Seeds of the backbone's batches and first parameters, of super-networks, and of what is trained further: those of trainings from scratch are others. */
const [BACKBONE_SEED, SUPERNET_SEED, FURTHER_SEED] = [1000, 1001, 1002];
/** Batches that the course of a training is told by. */
const TOLD_BATCHES = 4;

/**
 * The trainings of a study. One that was cut off goes on after its last checkpoint; backbone and super-networks are also kept when they are done.
 *
 * All throw what `pretrain` and `trainSupernet` throw.
 */
export class StudyNetworks {
  readonly space: ShapeSpace;
  readonly #shape: MlmShape;
  readonly #heldOut: readonly MlmBatch[];
  readonly #supernets = new Map<string, Promise<TrainedModel>>();
  #backbone: Promise<TrainedModel> | undefined;

  constructor(private readonly options: StudyNetworksOptions) {
    const { corpus: { validation, tokenizer }, setting } = options;
    this.space = shapeSpace(setting, tokenizer);
    this.#shape = batchShape(setting);
    this.#heldOut = firstEpoch(validationBatches(validation, { ...this.#shape, tokenizer }), setting.heldOutBatches);
  }

  /** The encoder that both super-networks start from, its bottlenecks the identity still. */
  backbone(): Promise<TrainedModel> {
    return (this.#backbone ??= this.#trainBackbone());
  }

  supernet(run: SupernetRun): Promise<TrainedModel> {
    const found = this.#supernets.get(run.name) ?? this.#trainSupernet(run);
    this.#supernets.set(run.name, found);
    return found;
  }

  /** What a shape is worth as it is in a super-network. */
  async inherited(model: MlmModel, shape: Shape): Promise<MeasuredNetwork> {
    const evaluation = new SupernetEvaluation(this.options.backend, model, { arch: model.arch, batch: this.#shape, slicing: "prefix" });
    const start = performance.now();
    try {
      const { loss } = await evaluation.of(shape, this.#heldOut);
      return { loss, seconds: (performance.now() - start) / 1000 };
    } finally {
      await evaluation.dispose();
    }
  }

  /** The shape of a super-network trained on, which is a training of that shape alone. */
  async further(model: MlmModel, shape: Shape): Promise<MeasuredNetwork> {
    const { depth: layers, heads, hiddenSize: hidden, intermediateSize: intermediate } = this.options.setting.backbone;
    const space = new ShapeSpace({ layers, widths: shape.map((width) => [width]), heads, hidden, intermediate });
    const name = `further ${shape.join("-")}`;
    const common = this.#training(name, this.options.setting.furtherSteps, FURTHER_SEED);
    const { supernet, summary } = await this.#followed(name, trainSupernet({ ...common, supernet: model, space, sampling: "random", panel: [shape] }));
    const { loss } = await this.inherited(supernet, shape);
    this.#forget(name);
    return { loss, seconds: summary.seconds };
  }

  /** The shape as a network of its own, with all its bottlenecks as in the super-network, trained on short sequences first. */
  async fromScratch(shape: Shape, seed: number): Promise<MeasuredNetwork> {
    const name = `scratch ${seed} ${shape.join("-")}`;
    const { scratchSteps, scratchLearningRate: learningRate } = this.options.setting;
    const common = this.#training(name, scratchSteps, seed);
    const run = pretrain({ ...common, learningRate, arch: this.space.arch(shape), curriculum: this.#shortFirst(seed) });
    const { model, summary } = await this.#followed(name, run);
    const { loss } = await evaluateMlm(this.options.backend, model, this.#shape, this.#heldOut);
    this.#forget(name);
    return { loss, seconds: summary.seconds };
  }

  async #trainBackbone(): Promise<TrainedModel> {
    const { corpus: { tokenizer }, setting } = this.options;
    const arch = backboneArch(setting, tokenizer);
    if (setting.backboneSteps === 0) return { model: backboneOf(createModel(arch, { kind: "mlm" }, BACKBONE_SEED)), seconds: 0 };
    const common = this.#training("backbone", setting.backboneSteps, BACKBONE_SEED);
    const { model, summary } = await this.#followed("backbone", pretrain({ ...common, arch, curriculum: this.#shortFirst(BACKBONE_SEED) }));
    return { model: backboneOf(model), seconds: summary.seconds };
  }

  async #trainSupernet({ name, sampling, steps }: SupernetRun): Promise<TrainedModel> {
    const { model: start } = await this.backbone();
    const { space } = this;
    const run = trainSupernet({ ...this.#training(name, steps, SUPERNET_SEED), supernet: start, space, sampling, panel: [space.largest, space.smallest] });
    const { supernet, summary } = await this.#followed(name, run);
    return { model: supernet, seconds: summary.seconds };
  }

  /** What all trainings have in common. */
  #training(name: string, steps: number, seed: number) {
    const { backend, setting: { learningRate, beta2 } } = this.options;
    const every = Math.max(1, Math.ceil(steps / 5));
    return {
      backend, steps, seed, learningRate, optimizer: adamW({ beta2 }), shape: this.#shape, train: this.#batches(this.#shape, seed),
      validation: this.#heldOut.slice(0, TOLD_BATCHES), evaluateEvery: every, checkpoint: { folder: this.#folderOf(name), every, resume: true },
    };
  }

  #batches(shape: MlmShape, seed: number): MlmBatches {
    const { corpus: { train, tokenizer } } = this.options;
    return mlmBatches(train, { ...shape, tokenizer, seed });
  }

  #shortFirst(seed: number): ReturnType<typeof shortFirst> {
    return shortFirst(this.#shape, (shape) => this.#batches(shape, seed));
  }

  /** Follows a training to its end. */
  async #followed<Result>(name: string, run: AsyncGenerator<TrainingEvent, Result>): Promise<Result> {
    for (;;) {
      const { done, value } = await run.next();
      if (done === true) return value;
      if (value.type !== "evaluation") continue;
      const { step, seconds, metrics } = value;
      this.options.tell(`${name}: step ${step}, ${seconds.toFixed(0)} s, loss ${metrics["validationLoss"]!.toFixed(3)} on a few batches`);
    }
  }

  #folderOf(name: string): string {
    return join(this.options.folder, name.replaceAll(" ", "-"));
  }

  #forget(name: string): void {
    rmSync(this.#folderOf(name), { recursive: true });
  }
}
