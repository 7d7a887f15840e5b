import { uniformArch } from "@bort/arch";
import { type ModelHead } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { randomArch } from "../../arch/src/random-arch.js";
import { type AxedParameter, parameterAxes } from "./parameter-axes.js";
import { unitVectors } from "./unit-vectors.js";

const heads: readonly ModelHead[] = [{ kind: "mlm" }, { kind: "classifier", labels: ["no", "yes"] }];
const described = (parameters: readonly AxedParameter[]): Record<string, string> => Object.fromEntries(parameters.map(({ spec, axes }) =>
  [spec.name, axes.map((axis) => axis.map(({ units, factor }) => `${units.map(({ name }) => name).join(" x ")}:${factor}`).join(" + ")).join(", ")]));

describe("parameterAxes", () => {
  it("covers every row and column of every parameter", () => {
    for (let seed = 0; seed < 200; seed++) {
      for (const { spec, axes } of parameterAxes(randomArch(seed), heads[seed % 2]!)) {
        expect(axes.map((axis) => axis.reduce((sum, { size }) => sum + size, 0)), `${spec.name} of architecture ${seed}`).toEqual(spec.shape);
      }
    }
  });

  it("multiplies by every prunable parameter somewhere", () => {
    for (let seed = 0; seed < 60; seed++) {
      const arch = randomArch(seed);
      const multiplied = new Set(parameterAxes(arch, heads[seed % 2]!).flatMap(({ axes }) => axes.flat().filter(({ factor }) => factor === "alpha").flatMap(({ units }) => units.map(({ name }) => name))));
      expect([...multiplied].sort()).toEqual(unitVectors(arch).map(({ name }) => name).sort());
    }
  });

  it("has schuBERT's table 5 in a plain layer, and the rest of the network shrinks with the hidden size", () => {
    const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 8, tokenTypes: 2 });
    const [key, value] = ["layers.0.a x layers.0.k:alpha", "layers.0.a x layers.0.v:alpha"];
    expect(described(parameterAxes(arch, { kind: "mlm" }))).toEqual({
      "embeddings.word": ":none, h:none", "embeddings.position": ":none, h:none", "embeddings.tokenType": ":none, h:none", "embeddings.norm.gain": "h:isKept", "embeddings.norm.bias": "h:isKept",
      "layers.0.attention.qkv.weight": `${key} + ${key} + ${value}, h:alpha`, "layers.0.attention.qkv.bias": `${key} + ${key} + ${value}`, // Q, K, V
      "layers.0.attention.output.weight": `h:alpha, ${value}`, "layers.0.attention.output.bias": "h:alpha", // P
      "layers.0.attention.norm.gain": "h:isKept", "layers.0.attention.norm.bias": "h:isKept",
      "layers.0.feedForward.up.weight": "layers.0.f:alpha, h:alpha", "layers.0.feedForward.up.bias": "layers.0.f:alpha", // D
      "layers.0.feedForward.down.weight": "h:alpha, layers.0.f:alpha", "layers.0.feedForward.down.bias": "h:alpha", // G
      "layers.0.feedForward.norm.gain": "h:isKept", "layers.0.feedForward.norm.bias": "h:isKept",
      "mlm.dense.weight": "h:none, h:none", "mlm.dense.bias": "h:none", "mlm.norm.gain": "h:isKept", "mlm.norm.bias": "h:isKept", "mlm.bias": ":none",
    });
  });
});
