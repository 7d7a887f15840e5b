import { describe, expect, it } from "vitest";
import { flops } from "./flops.js";
import { parameterCount } from "./parameter-count.js";
import { presetNamed } from "./presets.js";
import { schubertArch } from "./schubert-arch.js";
import { betas, matrixParameters, schubertBetas, unitCosts } from "./unit-costs.js";

const base = schubertArch();
const headless = { ...base, pooler: false };

describe("unitCosts", () => {
  it("is what removing a unit of BERT-base saves, biases and norms included", () => {
    const { hidden, layers } = unitCosts(base);
    // A head: three projections of 64 rows with biases, and 64 columns of the output's; and so on.
    expect(layers[0]).toEqual({ head: 4 * 768 * 64 + 3 * 64, key: 2 * 12 * (768 + 1), value: 12 * (768 + 1) + 12 * 768, feedForward: 2 * 768 + 1 });
    // Tables and their norm; the pooler's square; in each layer four projections, the FFN, two biases and two norms.
    expect(hidden).toBe(30_522 + 512 + 2 + 2 + (768 ** 2 - 767 ** 2 + 1) + 12 * (4 * 768 + 2 * 3072 + 2 + 4));
  });

  it("sums over the units of a layer to the layer's matrices", () => {
    const arch = presetNamed("schubert-88m");
    unitCosts(arch).layers.forEach((costs, index) => {
      const { intermediateSize } = arch.layers[index]!;
      expect(intermediateSize * costs.feedForward).toBe(intermediateSize * (2 * 756 + 1));
    });
  });

  it("counts units of size 1 by what one more adds", () => {
    const tiny = schubertArch({ layers: 1, hidden: 4, heads: 1, keySize: 1, valueSize: 1, intermediateSize: 1 });
    expect(unitCosts(tiny).layers[0]).toEqual({ head: 3 * (4 + 1) + 4, key: 2 * (4 + 1), value: 4 + 1 + 4, feedForward: 4 + 1 + 4 });
  });

  it("counts a hidden unit by what one more adds where the stream is no wider than the words in it", () => {
    const words = { kind: "wordProjected", size: 4, window: 1 } as const;
    const arch = { ...schubertArch({ layers: 1, hidden: 4, heads: 1, keySize: 1, valueSize: 1, intermediateSize: 1 }), embedding: words };
    expect(unitCosts(arch).hidden).toBe(parameterCount({ ...arch, hiddenSize: 5 }).total - parameterCount(arch).total);
  });

  it("takes a unit from all layers that share parameters", () => {
    const { layers } = unitCosts(presetNamed("albert-base-v2"));
    expect(layers).toHaveLength(12);
    for (const { feedForward } of layers) expect(feedForward).toBe(2 * 768 + 1);
  });

  it("takes any measure", () => {
    const { layers } = unitCosts(base, (arch) => flops(arch, { sequence: 128 }).total);
    expect(layers[0]!.feedForward).toBe(2 * 128 * 2 * 768);
    expect(layers[0]!.head).toBe(2 * 128 * (4 * 768 * 64 + 2 * 128 * 64));
  });
});

describe("betas", () => {
  it("are schuBERT's for BERT-base", () => {
    const { hidden, layers } = betas(headless);
    expect(hidden.toFixed(4)).toBe("0.7177");
    for (const layer of layers) expect(layer).toEqual({ head: 1, key: 0.09375, value: 0.09375, feedForward: 0.0078125 });
  });

  it("are the printed ones, rounded or cut off", () => {
    const { hidden, layers } = betas(headless, (arch) => matrixParameters(arch, { heads: { mlm: {} } }));
    expect(hidden.toFixed(4)).toBe("0.7256");
    expect(schubertBetas.hidden).toBe(Number(hidden.toFixed(2)));
    expect(schubertBetas.key).toBe(Math.floor(layers[0]!.key * 1000) / 1000);
    expect(schubertBetas.value).toBe(Math.floor(layers[0]!.value * 1000) / 1000);
    expect(schubertBetas.feedForward).toBe(Number(layers[0]!.feedForward.toFixed(4)));
    expect(schubertBetas.head).toBe(1);
  });

  it("are relative to the dearest head", () => {
    const { layers } = betas(schubertArch({ heads: [2, 2], valueSize: [64, 32] }));
    expect(layers.map(({ head }) => head)).toEqual([1, 0.75]);
  });
});

describe("matrixParameters", () => {
  it("leaves biases, norms, positions, token types and the pooler out", () => {
    const all = parameterCount(headless).total;
    const perLayer = 9 * 768 + 3072;
    expect(matrixParameters(base)).toBe(all - 12 * perLayer - (512 + 2 + 2) * 768);
  });
});
