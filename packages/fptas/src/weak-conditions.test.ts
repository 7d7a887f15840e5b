import { archOf, type ArchTuple, bortSpace, type EncoderArch, parameterCount, uniformArch } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { type Condition } from "./condition.js";
import { type Trial } from "./trial.js";
import { depthCondition, distinct, weakConditions } from "./weak-conditions.js";

const trialOf = (arch: ArchTuple): Trial => ({ status: "scored", arch, theta: 0, parameters: 1, latencyMs: 1, error: 1, w: 1, seconds: 1 });
const byName = (conditions: readonly Condition[]): Record<string, Condition> => Object.fromEntries(conditions.map((condition) => [condition.name, condition]));

/** Of a space whose points stand for these networks, each named by its depth and its place. */
function conditionsOf(archs: readonly EncoderArch[]): Record<string, Condition> {
  const space = archs.map(({ layers }, i): ArchTuple => [layers.length, 1, i + 1, 1]);
  const training = { encoderOf: ([, , i]: ArchTuple) => archs[i - 1]!, batchSize: 1, sequenceLength: 16, flopsOf: () => 1 };
  return byName(weakConditions({ space, trials: space.map(trialOf), training }));
}

const sizes = { depth: 2, heads: 1, hidden: 64, intermediate: 96, positions: 16 } as const;
const layerParameters = parameterCount(uniformArch({ ...sizes, vocabSize: 9 })).encoder / 2;
/** Words, positions and the norm's two rows, each of hidden columns: as many as a pair of layers has parameters, or hardly fewer. */
const vocabSize = Math.floor((2 * layerParameters) / sizes.hidden) - sizes.positions - 2;

describe("weakConditions", () => {
  it("compares the embedding with a pair of layers, by exact parameters", () => {
    const name = "layers dominate in parameters";
    expect(conditionsOf([uniformArch({ ...sizes, vocabSize })])[name]!.status).toBe("holds");
    const more = conditionsOf([uniformArch({ ...sizes, vocabSize: vocabSize + 1 })])[name]!;
    expect(more).toMatchObject({ status: "violated", note: expect.stringContaining("in 0 of 1 candidates, than all layers together in 0") });
    const deeper = conditionsOf([uniformArch({ ...sizes, depth: 4, vocabSize: vocabSize + 1 })])[name]!;
    expect(deeper).toMatchObject({ status: "violated", note: expect.stringContaining("in 0 of 1 candidates, than all layers together in 1") });
  });

  it("takes the smallest pair of neighbours where layers differ", () => {
    const [wide] = uniformArch({ ...sizes, intermediate: 960, vocabSize }).layers;
    const plain = uniformArch({ ...sizes, vocabSize });
    const [layer] = plain.layers;
    const status = (layers: EncoderArch["layers"], words: number): string => conditionsOf([{ ...plain, vocabSize: words, layers }])["layers dominate in parameters"]!.status;
    expect(status([layer!, wide!, layer!], vocabSize + 1)).toBe("holds");
    expect(status([wide!, layer!, layer!], vocabSize + 1)).toBe("violated");
    expect(status([wide!, layer!, layer!], vocabSize)).toBe("holds");
    expect(status([layer!], vocabSize)).toBe("violated");
  });

  it("counts the pooler", () => {
    const narrow = { depth: 2, heads: 1, hidden: 64, intermediate: 1, positions: 16, vocabSize: 1 } as const;
    expect(conditionsOf([uniformArch({ ...narrow, pooler: true })])["layers dominate in FLOPs"]!.status).toBe("holds");
    const shared = { ...uniformArch({ ...narrow, pooler: true }), layers: [{ heads: 1, keySize: 1, valueSize: 1, intermediateSize: 1 }] };
    expect(conditionsOf([shared])["layers dominate in parameters"]!.status).toBe("violated");
  });

  it("finds that Bort's own space has the property in FLOPs and lacks it in parameters", () => {
    const archs = [...bortSpace.valid()].map((tuple) => archOf(tuple, { vocabSize: 50_265, positions: 514 }));
    const conditions = conditionsOf(archs);
    expect(conditions["depths in pairs of layers"]!.status).toBe("holds");
    expect(conditions["layers dominate in FLOPs"]).toMatchObject({ status: "holds", note: expect.stringContaining("in 300 of 300 candidates") });
    const within = archs.filter((arch) => parameterCount(arch).embedding <= parameterCount(arch).encoder).length;
    expect(within).toBeGreaterThan(0);
    expect(within).toBeLessThan(300);
    expect(conditions["layers dominate in parameters"]).toMatchObject({
      status: "violated", note: expect.stringContaining(`in 0 of 300 candidates, than all layers together in ${within}`),
    });
  });

  it("counts a candidate of several trials once", () => {
    expect(distinct([[2, 1, 8, 8], [2, 1, 8, 8], [3, 1, 8, 8]])).toEqual([[2, 1, 8, 8], [3, 1, 8, 8]]);
  });

  it("leaves unchecked what it needs the networks for, where they are not known", () => {
    const conditions = byName(weakConditions({ space: [[2, 1, 8, 8]], trials: [trialOf([2, 1, 8, 8])] }));
    expect(Object.entries(conditions).map(([name, { status }]) => [name, status])).toEqual([
      ["depths in pairs of layers", "holds"], ["layers dominate in parameters", "unchecked"], ["layers dominate in FLOPs", "unchecked"],
    ]);
  });
});

describe("depthCondition", () => {
  it.each([[[12, 2, 2, 8], "holds"], [[5, 1, 3], "holds"], [[1, 2, 3], "violated"], [[1, 5], "violated"]])("of depths %j %s", (depths, status) => {
    expect(depthCondition(depths).status).toBe(status);
  });
});
