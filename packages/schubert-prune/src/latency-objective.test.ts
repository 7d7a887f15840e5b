import { type EncoderArch, parameterCount, schubertArch, unitCosts } from "@bort/arch";
import { type Backend, parametersOf, sizeOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { latencyObjective } from "./latency-objective.js";
import { costsByVector, flopsObjective } from "./objective.js";
import { dimensions, unitVectors } from "./unit-vectors.js";

const frame = { vocabSize: 50, positions: 16 };
const shape = { sequenceLength: 8, warmUp: 0, repeats: 3 };

/** A machine on which a network takes as many milliseconds as `msOf` says, by its number of parameters, and a record of those that ran. */
function machine(msOf: (parameters: number) => number): { backend: Backend; clock: () => number; compiled: number[] } {
  const compiled: number[] = [];
  let now = 0;
  const backend: Backend = {
    name: "machine", device: "cpu",
    compile: async (graph) => {
      const parameters = [...parametersOf(graph)].filter(([name]) => name !== "ids").reduce((sum, [, node]) => sum + sizeOf(node.shape), 0);
      compiled.push(parameters);
      const run = async (): Promise<Record<string, never>> => {
        now += msOf(parameters);
        return {};
      };
      return { run, dispose: async () => undefined };
    },
  };
  return { backend, clock: () => now, compiled };
}

const parametersIn = (arch: EncoderArch): number => parameterCount(arch, { pooler: false }).total;

describe("latencyObjective", () => {
  it("is the median on the backend, of the encoder alone", async () => {
    const { backend, clock } = machine((parameters) => parameters / 100);
    const arch = schubertArch({ layers: 2, hidden: 8, heads: 2, keySize: 4, valueSize: 4, intermediateSize: 16, frame });
    const objective = latencyObjective(backend, { ...shape, clock });
    expect(objective).toMatchObject({ name: "latencyMs", unit: "ms", resolution: 0.01 });
    expect(await objective.measure(arch)).toBeCloseTo(parametersIn(arch) / 100, 9);
  });

  it("says in its settings what it measures, and on which engine", () => {
    const { backend } = machine(() => 1);
    expect(latencyObjective(backend, shape).settings).toEqual({ backend: "machine", threads: null, sequenceLength: 8, batchSize: 1, resolution: 0.01 });
    expect(latencyObjective({ ...backend, threads: 3 }, { sequenceLength: 16, batchSize: 2, resolution: 0.1 }).settings).toEqual({ backend: "machine", threads: 3, sequenceLength: 16, batchSize: 2, resolution: 0.1 });
  });

  it("measures an architecture once, and one of other sizes again", async () => {
    const { backend, clock, compiled } = machine((parameters) => parameters);
    const objective = latencyObjective(backend, { ...shape, clock });
    const archOf = (intermediateSize: number[]): EncoderArch => schubertArch({ hidden: 8, heads: 2, keySize: 4, valueSize: 4, intermediateSize, frame });
    for (const sizes of [[3, 4], [3, 4], [4, 3], [3, 4], [3, 4, 5]]) await objective.measure(archOf(sizes));
    expect(compiled).toHaveLength(3);
  });

  it("says after a failure what the machine says then", async () => {
    const { backend, clock } = machine((parameters) => parameters);
    let broken = true;
    const objective = latencyObjective({ ...backend, compile: async (graph) => (broken ? Promise.reject(new Error("no")) : backend.compile(graph)) }, { ...shape, clock });
    const arch = schubertArch({ layers: 1, hidden: 8, heads: 2, keySize: 4, valueSize: 4, intermediateSize: 8, frame });
    await expect(objective.measure(arch)).rejects.toThrow("no");
    broken = false;
    expect(await objective.measure(arch)).toBe(parametersIn(arch));
  });

  it("gives units the costs that a machine has on which every parameter takes as long", async () => {
    const { backend, clock, compiled } = machine((parameters) => 50 + parameters / 1000);
    const arch = schubertArch({ layers: 3, hidden: 12, heads: 4, keySize: 5, valueSize: 6, intermediateSize: 21, frame: { ...frame, pooler: false } });
    const costs = await latencyObjective(backend, { ...shape, clock, resolution: 1e-12 }).unitCosts(arch);
    expect(compiled).toHaveLength(1 + dimensions.length);
    for (const [name, cost] of Object.entries(costsByVector(arch, unitCosts(arch)))) expect(costs[name]! / (cost / 1000), name).toBeCloseTo(1, 9);
  });

  it("shares what a dimension saves among layers by their FLOPs, and adds units where none can go", async () => {
    const { backend, clock } = machine((parameters) => parameters);
    const arch = schubertArch({ hidden: 12, heads: 1, keySize: [8, 2], valueSize: 1, intermediateSize: [9, 1], frame });
    const costs = await latencyObjective(backend, { ...shape, clock, resolution: 1e-12 }).unitCosts(arch);
    const work = await flopsObjective({ sequence: 8, pooler: false }).unitCosts(arch);
    const saved = parametersIn(arch) - parametersIn(schubertArch({ hidden: 12, heads: 1, keySize: [4, 1], valueSize: 1, intermediateSize: [9, 1], frame }));
    expect(4 * costs["layers.0.k"]! + costs["layers.1.k"]!).toBeCloseTo(saved, 9);
    for (const letter of ["a", "k", "v", "f"]) expect(costs[`layers.0.${letter}`]! / costs[`layers.1.${letter}`]!).toBeCloseTo(work[`layers.0.${letter}`]! / work[`layers.1.${letter}`]!, 9);
    const doubled = parametersIn(schubertArch({ hidden: 12, heads: 2, keySize: [8, 2], valueSize: 1, intermediateSize: [9, 1], frame })) - parametersIn(arch);
    expect(costs["layers.0.a"]! + costs["layers.1.a"]!).toBeCloseTo(doubled, 9);
  });

  it.each([0, 1, -0.1, NaN])("refuses a resolution of %d", (resolution) => {
    expect(() => latencyObjective(machine(() => 1).backend, { ...shape, resolution })).toThrow(expect.objectContaining({ code: "schubert-prune/bad-option" }));
  });

  it("never says that a unit costs nothing, or less: what is below the resolution counts as the resolution", async () => {
    for (const msOf of [() => 100, (parameters: number) => 1e6 - parameters]) {
      const { backend, clock } = machine(msOf);
      const arch = schubertArch({ layers: 2, hidden: 8, heads: 2, keySize: 4, valueSize: 4, intermediateSize: 16, frame });
      const objective = latencyObjective(backend, { ...shape, clock, resolution: 0.02 });
      const costs = await objective.unitCosts(arch);
      const least = 0.02 * (await objective.measure(arch));
      for (const { name, dimension, size } of unitVectors(arch)) expect(costs[name], name).toBeCloseTo(least / ((size / 2) * (dimension === "h" ? 1 : 2)), 9);
    }
  });
});
