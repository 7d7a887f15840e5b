import { type MlmBatch } from "@bort/data";
import { type Backend, type Feeds, type Graph, memoryOf } from "@bort/graph";
import { disposeAll, type MlmEvaluation, type MlmModel, NnError, thoseMade, totalWeight } from "@bort/nn";
import { batchFeeds } from "./batch-feeds.js";
import { requireShape } from "./require-shape.js";
import { StageBuffers } from "./stage-buffers.js";
import { StageProgram } from "./stage-program.js";
import { embeddingGraph, headGraph, layerGraph, type StageFrame } from "./supernet-stages.js";

/**
 * What sub-networks are worth on text, computed from the super-network's own parameters, stage by stage: one program for each width, however many shapes are
 * evaluated.
 */
export class SupernetEvaluation {
  readonly #programs = new Map<string, Promise<StageProgram>>();
  readonly #buffers: StageBuffers;
  readonly #frame: StageFrame;
  /** The evaluation that the next has to wait for: they share buffers. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly backend: Backend, private readonly supernet: MlmModel, frame: Omit<StageFrame, "dropout">) {
    this.#buffers = new StageBuffers(memoryOf(backend));
    this.#frame = { ...frame, dropout: {} };
  }

  /**
   * Mean loss and accuracy over the masked places of all batches.
   *
   * @throws SuperShaperError `supershaper/bad-backbone`, `supershaper/bad-shape`; NnError `nn/bad-option` where there is no masked place
   */
  async of(shape: readonly number[], batches: Iterable<MlmBatch>): Promise<MlmEvaluation> {
    requireShape(this.#frame.arch, shape);
    const evaluation = this.#last.then(() => this.#mean(shape, batches));
    this.#last = evaluation.catch(() => undefined);
    return evaluation;
  }

  async dispose(): Promise<void> {
    await this.#last;
    const programs = await thoseMade(this.#programs.values());
    this.#programs.clear();
    try {
      await disposeAll(programs);
    } finally {
      this.#buffers.free();
    }
  }

  async #mean(shape: readonly number[], batches: Iterable<MlmBatch>): Promise<MlmEvaluation> {
    const sum = { loss: 0, accuracy: 0 };
    let places = 0;
    for (const batch of batches) {
      const count = totalWeight(batch.weights);
      if (count === 0) continue;
      const { loss, accuracy } = await this.#run(shape, batchFeeds(batch, this.#frame));
      sum.loss += count * loss;
      sum.accuracy += count * accuracy;
      places += count;
    }
    if (places === 0) throw new NnError("nn/bad-option", "nn: a validation loss needs at least one masked place, got none; give more validation text");
    return { loss: sum.loss / places, accuracy: sum.accuracy / places };
  }

  async #run(shape: readonly number[], feeds: Feeds): Promise<MlmEvaluation> {
    const { views } = this.supernet.parameters;
    const { arch, batch: { batchSize, sequenceLength } } = this.#frame;
    const states = (i: number): Feeds => ({ states: this.#buffers.of(`states ${i % 2}`, { dtype: "f32", shape: [batchSize * sequenceLength, arch.hiddenSize] }) });
    await (await this.#program("embeddings", () => embeddingGraph(this.#frame))).run({ ...views, ...feeds }, states(0));
    for (const [i, width] of shape.entries()) {
      const own = Object.fromEntries(Object.entries(views).flatMap(([name, view]) => (name.startsWith(`layers.${i}.`) ? [[name.replace(`layers.${i}.`, "layer."), view]] : [])));
      await (await this.#program(`width ${width}`, () => layerGraph(this.#frame, width))).run({ ...own, ...feeds, ...states(i) }, states(i + 1));
    }
    const head = await this.#program("head", () => {
      const { loss, accuracy } = headGraph(this.#frame);
      return { loss, accuracy };
    });
    const { loss, accuracy } = await head.run({ ...views, ...feeds, ...states(shape.length) });
    return { loss: Number(loss!.data[0]), accuracy: Number(accuracy!.data[0]) };
  }

  #program(key: string, graphOf: () => Graph): Promise<StageProgram> {
    const found = this.#programs.get(key) ?? StageProgram.compile(this.backend, graphOf());
    this.#programs.set(key, found);
    return found;
  }
}
