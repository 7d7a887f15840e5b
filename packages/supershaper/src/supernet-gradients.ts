import { type Backend, cotangentName, type Feeds, type Graph, memoryOf, parametersOf, slopeName, type TypedArray } from "@bort/graph";
import {
  disposeAll, DROPOUT_SEED, feedsOf, firstNotFinite, type GradientSource, holding, type MicroBatch, type MlmModel, type NotFinite, ParameterStore, type ParameterSpec, sharesOf, thoseMade,
  trainedPart,
} from "@bort/nn";
import { addPart, writePart } from "./gradient-part.js";
import { type SliceRuns } from "./slicing.js";
import { StageBuffers } from "./stage-buffers.js";
import { StageProgram } from "./stage-program.js";
import {
  embeddingSpecs, embeddingStage, headSpecs, headStage, hiddenGraph, type InPlaceDistillation, layerSpecs, layerStage, type PartialStage, type StageFrame, stageSeed,
} from "./supernet-stages.js";
import { wholeGraph, withGradients } from "./whole-graph.js";

export interface SupernetGradientsOptions {
  readonly backend: Backend;
  /** The backbone: what is trained. */
  readonly supernet: MlmModel;
  readonly frame: StageFrame;
  /** Whether the first network of each step is its largest, so that its loss is told by itself. Default false. */
  readonly largestFirst?: boolean;
  /** Default: none. */
  readonly distillation?: InPlaceDistillation;
}

/** What a micro-batch is fed beside its batch: the widths of the sub-networks that it runs through, one after another, `i32[networks * layers]`. */
export const SHAPES = "shapes";

/** A stage that is run forth and back. */
interface TrainedStage {
  readonly stage: PartialStage;
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

/** The gradient of a parameter of a stage: what the stage gives of it, and where that belongs in all of it. */
interface Slope {
  readonly gradient: Float32Array;
  readonly part: Float32Array;
  readonly runs: SliceRuns;
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
 * enough for every shape. Inside, a layer computes at its width: its gradients are those of what it uses of the parameters, and are written or added in their places. States
 * between layers, embeddings and the head are as wide as the backbone.
 */
export class SupernetGradients implements GradientSource {
  readonly gradients: ParameterStore;
  readonly #programs = new Map<string, Promise<StageProgram>>();
  readonly #stages = new Map<string, Promise<TrainedStage>>();
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

  /**
   * Fills `gradients` with the sum over sub-networks of the mean over micro-batches; `loss` is the mean over sub-networks, `lossLargest`, where the largest comes first,
   * that of the first. What is learnt from hidden states is in the gradients alone.
   */
  async run(batches: readonly MicroBatch[]): Promise<Record<string, number>> {
    const { largestFirst = false } = this.options;
    this.#written.clear();
    const metrics: Record<string, number> = { loss: 0, ...(largestFirst && { lossLargest: 0 }) };
    for (const { share, ...micro } of sharesOf(batches)) {
      const passes = this.#passes(await feedsOf(micro), share);
      for (const [i, pass] of passes.entries()) {
        const loss = await this.#run(pass);
        metrics["loss"]! += (share * loss) / passes.length;
        if (largestFirst && i === 0) metrics["lossLargest"]! += share * loss;
      }
    }
    return metrics;
  }

  /** The first value that is not finite in the loss and the gradients of any network by itself; a sum of finite gradients that is not has none. */
  async firstNotFinite(batches: readonly MicroBatch[]): Promise<NotFinite | null> {
    const { backend, supernet } = this.options;
    for (const { share, ...micro } of sharesOf(batches)) {
      const passes = this.#passes(await feedsOf(micro), share);
      for (const pass of passes) {
        const graph = this.#wholePass(pass, passes[0]!);
        const found = await firstNotFinite(backend, graph, offered(graph, { ...supernet.parameters.views, ...pass.feeds }));
        if (found !== null) return found;
      }
    }
    return null;
  }

  async dispose(): Promise<void> {
    const stages = await thoseMade(this.#stages.values());
    const programs = await thoseMade(this.#programs.values());
    this.#stages.clear();
    this.#programs.clear();
    try {
      await disposeAll([...stages.flatMap(({ forward, backward }) => [forward, backward]), ...programs]);
    } finally {
      this.#buffers.free();
      memoryOf(this.options.backend).free(this.gradients.flat);
    }
  }

  #passes({ [SHAPES]: shapes, ...feeds }: Feeds, share: number): Pass[] {
    const { frame: { arch }, distillation } = this.options;
    const layers = arch.layers.length;
    return Array.from({ length: shapes!.length / layers }, (_, i): Pass => ({
      feeds, scale: share, shape: Array.from(shapes!.subarray(i * layers, (i + 1) * layers), Number), role: distillation === undefined ? "alone" : i === 0 ? "teacher" : "pupil",
    }));
  }

  /** A pass as one graph, with the gradients of all parameters. */
  #wholePass({ shape, role }: Pass, first: Pass): Graph {
    const { frame, distillation } = this.options;
    const graph = wholeGraph(frame, shape, role === "pupil" ? { shape: first.shape, distillation: distillation! } : undefined);
    return withGradients(graph, this.gradients.specs.map(({ name }) => name));
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
      await this.#back(await this.#layerStage(pass.shape[i - 1]!), this.#of().layers[i - 1]!, feeds, i, cotangent(i - 1));
    }
    await this.#back(await this.#embeddingStage(), this.#of().embeddings, { ...this.#feeds(pass, 0), [cotangentName("states")]: cotangent(0) }, 0);
    return loss;
  }

  async #forth({ stage, forward }: TrainedStage, part: Part, feeds: Feeds, place: number, states: TypedArray): Promise<void> {
    await forward.run({ ...part.parameters, ...feeds }, { states, ...this.#savedOf(stage, place) });
  }

  /** Takes the gradients of what a stage uses of its parameters; the gradient of its states, where it has one, goes to `states`. */
  async #back({ stage, backward }: TrainedStage, part: Part, feeds: Feeds, place: number, states?: TypedArray): Promise<void> {
    const slopes = this.#slopes(part, stage.backward, stage.runsOf(feeds));
    await backward.run(
      { ...part.parameters, ...feeds, ...this.#savedOf(stage, place) }, { ...partsOf(slopes), ...(states !== undefined && { [slopeName("states")]: states }) });
    this.#take(slopes);
  }

  /** Where a stage writes the gradients of its parameters: where they belong, if that is one stretch of memory and they are the first of the step, else in arrays between. */
  #slopes({ gradients }: Part, graph: Graph, runsOf: ReadonlyMap<string, SliceRuns> = new Map()): ReadonlyMap<string, Slope> {
    return new Map(Array.from(gradients, ([name, gradient]): [string, Slope] => {
      const runs = runsOf.get(name) ?? { starts: [0], length: gradient.length };
      const start = runs.starts[0]!;
      const inPlace = !this.#written.has(gradient) && runs.starts.length === 1;
      const part = inPlace ? gradient.subarray(start, start + runs.length) : (this.#buffers.of(slopeName(name), graph[slopeName(name)]!) as Float32Array);
      return [slopeName(name), { gradient, part, runs }];
    }));
  }

  /** Makes them those of the step, or adds them. The head, which comes before, has written the words' gradients, so that looked-up rows are added. */
  #take(slopes: ReadonlyMap<string, Slope>): void {
    for (const { gradient, part, runs } of slopes.values()) {
      if (this.#written.has(gradient)) addPart(gradient, part, runs);
      else writePart(gradient, part, runs);
      this.#written.add(gradient);
    }
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
      { ...partsOf(slopes), [slopeName("states")]: cotangent, ...(teaches && { logits: logits! }) });
    this.#take(slopes);
    return Number(loss!.data[0]);
  }

  /** Adds what the states of a layer have to learn from the teacher's. */
  async #approachTeacher({ feeds, role, scale, shape }: Pass, states: TypedArray, teacher: TypedArray, cotangent: TypedArray): Promise<void> {
    const { distillation: { hidden = 0 } = {}, frame } = this.options;
    if (role !== "pupil" || hidden === 0) return;
    const program = await this.#program("hidden", () => hiddenGraph(frame));
    const factor = Float32Array.of((2 * hidden * scale) / (frame.arch.hiddenSize * shape.length));
    await program.run({ ...feeds, states, teacher, cotangent, factor }, { cotangent });
  }

  /** What a stage of a pass is fed beside states: the batch, and a seed of its own. */
  #feeds({ feeds }: Pass, stage: number): Feeds {
    const seed = feeds[DROPOUT_SEED];
    return seed === undefined ? feeds : { ...feeds, [DROPOUT_SEED]: Int32Array.of(stageSeed(Number(seed[0]), stage)) };
  }

  #savedOf({ saved }: PartialStage, place: number): Feeds {
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

  #stage(key: string, stageOf: () => PartialStage): Promise<TrainedStage> {
    const compile = (): Promise<TrainedStage> => holding(async (hold) => {
      const { backend } = this.options;
      const stage = stageOf();
      return { stage, forward: hold(await StageProgram.compile(backend, stage.forward)), backward: hold(await StageProgram.compile(backend, stage.backward)) };
    });
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

const partsOf = (slopes: ReadonlyMap<string, Slope>): Feeds => Object.fromEntries(Array.from(slopes, ([name, { part }]) => [name, part]));

const offered = (graph: Graph, all: Feeds): Feeds => Object.fromEntries(Object.entries(all).filter(([name]) => parametersOf(graph).has(name)));
