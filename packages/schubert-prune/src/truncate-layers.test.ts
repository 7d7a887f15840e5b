import { flops, parameterCount, presetNamed, schubertArch, uniformArch } from "@bort/arch";
import { sizeOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { flopsObjective, headCounting, parameterObjective } from "./objective.js";
import { testModel } from "./test-pruning.js";
import { firstLayers, spreadLayers, truncateLayers } from "./truncate-layers.js";

const objective = parameterObjective({ accounting: "schubert-paper" });
const small = uniformArch({ depth: 5, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 8 });

describe("truncateLayers", () => {
  it("makes BERT of nine, six and three layers at their sizes, which schuBERT compares with", async () => {
    for (const [target, layers, millions] of [[88e6, 9, "87.6"], [66.5e6, 6, "66.4"], [45.2e6, 3, "45.1"]] as const) {
      const { arch, value } = await truncateLayers()({ arch: schubertArch(), values: {}, objective: parameterObjective({ pooler: false }), target });
      expect(arch).toEqual(schubertArch({ layers }));
      expect((value / 1e6).toFixed(1)).toBe(millions);
    }
  });

  it("removes as few as meet the target", async () => {
    for (let stay = 1; stay < 12; stay++) {
      const exactly = parameterCount(schubertArch({ layers: stay })).total;
      expect((await truncateLayers(spreadLayers)({ arch: schubertArch(), values: {}, objective, target: exactly })).arch.layers).toHaveLength(stay);
      if (stay > 1) expect((await truncateLayers()({ arch: schubertArch(), values: {}, objective, target: exactly - 1 })).arch.layers).toHaveLength(stay - 1);
    }
  });

  it("says which units go with their layers", async () => {
    const { removed } = await truncateLayers(spreadLayers)({ arch: small, values: {}, objective, target: parameterCount({ ...small, layers: small.layers.slice(3) }).total });
    expect(removed).toEqual(Object.fromEntries([1, 2, 3].flatMap((layer) => Object.entries({ a: 2, k: 4, v: 4, f: 12 }).map(([letter, size]) => [`layers.${layer}.${letter}`, size]))));
  });

  it("cuts a model to what it says", async () => {
    const model = testModel(small, { kind: "classifier", labels: ["a", "b"] }, 3);
    const { cut, arch, value } = await truncateLayers()({ arch: small, values: {}, objective: parameterObjective(headCounting(model.head)), target: 1500 });
    expect(cut(model).arch).toEqual(arch);
    expect(cut(model).parameters.specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(value);
  });

  it("saves the work, but no parameters, of layers that share them all", async () => {
    const arch = presetNamed("albert-base-v2");
    const sequence = 32;
    const half = flops({ ...arch, layers: arch.layers.slice(6), sharing: arch.sharing!.slice(6) }, { sequence }).total;
    await expect(truncateLayers()({ arch, values: {}, objective: flopsObjective({ sequence }), target: half })).resolves.toMatchObject({ value: half, removed: {} });
    const { total } = parameterCount(arch);
    await expect(truncateLayers()({ arch, values: {}, objective, target: total - 1 })).rejects
      .toMatchObject({ code: "schubert-prune/unreachable-target", message: expect.stringContaining(`${total}`) });
  });

  it("keeps one layer at least", async () => {
    const one = { ...small, layers: small.layers.slice(4) };
    await expect(truncateLayers()({ arch: small, values: {}, objective, target: 100 })).rejects.toMatchObject({ code: "schubert-prune/unreachable-target" });
    await expect(truncateLayers()({ arch: one, values: {}, objective, target: 100 })).rejects.toMatchObject({ code: "schubert-prune/unreachable-target" });
    await expect(truncateLayers()({ arch: small, values: {}, objective, target: parameterCount(one).total })).resolves.toMatchObject({ arch: one });
  });
});

describe("the layers that stay", () => {
  it("are the first ones", () => {
    expect(firstLayers(3, 12)).toEqual([0, 1, 2]);
  });

  it("are evenly spread from the first to the last, in any number", () => {
    expect(spreadLayers(6, 12)).toEqual([0, 2, 4, 7, 9, 11]);
    expect(spreadLayers(1, 12)).toEqual([0]);
    for (let layers = 1; layers <= 30; layers++) {
      for (let stay = 2; stay <= layers; stay++) {
        const chosen = spreadLayers(stay, layers);
        const gaps = chosen.slice(1).map((layer, i) => layer - chosen[i]!);
        expect([chosen.length, chosen[0], chosen.at(-1)]).toEqual([stay, 0, layers - 1]);
        expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1);
        expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
      }
    }
  });
});
