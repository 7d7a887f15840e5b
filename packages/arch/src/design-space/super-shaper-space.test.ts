import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type ArchErrorCode } from "../arch-error.js";
import { validateArch } from "../encoder-arch.js";
import { flops } from "../flops.js";
import { parameterCount } from "../parameter-count.js";
import { superShaperSpace, type SuperShaperSpaceOptions } from "./super-shaper-space.js";

type Shape = readonly number[];

const space = superShaperSpace();
const parameters = (shape: Shape): number => parameterCount(space.arch(shape), { heads: { mlm: {} } }).total;

describe("superShaperSpace", () => {
  it("has the 7^12 shapes of the paper", () => {
    expect(space.size).toBe(7n ** 12n);
    expect(space.at(0)).toEqual(new Array(12).fill(120));
    expect(space.at(1)).toEqual([...new Array<number>(11).fill(120), 240]);
    expect(space.at(space.size - 1n)).toEqual(new Array(12).fill(768));
  });

  it.each([
    ["Evo 1", [480, 360, 360, 240, 240, 360, 480, 480, 360, 480, 540, 540], 64_741_560],
    ["Evo 2", [480, 240, 360, 240, 540, 480, 360, 360, 360, 360, 540, 480], 63_413_280],
    ["rectangle", new Array<number>(12).fill(360), 58_078_800],
    ["diamond", [120, 240, 360, 480, 480, 540, 768, 540, 480, 360, 240, 120], 63_798_048],
    ["all 768", new Array<number>(12).fill(768), 115_989_504],
  ])("gives the network whose parameters Table 6 counts: %s", (_, shape, printed) => {
    const arch = validateArch(space.arch(shape));
    expect(arch.layers.map(({ width }) => width)).toEqual(shape);
    const decoderBias = 28_996; // Which the paper leaves out; and the last norm of its code is as wide as the last layer.
    expect(parameters(shape)).toBe(printed + decoderBias + 2 * (768 - shape.at(-1)!));
  });

  it("counts the shapes of 60 to 66 million parameters", () => {
    const small = space.within(parameters, { atLeast: 60e6, atMost: 66e6 });
    const share = Number(small.size) / Number(space.size);
    const sample = space.sample(1, 4000).map(parameters);
    expect(share).toBeCloseTo(sample.filter((count) => count >= 60e6 && count <= 66e6).length / sample.length, 1.5);
    for (const shape of small.sample(2, 100)) {
      expect(parameters(shape)).toBeGreaterThanOrEqual(60e6);
      expect(parameters(shape)).toBeLessThanOrEqual(66e6);
      expect(small.at(small.indexOf(shape))).toEqual(shape);
    }
    expect(small.size + space.within(parameters, { atMost: 60e6 - 1 }).size + space.within(parameters, { atLeast: 66e6 + 1 }).size).toBe(space.size);
  });

  it.each([true, false])("is counted as a search of all shapes would, by parameters and by FLOPs: merged %s", (merged) => {
    const few = superShaperSpace({ layers: 5, widths: [24, 48, 96], hidden: 96, intermediate: 64, merged, frame: { vocabSize: 100, positions: 32 } });
    const shapes = [...few];
    const total = (shape: Shape): number => parameterCount(few.arch(shape)).total;
    const operations = (shape: Shape): number => flops(few.arch(shape), { sequence: 16 }).total;
    for (const measure of [total, operations]) {
      const sorted = shapes.map(measure).sort((a, b) => a - b);
      const [atLeast, atMost] = [sorted[60]!, sorted[180]!];
      const within = few.within(measure, { atLeast, atMost });
      const expected = shapes.filter((shape) => measure(shape) >= atLeast && measure(shape) <= atMost);
      expect([...within]).toEqual(expected);
      expect(within.size).toBe(BigInt(expected.length));
    }
  });

  it.each<[string, SuperShaperSpaceOptions, ArchErrorCode]>([
    ["a width between heads", { widths: [120, 125] }, "arch/heads-do-not-divide-hidden"],
    ["no widths", { widths: [] }, "arch/empty-list"],
    ["a width twice", { widths: [120, 120] }, "arch/duplicate"],
    ["a fraction", { widths: [120.5] }, "arch/bad-size"],
    ["no layers", { layers: 0 }, "arch/bad-size"],
    ["100,000 layers", { layers: 100_000 }, "arch/bad-size"],
    ["no heads", { heads: 0 }, "arch/bad-size"],
    ["an FFN of 1e12", { intermediate: 1e12 }, "arch/bad-size"],
  ])("refuses %s", (_, options, code) => {
    expect(() => superShaperSpace(options)).toThrow(expect.objectContaining({ name: "ArchError", code }));
  });
});

const repoRoot = join(fileURLToPath(new URL(".", import.meta.url)), "../../../..");
const measuredShapes = join(process.env["BORT_DATA"] ?? join(repoRoot, "../shared/data"), "nas/supershaper/perplexity.jsonl");

describe.skipIf(!existsSync(measuredShapes))("superShaperSpace and the shapes that were measured (skipped without the data folder)", () => {
  it("has all 500", () => {
    const shapes = readFileSync(measuredShapes, "utf8").trim().split("\n").map((line) => space.parse((JSON.parse(line) as { shape: unknown }).shape));
    expect(shapes).toHaveLength(500);
    for (const shape of shapes) expect(space.at(space.indexOf(shape))).toEqual(shape);
  });
});
