import { type EncoderArch, maxSequence } from "@bort/arch";
import { type MlmBatches, random } from "@bort/data";
import { type Backend, type Feeds, type Float64Feeds, evaluate, referenceBackend } from "@bort/graph";
import { type LossGraph, type MlmShape, type Model, type ModelHead, ParameterStore, classificationLossGraph, mlmLossGraph, modelParameters } from "@bort/nn";
import { type MlmTaskOptions, mlmTask } from "./mlm-task.js";
import { type KeptUnits, type UnitVector, tiedHiddenUnits, unitVectors } from "./unit-vectors.js";

/** A model none of whose parameters is at a value that a mistake could hide behind, as a bias of zero could. */
export function testModel<H extends ModelHead>(arch: EncoderArch, head: H, seed: number): Model<H> {
  const rng = random(seed, "model");
  const parameters = new ParameterStore(modelParameters(arch, head));
  for (const { name } of parameters.specs) {
    const values = parameters.view(name);
    for (let i = 0; i < values.length; i++) values[i] = (name.endsWith(".gain") ? 1 : 0) + 0.4 * rng.normal();
  }
  return { arch, head, parameters };
}

const batchSize = 2;

/** The objective of a model on two short sequences. */
export function testLoss({ arch, head }: Pick<Model, "arch" | "head">): LossGraph {
  const sequenceLength = Math.min(5, maxSequence(arch));
  return head.kind === "mlm" ? mlmLossGraph(arch, { batchSize, sequenceLength, maskedPerSequence: 2 }) : classificationLossGraph({ arch, head }, batchSize, sequenceLength);
}

export function testBatch({ arch, head }: Pick<Model, "arch" | "head">, seed: number): Feeds {
  const rng = random(seed, "batch");
  const sequenceLength = Math.min(5, maxSequence(arch));
  const draw = (count: number, below: number): Int32Array => Int32Array.from({ length: count }, () => rng.integer(below));
  const ids = draw(batchSize * sequenceLength, arch.vocabSize);
  if (head.kind === "mlm") {
    const positions = Int32Array.from({ length: 2 * batchSize }, (_, i) => Math.floor(i / 2) * sequenceLength + rng.integer(sequenceLength));
    return { ids, positions, labels: draw(2 * batchSize, arch.vocabSize), weights: Float32Array.from([1, 1, 0.5, 1]) };
  }
  const mask = Float32Array.from(ids, (_, i) => (i === ids.length - 1 ? 0 : 1));
  return { ids, mask, labels: draw(batchSize, head.labels.length), weights: Float32Array.from([1, 0.5]) };
}

/** The value of a loss in float64. */
export const lossIn64 = (graph: LossGraph, feeds: Float64Feeds): number => evaluate([graph.loss], feeds)[0]![0]!;

/** Units that stay, drawn at random: at least one of each vector, and those that cannot go. */
export function drawKept(arch: EncoderArch, vectors: readonly UnitVector[], seed: number): KeptUnits {
  const rng = random(seed, "kept");
  return Object.fromEntries(vectors.map(({ name, size }) => {
    const share = rng.uniform();
    const least = name === "h" ? tiedHiddenUnits(arch) : 0;
    const units = Array.from({ length: size }, (_, i) => i).filter((unit) => unit < least || rng.uniform() < share);
    return [name, units.length > 0 ? units : [rng.integer(size)]];
  }));
}

/** 1 for units that stay, 0 for others, by the vectors of `kept`. */
export const gates = (arch: EncoderArch, kept: KeptUnits): Record<string, Float32Array> => Object.fromEntries(unitVectors(arch).filter(({ name }) => name in kept)
  .map(({ name, size }) => [name, Float32Array.from({ length: size }, (_, unit) => (kept[name]!.includes(unit) ? 1 : 0))]));

/** The sizes of {@link toyTask}'s batches. */
const toyShape = { batchSize: 4, sequenceLength: 6, maskedPerSequence: 2 };

/** Masked language modelling of a small language, whose batches `language` makes. */
export function toyTask(arch: EncoderArch, language: (vocabSize: number, shape: MlmShape, seed: number) => MlmBatches, more: Partial<MlmTaskOptions> = {}): ReturnType<typeof mlmTask> {
  const validation = [language(arch.vocabSize, toyShape, 7).at(0)];
  return mlmTask({ backend: referenceBackend(), shape: toyShape, train: language(arch.vocabSize, toyShape, 1), validation, ...more });
}

/** The reference backend, with how many programs it has compiled, and how many of them are not disposed. */
export function countingBackend(): { readonly backend: Backend; readonly counts: { compiled: number; held: number } } {
  const reference = referenceBackend();
  const counts = { compiled: 0, held: 0 };
  const backend: Backend = {
    ...reference,
    compile: async (graph) => {
      const { run, dispose } = await reference.compile(graph);
      counts.compiled++;
      counts.held++;
      return { run, dispose: async () => { counts.held--; await dispose(); } };
    },
  };
  return { backend, counts };
}
