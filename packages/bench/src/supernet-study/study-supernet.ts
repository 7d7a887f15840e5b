import { join } from "node:path";
import { type Shape } from "@bort/predictors";
import { type FinishedRuns, openFinishedRuns } from "../finished-runs.js";
import { bandedShapes, type SizedShape } from "./banded-shapes.js";
import { studyCost } from "./study-cost.js";
import { type MeasuredNetwork, StudyNetworks, type StudyNetworksOptions, type SupernetRun, type TrainedModel } from "./study-networks.js";
import { sandwichNetworks } from "./supernet-setting.js";

/** What a study works with. */
export interface SupernetWork extends StudyNetworksOptions {
  /** What computes; a folder is gone on with on the same alone. */
  readonly engine: object;
  /** Whether to begin nothing else, so that what is finished is all that is reported; backbone and sandwich are trained in any case. Default: never. */
  readonly isOver?: () => boolean;
}

/** A way to train a super-network, and its losses. */
export interface SampledSupernet extends SupernetRun {
  /** Networks that were run forth and back. */
  readonly passes: number;
  /** Of training steps. */
  readonly seconds: number;
  /** Losses of the panel's shapes, in its order. */
  readonly losses: readonly number[];
}

/** A shape by each of the paper's three ways to get its network. */
export interface StudiedShape extends SizedShape {
  /** As it is in the sandwich super-network; seconds of its evaluation. */
  readonly inherited: MeasuredNetwork;
  /** The same, trained on. */
  readonly further: MeasuredNetwork;
  /** A training for each seed. */
  readonly fromScratch: readonly MeasuredNetwork[];
}

/** What was measured. */
export interface SupernetStudy {
  /** Training of what super-networks start from. */
  readonly backboneSeconds: number;
  /** The largest, the smallest and random shapes. */
  readonly panel: readonly Shape[];
  /** The sandwich; random sampling in as many network passes; the same in as many seconds. */
  readonly supernets: readonly SampledSupernet[];
  readonly shapes: readonly StudiedShape[];
}

/** Seeds of the panel's random shapes, and of those that are trained alone. */
const [PANEL_SEED, SHAPES_SEED] = [7, 8];

/**
 * Trains a backbone and from it a super-network by the sandwich rule; takes shapes of it as they are and trained on, and trains each from scratch; then trains
 * super-networks by random sampling. What the folder has is not done again.
 *
 * Throws what the trainings throw, and BenchError `bench/other-run`, `bench/bad-option` for more shapes than the space has.
 */
export async function studySupernet(work: SupernetWork): Promise<SupernetStudy> {
  const { setting, engine, folder, tell, isOver = () => false } = work;
  const networks = new StudyNetworks(work);
  const { space } = networks;
  const planned = bandedShapes(space, { count: setting.shapes, seed: SHAPES_SEED });
  const panel = [space.largest, space.smallest, ...space.sample(PANEL_SEED, setting.panelShapes)];
  tell(studyCost(setting, { space, planned, panel }));
  const study = new Study(networks, openFinishedRuns(join(folder, "measured.jsonl"), { engine, setting }), tell, isOver);
  const sandwich: SupernetRun = { name: "sandwich", sampling: "sandwich", steps: setting.steps };
  const { seconds: backboneSeconds } = await study.trained("backbone", () => networks.backbone());
  await study.trained(sandwich.name, () => networks.supernet(sandwich));
  const shapes: StudiedShape[] = [];
  for (const each of planned) shapes.push(...(await study.shape(sandwich, each, setting.seeds)));
  const supernets = [...(await study.supernet(sandwich, panel))];
  const asManyPasses: SupernetRun = { name: "random, as many passes", sampling: "random", steps: sandwichNetworks * setting.steps };
  supernets.push(...(await study.supernet(asManyPasses, panel)));
  if (supernets.length === 2) {
    const steps = Math.max(1, Math.round((asManyPasses.steps * supernets[0]!.seconds) / supernets[1]!.seconds));
    supernets.push(...(await study.supernet({ name: "random, as many seconds", sampling: "random", steps }, panel)));
  }
  return { backboneSeconds, panel, supernets, shapes };
}

/** A study that may run out of time: what was not begun is an empty list. */
class Study {
  constructor(
    private readonly networks: StudyNetworks, private readonly runs: FinishedRuns<MeasuredNetwork>, private readonly tell: (line: string) => void, private readonly isOver: () => boolean,
  ) {}

  /** A training, whatever the time; its loss is that of the largest shape. */
  trained(name: string, train: () => Promise<TrainedModel>): Promise<MeasuredNetwork> {
    return this.runs.run(name, async () => {
      const { model, seconds } = await train();
      return { ...(await this.networks.inherited(model, this.networks.space.largest)), seconds };
    });
  }

  async supernet(run: SupernetRun, panel: readonly Shape[]): Promise<readonly [] | readonly [SampledSupernet]> {
    if (this.isOver() && !this.runs.has(run.name)) return [];
    const { seconds } = await this.trained(run.name, () => this.networks.supernet(run));
    const losses: number[] = [];
    for (const shape of panel) losses.push((await this.inherited(run, shape)).loss);
    this.tell(`${run.name}: ${run.steps} steps in ${seconds.toFixed(0)} s, losses ${losses.map((loss) => loss.toFixed(3)).join(" ")}`);
    return [{ ...run, passes: run.steps * (run.sampling === "sandwich" ? sandwichNetworks : 1), seconds, losses }];
  }

  async shape(run: SupernetRun, { shape, parameters }: SizedShape, seeds: readonly number[]): Promise<readonly [] | readonly [StudiedShape]> {
    const { networks } = this;
    const inherited = await this.inherited(run, shape);
    const further = await this.#inTime(`further ${shape.join(" ")}`, async () => networks.further((await networks.supernet(run)).model, shape));
    const trained: (MeasuredNetwork | undefined)[] = [];
    for (const seed of seeds) trained.push(await this.#inTime(`from scratch, seed ${seed}, ${shape.join(" ")}`, () => networks.fromScratch(shape, seed)));
    const fromScratch = trained.filter((each) => each !== undefined);
    if (further === undefined || fromScratch.length < seeds.length) return [];
    this.tell(`${shape.join(" ")}: inherited ${inherited.loss.toFixed(3)}, trained on ${further.loss.toFixed(3)}, from scratch ${fromScratch.map(({ loss }) => loss.toFixed(3)).join(" ")}`);
    return [{ shape, parameters, inherited, further, fromScratch }];
  }

  inherited(run: SupernetRun, shape: Shape): Promise<MeasuredNetwork> {
    return this.runs.run(`${run.name}: ${shape.join(" ")}`, async () => this.networks.inherited((await this.networks.supernet(run)).model, shape));
  }

  async #inTime(name: string, make: () => Promise<MeasuredNetwork>): Promise<MeasuredNetwork | undefined> {
    return this.isOver() && !this.runs.has(name) ? undefined : this.runs.run(name, make);
  }
}
