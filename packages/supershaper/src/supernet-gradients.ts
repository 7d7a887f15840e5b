import { type Backend, type DifferentiatedStage, type Feeds, type Graph, type TypedArray, cotangentName, memoryOf, parametersOf, slopeName } from "@bort/graph";
import {
  DROPOUT_SEED, feedsOf, firstNotFinite, type GradientSource, type MicroBatch, type MlmModel, type NotFinite, ParameterStore, type ParameterSpec, sharesOf, trainedPart,
} from "@bort/nn";
import { StageBuffers } from "./stage-buffers.js";
import { StageProgram } from "./stage-program.js";
import { LayerSlice, type SliceRuns } from "./slicing.js";
import {
  embeddingSpecs, embeddingStage, headSpecs, headStage, hiddenGraph, layerSpecs, layerStage, type LogitsTeaching, type StageFrame, stageSeed, wholeGraph,
} from "./supernet-stages.js";

/** What the sub-networks of a step learn from the largest, which is the first of them. */
export interface InPlaceDistillation {
  /** From its distribution over tokens. Default: nothing. */
  readonly logits?: LogitsTeaching;
  /** Weight of the mean squared difference from the states that leave its layers, averaged over layers. Default 0. */
  readonly hidden?: number;
}

export interface SupernetGradientsOptions {
  readonly backend: Backend;
  /** The backbone: what is trained. */
  readonly supernet: MlmModel;
  readonly frame: StageFrame;
  /** Default: none. */
  readonly distillation?: InPlaceDistillation;
}

/** What a micro-batch is fed beside its batch: the widths of the sub-networks that it runs through, one after another, `i32[networks * layers]`. */
export const SHAPES = "shapes";

/** A stage that is run forth and back. */
interface TrainedStage {
  readonly stage: DifferentiatedStage;
  readonly forward: StageProgram;
  readonly backward: StageProgram;
}

/** Which parameters of the model a stage has, by its own names, and their gradients. */
interface Part {
  readonly parameters: Feeds;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

interface Parts {
  readonly embeddings: Part;
  readonly head: Part;
  readonly layers: readonly Part[];
}

/** One sub-network on one batch. */
interface Pass {
  readonly feeds: Feeds;
  readonly shape: readonly number[];
  /** Its share in the step. */
  readonly scale: number;
  /** Whether others learn from it, or it from another. */
  readonly role: "alone" | "pupil" | "teacher";
}

/**
 * Gradients of sub-networks, summed over those of a step.
 *
 * A network is run stage by stage: embeddings, layers, head. A layer's program depends on its width alone, and its parameters are fed; so two programs for each width are
 * enough for every shape. Gradients are those of what a width uses of the parameters, and are added to their places; so nothing that is computed is as wide as the backbone.
 */
export class SupernetGradients implements GradientSource {
  readonly gradients: ParameterStore;
  readonly #programs = new Map<string, Promise<StageProgram>>();
  readonly #stages = new Map<string, Promise<TrainedStage>>();
  readonly #runs = new Map<string, SliceRuns>();
  readonly #buffers: StageBuffers;
  /** Gradients that have a part of this step: what comes next is added. */
  readonly #written = new Set<Float32Array>();
  #parts: Parts | undefined;

  constructor(private readonly options: SupernetGradientsOptions) {
    const { backend, supernet: { parameters } } = options;
    const layout = trainedPart(parameters.layout);
    this.gradients = new ParameterStore(layout.specs, layout, memoryOf(backend).allocate(layout.size));
    this.#buffers = new StageBuffers(memoryOf(backend));
  }

  /** Fills `gradients` with the sum over sub-networks of the mean over micro-batches; `loss` is the mean over sub-networks, `lossLargest` that of the whole network, where it is among them. */
  async run(batches: readonly MicroBatch[]): Promise<Record<string, number>> {
    this.#written.clear();
    const metrics: Record<string, number> = { loss: 0 };
    for (const { share, ...micro } of sharesOf(batches)) {
      const passes = this.#passes(await feedsOf(micro), share);
      for (const pass of passes) {
        const loss = await this.#run(pass);
        metrics["loss"]! += (share * loss) / passes.length;
        if (pass.shape.every((width) => width === this.options.frame.arch.hiddenSize)) metrics["lossLargest"] = (metrics["lossLargest"] ?? 0) + share * loss;
      }
    }
    return metrics;
  }

  async firstNotFinite(batches: readonly MicroBatch[]): Promise<NotFinite | null> {
    const { backend, frame, supernet } = this.options;
    for (const { share, ...micro } of sharesOf(batches)) {
      for (const { feeds, shape } of this.#passes(await feedsOf(micro), share)) {
        const graph = wholeGraph(frame, shape);
        const found = await firstNotFinite(backend, graph, offered(graph, { ...supernet.parameters.views, ...feeds }));
        if (found !== null) return found;
      }
    }
    return null;
  }

  async dispose(): Promise<void> {
    for (const stage of this.#stages.values()) for (const program of [(await stage).forward, (await stage).backward]) await program.dispose();
    for (const program of this.#programs.values()) await (await program).dispose();
    this.#stages.clear();
    this.#programs.clear();
    this.#buffers.free();
    memoryOf(this.options.backend).free(this.gradients.flat);
  }

  #passes({ [SHAPES]: shapes, ...feeds }: Feeds, share: number): Pass[] {
    const { frame: { arch }, distillation } = this.options;
    const layers = arch.layers.length;
    return Array.from({ length: shapes!.length / layers }, (_, i): Pass => ({
      feeds, scale: share, shape: Array.from(shapes!.subarray(i * layers, (i + 1) * layers), Number), role: distillation === undefined ? "alone" : i === 0 ? "teacher" : "pupil",
    }));
  }

  /** Forth, through the head, and back. */
  async #run(pass: Pass): Promise<number> {
    const { frame: { arch, batch } } = this.options;
    const statesType = { dtype: "f32", shape: [batch.batchSize * batch.sequenceLength, arch.hiddenSize] } as const;
    const statesAt = (i: number, role = pass.role): TypedArray => this.#buffers.of(`${role} states ${i}`, statesType);
    const cotangent = (i: number): TypedArray => this.#buffers.of(`cotangent ${i % 2}`, statesType);
    const last = pass.shape.length;

    await this.#forth(await this.#embeddingStage(), this.#of().embeddings, this.#feeds(pass, 0), 0, statesAt(0));
    for (const [i, width] of pass.shape.entries()) {
      await this.#forth(await this.#layerStage(width), this.#of().layers[i]!, { ...this.#feeds(pass, i + 1), states: statesAt(i) }, i + 1, statesAt(i + 1));
    }
    const loss = await this.#atHead(pass, statesAt(last), cotangent(last));
    for (let i = last; i >= 1; i--) {
      await this.#approachTeacher(pass, statesAt(i), statesAt(i, "teacher"), cotangent(i));
      const feeds = { ...this.#feeds(pass, i), states: statesAt(i - 1), [cotangentName("states")]: cotangent(i) };
      const width = pass.shape[i - 1]!;
      await this.#back(await this.#layerStage(width), this.#of().layers[i - 1]!, feeds, i, { states: cotangent(i - 1), width });
    }
    await this.#back(await this.#embeddingStage(), this.#of().embeddings, { ...this.#feeds(pass, 0), [cotangentName("states")]: cotangent(0) }, 0);
    return loss;
  }

  async #forth({ stage, forward }: TrainedStage, part: Part, feeds: Feeds, place: number, states: TypedArray): Promise<void> {
    await forward.run({ ...part.parameters, ...feeds }, { states, ...this.#savedOf(stage, place) });
  }

  /** Takes the gradients of a stage's parameters, those of its `width` alone where it has one; the gradient of its states goes to `states`. */
  async #back({ stage, backward }: TrainedStage, part: Part, feeds: Feeds, place: number, { states, width }: { readonly states?: TypedArray; readonly width?: number } = {}): Promise<void> {
    const into = this.#slopes(part, stage.backward, width);
    await backward.run({ ...part.parameters, ...feeds, ...this.#savedOf(stage, place) }, { ...into, ...(states !== undefined && { [slopeName("states")]: states }) });
    this.#take(part, into, width);
  }

  /** Where a stage writes the gradients of its parameters: in their places, where it has all of one and is the first of the step, else in arrays between. */
  #slopes({ gradients }: Part, graph: Graph, width?: number): Record<string, Float32Array> {
    return Object.fromEntries(Array.from(gradients, ([name, gradient]) => {
      const inPlace = !this.#written.has(gradient) && this.#runsOf(name, width) === undefined;
      return [slopeName(name), inPlace ? gradient : (this.#buffers.of(slopeName(name), graph[slopeName(name)]!) as Float32Array)];
    }));
  }

  /** Puts gradients that lie elsewhere in their places, or adds them to what is there. */
  #take({ gradients }: Part, slopes: Readonly<Record<string, Float32Array>>, width?: number): void {
    for (const [name, gradient] of gradients) {
      const part = slopes[slopeName(name)]!;
      if (part !== gradient) {
        if (!this.#written.has(gradient)) gradient.fill(0);
        accumulate(gradient, part, this.#runsOf(name, width));
      }
      this.#written.add(gradient);
    }
  }

  /** Which elements of a layer's parameter a width uses; `undefined`: all, as a stage without a width does. */
  #runsOf(name: string, width: number | undefined): SliceRuns | undefined {
    const { arch, slicing } = this.options.frame;
    if (width === undefined || width === arch.hiddenSize) return undefined;
    const key = `${name} ${width}`;
    const known = this.#runs.get(key);
    if (known !== undefined) return known;
    const { shape } = layerSpecs(arch).find((spec) => spec.name === name)!;
    const runs = new LayerSlice(arch, width, slicing).runs(name.slice("layer.".length), shape);
    this.#runs.set(key, runs);
    return runs;
  }

  /** The loss, and its gradient by the last states. */
  async #atHead({ feeds, role, scale }: Pass, states: TypedArray, cotangent: TypedArray): Promise<number> {
    const { frame, distillation } = this.options;
    const teaching = distillation?.logits;
    const teaches = role === "teacher" && teaching !== undefined;
    const learns = role === "pupil" && teaching !== undefined;
    const graph = (): Graph => headStage(frame, { logits: teaches, ...(learns && { teaching }) });
    const program = await this.#program(`head ${teaches} ${learns}`, graph);
    const { batch: { batchSize, maskedPerSequence }, arch: { vocabSize } } = frame;
    const logits = teaching && this.#buffers.of("teacher logits", { dtype: "f32", shape: [batchSize * maskedPerSequence, vocabSize] });
    const { head } = this.#of();
    const slopes = this.#slopes(head, program.graph);
    const { loss } = await program.run(
      { ...head.parameters, ...feeds, states, scale: Float32Array.of(scale), ...(learns && { teacherLogits: logits! }) },
      { ...slopes, [slopeName("states")]: cotangent, ...(teaches && { logits: logits! }) });
    this.#take(head, slopes);
    return Number(loss!.data[0]);
  }

  /** Adds what the states of a layer have to learn from the teacher's. */
  async #approachTeacher({ role, scale, shape }: Pass, states: TypedArray, teacher: TypedArray, cotangent: TypedArray): Promise<void> {
    const { distillation: { hidden = 0 } = {}, frame } = this.options;
    if (role !== "pupil" || hidden === 0) return;
    const program = await this.#program("hidden", () => hiddenGraph(frame));
    const factor = Float32Array.of((2 * hidden * scale) / (states.length * shape.length));
    await program.run({ states, teacher, cotangent, factor }, { cotangent });
  }

  /** What a stage of a pass is fed beside states: the batch, and a seed of its own. */
  #feeds({ feeds }: Pass, stage: number): Feeds {
    const seed = feeds[DROPOUT_SEED];
    return seed === undefined ? feeds : { ...feeds, [DROPOUT_SEED]: Int32Array.of(stageSeed(Number(seed[0]), stage)) };
  }

  #savedOf({ saved }: DifferentiatedStage, place: number): Feeds {
    return Object.fromEntries(Object.entries(saved).map(([name, type]) => [name, this.#buffers.of(`${place} ${name}`, type)]));
  }

  #embeddingStage(): Promise<TrainedStage> {
    const { frame } = this.options;
    return this.#stage("embeddings", () => embeddingStage(frame));
  }

  #layerStage(width: number): Promise<TrainedStage> {
    const { frame } = this.options;
    return this.#stage(`width ${width}`, () => layerStage(frame, width));
  }

  #stage(key: string, stageOf: () => DifferentiatedStage): Promise<TrainedStage> {
    const compile = async (): Promise<TrainedStage> => {
      const { backend } = this.options;
      const stage = stageOf();
      return { stage, forward: await StageProgram.compile(backend, stage.forward), backward: await StageProgram.compile(backend, stage.backward) };
    };
    const found = this.#stages.get(key) ?? compile();
    this.#stages.set(key, found);
    return found;
  }

  #program(key: string, graphOf: () => Graph): Promise<StageProgram> {
    const found = this.#programs.get(key) ?? StageProgram.compile(this.options.backend, graphOf());
    this.#programs.set(key, found);
    return found;
  }

  /** Looked up at the first step: a trainer moves parameters to its engine's memory before. */
  #of(): Parts {
    const { arch } = this.options.supernet;
    this.#parts ??= {
      embeddings: this.#part(embeddingSpecs(arch), (name) => name), head: this.#part(headSpecs(arch), (name) => name),
      layers: arch.layers.map((_, i) => this.#part(layerSpecs(arch), (name) => name.replace(/^layer\./, `layers.${i}.`))),
    };
    return this.#parts;
  }

  /** Views of the model's parameters and gradients that a stage knows by names of its own. */
  #part(specs: readonly ParameterSpec[], modelName: (name: string) => string): Part {
    const { supernet: { parameters } } = this.options;
    return {
      parameters: Object.fromEntries(specs.map(({ name }) => [name, parameters.view(modelName(name))])),
      gradients: new Map(specs.map(({ name }) => [name, this.gradients.view(modelName(name))])),
    };
  }
}

/** Adds a part of a gradient to its places, which are all where no runs are given. */
function accumulate(gradient: Float32Array, part: Float32Array, { starts, length }: SliceRuns = { starts: [0], length: gradient.length }): void {
  let next = 0;
  for (const start of starts) for (let i = start; i < start + length; i++) gradient[i]! += part[next++]!;
}

const offered = (graph: Graph, all: Feeds): Feeds => Object.fromEntries(Object.entries(all).filter(([name]) => parametersOf(graph).has(name)));
