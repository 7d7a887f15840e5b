import { type EncoderArch, uniformArch } from "@bort/arch";
import { nativeBackend, type NativeBackend } from "@bort/backend-native";
import { onnxBackend } from "@bort/backend-onnx";
import { type Backend } from "@bort/graph";
import { ParameterStore, Trainer, adamW, createModel, fingerprint, modelParameters } from "@bort/nn";
import { afterAll, describe, expect, it } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { archKinds } from "../../nn/src/test-models.js";
import { attentionMaps } from "./attention-maps.js";
import { type DistillationTerm } from "./distillation-term.js";
import { distillationObjective } from "./distillation-objective.js";
import { hiddenStates } from "./hidden-states.js";
import { lastLayer } from "./last-layer.js";
import { selfRelations } from "./self-relations.js";

const shape = { batchSize: 4, sequenceLength: 12, maskedPerSequence: 2 };
const batches = chainBatches(29, shape, 1);
const archOf = (depth: number, hidden: number): EncoderArch => uniformArch({ depth, heads: 2, hidden, intermediate: 3 * hidden, vocabSize: 29, positions: 12 });

const engines: [string, Backend][] = [["ONNX Runtime", await onnxBackend({ threads: 1 })]];
let native: NativeBackend | undefined;
try {
  native = await nativeBackend({ threads: 2 });
  engines.push(["the native engine", native]);
} catch {
  // Where the machine has no BLAS, the other engine is tried alone.
}
afterAll(() => native?.close());

interface Lesson {
  readonly trainer: Trainer;
  /** The loss before the step. */
  step(index: number): Promise<number>;
  dispose(): Promise<void>;
}

async function lessonOn(backend: Backend, arch: EncoderArch, terms: readonly DistillationTerm[], recompute: boolean): Promise<Lesson> {
  const teacher = createModel(archOf(arch.layers.length, 12), { kind: "mlm" } as const, 1, 0.4);
  const objective = distillationObjective({ backend, teachers: [teacher], terms });
  const parameters = ParameterStore.initialized([...modelParameters(arch, { kind: "mlm" }), ...objective.parameters!(arch)], 3, 0.2);
  const trainer = await Trainer.create({ backend, parameters, graph: objective.graph(arch, shape), optimizer: adamW({ epsilon: 1e-4 }), recompute });
  return {
    trainer,
    step: async (index) => (await trainer.step(await objective.feeds(batches.at(index), shape, { arch, index }), 5e-3)).loss,
    dispose: async () => {
      await trainer.dispose();
      await objective.dispose();
    },
  };
}

/** Every kind of loss between layers, on all layers, so that one state or map is read by several. */
const everything: readonly DistillationTerm[] = [
  lastLayer(), hiddenStates(), attentionMaps({ heads: "mean" }), { ...attentionMaps({ heads: "mean", compare: "probabilities" }), name: "probabilities" },
  selfRelations({ layers: "uniform", relationHeads: 2 }),
];
const students = [
  ["a plain one", archOf(3, 8)] as const,
  ...["with a bottleneck, shared and projected", "of MobileBERT"].map((kind) => [kind, { ...archKinds[kind]!, vocabSize: 29 }] as const),
];

describe.each(engines)("losses between layers that are computed again, on %s", (_, backend) => {
  it.each(students)("have the same bits, and so have their gradients: %s", async (_, arch) => {
    const trained = async (recompute: boolean): Promise<{ losses: number[]; gradient: string; parameters: string }> => {
      const { trainer, step, dispose } = await lessonOn(backend, arch, everything, recompute);
      const losses = [await step(0), await step(1)];
      const gradient = fingerprint(trainer.gradient);
      await dispose();
      return { losses, gradient, parameters: fingerprint(trainer.state.parameters.flat) };
    };
    expect(await trained(true)).toEqual(await trained(false));
  });
});

it.skipIf(native === undefined)("layers are not held for losses on their states and their attention", async () => {
  const inUse = async (recompute: boolean): Promise<number> => {
    const { step, dispose } = await lessonOn(native!, archOf(8, 32), [hiddenStates(), attentionMaps({ heads: "mean" })], recompute);
    const before = native!.memoryInUse();
    await step(0);
    const taken = native!.memoryInUse() - before;
    await dispose();
    return taken;
  };
  expect(await inUse(true)).toBeLessThan((await inUse(false)) / 2);
});
