import { join } from "node:path";
import { type EncoderArch } from "@bort/arch";
import { taskNamed, type TextExample } from "@bort/data";
import { evaluateMlm, type MlmModel } from "@bort/nn";
import { type FinishedRuns, openFinishedRuns } from "../finished-runs.js";
import { armFractions } from "./arm-fractions.js";
import { compareLatency } from "./compare-latency.js";
import { type ComparedTimes } from "./compared-times.js";
import { mlmParameters } from "./least-fraction.js";
import { equalTimeSteps, inBaseSteps, measurePace } from "./measure-pace.js";
import { type PruningArm } from "./pruning-arms.js";
import { pruningCost } from "./pruning-cost.js";
import { nameOf, PruningNetworks, type PruningNetworksOptions } from "./pruning-networks.js";
import { baseArch } from "./pruning-setting.js";
import { measureRoundTimes, type RoundTimes } from "./round-cost.js";
import { taskAccuracy } from "./task-accuracy.js";

/** What a study works with. */
export interface PruningWork extends PruningNetworksOptions {
  /** What computes; a folder is gone on with on the same alone. */
  readonly engine: object;
  /** Sets the corpus apart from others. */
  readonly source: string;
  /** Where the tasks' files are; SST-2's are read. */
  readonly data: string;
  readonly arms: readonly PruningArm[];
  /** Whether to begin nothing else, so that what is finished is all that is reported. Default: never. */
  readonly isOver?: () => boolean;
  /** Milliseconds since any fixed moment. Default `performance.now`. */
  readonly clock?: () => number;
}

/** The sizes of a network by schuBERT's letters, those of the layers in their order. */
export interface NetworkSizes {
  readonly h: number;
  readonly f: readonly number[];
  readonly a: readonly number[];
  readonly k: readonly number[];
  readonly v: readonly number[];
}

/** A network once it is trained for its time. */
export interface PrunedNetwork {
  readonly seed: number;
  readonly parameters: number;
  readonly sizes: NetworkSizes;
  /** Of training steps. */
  readonly pace: ComparedTimes;
  /** What its rounds' fine-tuning took of the time that all networks have, in steps of the base. */
  readonly tunedBaseSteps: number;
  /** Steps of the last training: as many as what is left of that time allows, none where none is left. */
  readonly steps: number;
  /** MLM loss on the held-out batches before the last training, in nats. */
  readonly lossBefore: number;
  /** And after it. */
  readonly loss: number;
  /** On SST-2's dev split, fine-tuned. */
  readonly accuracy: number;
  readonly latency: ComparedTimes;
}

/** What came of an arm at a fraction. */
export interface PruningCell {
  readonly arm: string;
  readonly fraction: number;
  /** The least that the arm can leave; where that is more than `fraction`, there are no networks. */
  readonly leastFraction: number;
  /** One for each seed that is finished. */
  readonly networks: readonly PrunedNetwork[];
}

/** What was measured. */
export interface PruningStudy {
  readonly base: readonly PrunedNetwork[];
  readonly cells: readonly PruningCell[];
  readonly rounds: readonly RoundTimes[];
}

/**
 * Trains a base for each seed, prunes it by every arm, trains every network for equal time, and measures it; then times what rounds cost as networks grow. What
 * the folder has is not done again, and more seeds or arms may be asked of it.
 *
 * Throws what the trainings throw, and BenchError `bench/other-run`.
 */
export async function studyPruning(work: PruningWork): Promise<PruningStudy> {
  const { setting, arms, tell, corpus: { tokenizer } } = work;
  const arch = baseArch(setting, tokenizer);
  tell(pruningCost(setting, arms, arch));
  const study = new Study(work, arch);
  for (const seed of setting.seeds) await study.seed(seed);
  const cells = arms.flatMap((arm) => {
    const { least: leastFraction, reported } = armFractions(setting, arm, arch);
    return reported.map((fraction): PruningCell => ({ arm: arm.name, fraction, leastFraction, networks: study.networks(cellName(arm, fraction)) }));
  });
  return { base: study.networks(BASE), cells, rounds: await study.rounds() };
}

const BASE = "base";
const cellName = ({ name }: PruningArm, fraction: number): string => `${name} ${fraction}`;

/** A study that may run out of time: what was not begun is left out. */
class Study {
  readonly #networks: PruningNetworks;
  readonly #measured: FinishedRuns<PrunedNetwork>;
  /** Kept, so that a training that goes on has the steps that it began with. */
  readonly #paces: FinishedRuns<ComparedTimes>;
  readonly #rounds: FinishedRuns<RoundTimes>;
  readonly #task = taskNamed("SST-2");
  #examples: Promise<readonly TextExample[]> | undefined;

  constructor(private readonly work: PruningWork, private readonly arch: EncoderArch) {
    const { engine, source, folder, setting: { seeds: _, timing, ...trained } } = work;
    this.#networks = new PruningNetworks(work);
    const open = <Result>(file: string, settings: object): FinishedRuns<Result> => openFinishedRuns(join(folder, file), { engine, source, ...settings });
    this.#measured = open("measured.jsonl", { ...trained, latencyRepeats: timing.latencyRepeats });
    this.#paces = open("paces.jsonl", { ...trained, steps: timing.paceSteps });
    this.#rounds = open("rounds.jsonl", { base: trained.base, steps: timing.steps });
  }

  async seed(seed: number): Promise<void> {
    if (this.#isOver) return;
    await this.#measure(seed, BASE, 0, () => this.#networks.base(seed));
    for (const arm of this.work.arms) await this.#arm(seed, arm);
  }

  /** What is finished of a network, seed by seed. */
  networks(part: string): PrunedNetwork[] {
    return this.work.setting.seeds.flatMap((seed) => this.#measured.find(nameOf(seed, part)) ?? []);
  }

  async rounds(): Promise<RoundTimes[]> {
    const { backend, clock, setting: { base, timing } } = this.work;
    const found: RoundTimes[] = [];
    for (const { layers: depth, hiddenSize } of timing.sizes) {
      const name = `${depth}x${hiddenSize}`;
      if (this.#isOver && !this.#rounds.has(name)) break;
      const shape = { ...base, depth, hiddenSize, ...proportionalSizes(hiddenSize) };
      found.push(await this.#rounds.run(name, () => measureRoundTimes(backend, shape, { repeats: timing.steps, ...(clock !== undefined && { clock }) })));
    }
    return found;
  }

  /** Prunes by an arm, unless all that comes of it is measured. */
  async #arm(seed: number, arm: PruningArm): Promise<void> {
    const { reachable, targets } = armFractions(this.work.setting, arm, this.arch);
    const missing = new Set(reachable.filter((fraction) => !this.#measured.has(nameOf(seed, cellName(arm, fraction)))));
    if (missing.size === 0 || this.#isOver) return;
    let tuned = 0; // In the rounds so far, in steps of the base.
    for await (const { fraction, model } of this.#networks.pruned(seed, arm, targets)) {
      if (this.#isOver) return;
      const part = cellName(arm, fraction);
      tuned += inBaseSteps(this.work.setting.finetuneSteps, await this.#pace(nameOf(seed, part), model));
      if (missing.has(fraction)) await this.#measure(seed, part, tuned, async () => model);
    }
    this.#networks.forget(nameOf(seed, arm.name));
  }

  get #isOver(): boolean {
    return this.work.isOver?.() === true;
  }

  /** What is measured of a network that has been trained after its first cut for the time of so many steps of the base. */
  #measure(seed: number, part: string, tuned: number, make: () => Promise<MlmModel>): Promise<PrunedNetwork> {
    const name = nameOf(seed, part);
    return this.#measured.run(name, async () => {
      const measured = await this.#measureNow({ name, seed, tuned, isBase: part === BASE }, await make());
      const { parameters, steps, loss, accuracy, latency } = measured;
      this.work.tell(`${name}: ${parameters} parameters, ${steps} steps, loss ${loss.toFixed(3)}, SST-2 ${accuracy.toFixed(3)}, latency ${latency.ratio.toFixed(2)} of the base's`);
      return measured;
    });
  }

  async #measureNow({ name, seed, tuned, isBase }: { readonly name: string; readonly seed: number; readonly tuned: number; readonly isBase: boolean }, model: MlmModel): Promise<PrunedNetwork> {
    const { backend, setting, data: directory, corpus: { tokenizer } } = this.work;
    const { base, tuningSteps, timing, task: training } = setting;
    const { arch } = model;
    const pace = await this.#pace(name, model);
    const steps = isBase ? tuningSteps : equalTimeSteps(tuningSteps - tuned, pace);
    const healing = `${name}, healing`;
    const lossBefore = await this.#loss(model);
    const healed = await this.#networks.healed(healing, seed, model, steps);
    const loss = await this.#loss(healed);
    const accuracy = await taskAccuracy({ ...training, backend, model: healed, tokenizer, task: this.#task, all: await this.#all(), directory, seed });
    const latency = await compareLatency(backend, [this.arch, arch], { sequenceLength: base.sequenceLength, repeats: timing.latencyRepeats, clock: this.#clock });
    this.#networks.forget(healing);
    return { seed, parameters: mlmParameters(arch), sizes: sizesOf(arch), pace, tunedBaseSteps: tuned, steps, lossBefore, loss, accuracy, latency };
  }

  async #loss(model: MlmModel): Promise<number> {
    return (await evaluateMlm(this.work.backend, model, this.#networks.shape, this.#networks.heldOut)).loss;
  }

  #pace(name: string, { arch }: MlmModel): Promise<ComparedTimes> {
    const { backend, setting: { base, timing } } = this.work;
    return this.#paces.run(name, () => measurePace(backend, [this.arch, arch], { ...base, vocabSize: arch.vocabSize }, { clock: this.#clock, repeats: timing.paceSteps }));
  }

  get #clock(): () => number {
    return this.work.clock ?? (() => performance.now());
  }

  #all(): Promise<readonly TextExample[]> {
    return (this.#examples ??= this.#task.examples("train", this.work.data));
  }
}

/** A head of 32 columns as in the base, and BERT's FFN. */
const proportionalSizes = (hiddenSize: number): { readonly heads: number; readonly intermediateSize: number } =>
  ({ heads: hiddenSize % 32 === 0 ? hiddenSize / 32 : 1, intermediateSize: 4 * hiddenSize });

const sizesOf = ({ hiddenSize, layers }: EncoderArch): NetworkSizes => ({
  h: hiddenSize, f: layers.map(({ intermediateSize }) => intermediateSize), a: layers.map(({ heads }) => heads), k: layers.map(({ keySize }) => keySize),
  v: layers.map(({ valueSize }) => valueSize),
});
