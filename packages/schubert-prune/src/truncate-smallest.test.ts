import { type EncoderArch, parameterCount, schubertArch, uniformArch } from "@bort/arch";
import { random } from "@bort/data";
import { sizeOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { randomArch } from "../../arch/src/random-arch.js";
import { type PruningObjective, flopsObjective, headCounting, parameterObjective } from "./objective.js";
import { testModel } from "./test-pruning.js";
import { truncateSmallest } from "./truncate-smallest.js";
import { type TruncationOptions } from "./truncation.js";
import { type UnitValues, archWithout, dimensions, tiedHiddenUnits, unitVectors } from "./unit-vectors.js";

const objectives = [parameterObjective(headCounting({ kind: "mlm" })), flopsObjective({ sequence: 5 })];

/** Values of some vectors, so coarse that many are equal, of either sign. */
function drawValues(arch: EncoderArch, seed: number): UnitValues {
  const rng = random(seed, "values");
  const drawn = unitVectors(arch, dimensions.filter(() => seed % 3 === 0 || rng.uniform() < 0.6)).concat(unitVectors(arch, ["f"]));
  return Object.fromEntries(drawn.map(({ name, size }) => [name, Float32Array.from({ length: size }, () => Math.round(8 * rng.normal()) / 8)]));
}

interface Unit {
  readonly name: string;
  readonly number: number;
  readonly worth: number;
}

/** The units that may go, as they go. */
function unitsInOrder(arch: EncoderArch, values: UnitValues): Unit[] {
  const tied = tiedHiddenUnits(arch);
  const units = unitVectors(arch).filter(({ name }) => name in values).flatMap(({ name }, vector) =>
    Array.from(values[name]!, (value, number) => ({ name, number, worth: Math.abs(value), vector })));
  units.sort((a, b) => a.worth - b.worth || a.vector - b.vector || a.number - b.number);
  const isLast = (unit: Unit): boolean => units.findLast(({ name }) => name === unit.name) === unit;
  const free: Unit[] = units.filter((unit) => (unit.name === "h" && tied > 0 ? unit.number >= tied : !isLast(unit)));
  const share = (unit: Unit): number => (free.filter(({ name }) => name === unit.name).indexOf(unit) + 0.5) / values[unit.name]!.length;
  return free.sort((a, b) => a.worth - b.worth || share(a) - share(b));
}

function countByVector(units: readonly Unit[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of units) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const valueWithout = (objective: PruningObjective, arch: EncoderArch, gone: readonly Unit[]): number => objective.measure(archWithout(arch, countByVector(gone))) as number;

/** One unit after the other goes, then as many as can come back, each time the one that is worth most. */
function byTrial({ arch, values, objective, target }: TruncationOptions): readonly Unit[] {
  const order = unitsInOrder(arch, values);
  let gone = order.slice(0, order.findIndex((_, i) => valueWithout(objective, arch, order.slice(0, i + 1)) <= target) + 1);
  for (;;) {
    const back = gone.findLast((unit) => valueWithout(objective, arch, gone.filter((other) => other !== unit)) <= target);
    if (back === undefined) return gone;
    gone = gone.filter((unit) => unit !== back);
  }
}

/** A case, and the value of the whole network. */
function drawCase(seed: number): TruncationOptions & { readonly whole: number } {
  const arch = randomArch(seed);
  const values = drawValues(arch, seed);
  const objective = objectives[seed % 2]!;
  const [whole, least] = [valueWithout(objective, arch, []), valueWithout(objective, arch, unitsInOrder(arch, values))];
  return { arch, values, objective, target: least + (whole - least) * random(seed, "target").uniform(), whole };
}

const goneOf = ({ arch, values }: TruncationOptions, kept: Readonly<Record<string, readonly number[]>>): Unit[] =>
  unitsInOrder(arch, values).filter(({ name, number }) => !kept[name]!.includes(number));

describe("truncateSmallest", () => {
  it("cuts what going through all units one by one cuts, in random architectures, for parameters and FLOPs", async () => {
    for (let seed = 0; seed < 40; seed++) {
      const options = drawCase(seed);
      const { kept, arch, value, removed } = await truncateSmallest(options);
      const gone = goneOf(options, kept);
      expect(gone, `seed ${seed}`).toEqual(byTrial(options));
      expect(removed).toEqual(countByVector(gone));
      expect(arch).toEqual(archWithout(options.arch, removed));
      expect(value).toBe(options.objective.measure(arch));
    }
  });

  it("meets the target, and would not with any unit of the cut given back", async () => {
    for (let seed = 100; seed < 140; seed++) {
      const options = drawCase(seed);
      const { kept, value } = await truncateSmallest(options);
      expect(value).toBeLessThanOrEqual(options.target);
      expect(value).toBeLessThan(options.whole);
      const gone = goneOf(options, kept);
      for (const unit of gone) expect(valueWithout(options.objective, options.arch, gone.filter((other) => other !== unit))).toBeGreaterThan(options.target);
    }
  });

  it("leaves of each vector the units that are worth most, one at least, in their order, and tied ones", async () => {
    for (let seed = 200; seed < 240; seed++) {
      const options = drawCase(seed);
      const { kept } = await truncateSmallest(options);
      expect(Object.keys(kept).sort()).toEqual(Object.keys(options.values).sort());
      for (const [name, units] of Object.entries(kept)) {
        const worth = Array.from(options.values[name]!, Math.abs);
        const tied = name === "h" ? tiedHiddenUnits(options.arch) : 0;
        const stay = new Set(units);
        const free = units.filter((unit) => unit >= tied).map((unit) => worth[unit]!);
        expect(units).toEqual([...units].sort((a, b) => a - b));
        expect(units.length).toBeGreaterThan(0);
        for (let unit = 0; unit < tied; unit++) expect(units).toContain(unit);
        for (const [unit, each] of worth.entries()) if (!stay.has(unit)) expect(each).toBeLessThanOrEqual(Math.min(...free));
      }
    }
  });

  it("makes schuBERT-h of BERT-base: the widths and sizes of table 14", async () => {
    const arch = schubertArch();
    const rng = random(3, "h");
    const h = Float32Array.from({ length: 768 }, () => rng.normal());
    const objective = parameterObjective({ accounting: "schubert-paper" });
    const cuts = await Promise.all([77.46e6, 66.33e6, 55.49e6, 43.24e6, 33.29e6].map(async (target) => truncateSmallest({ arch, values: { h }, objective, target })));
    expect(cuts.map(({ arch: { hiddenSize }, value }) => [hiddenSize, (value / 1e6).toFixed(2)]))
      .toEqual([[544, "77.45"], [466, "66.32"], [390, "55.48"], [304, "43.23"], [234, "33.28"]]);
    expect(cuts[3]!.arch).toEqual(schubertArch({ hidden: 304 }));
    expect(Math.min(...cuts[3]!.kept["h"]!.map((unit) => Math.abs(h[unit]!)))).toBeGreaterThan([...h].map(Math.abs).sort((a, b) => a - b)[463]!);
  });

  it("cuts a model to the architecture and the parameters that it says", async () => {
    for (let seed = 300; seed < 340; seed += 2) {
      const options = drawCase(seed);
      const { cut, arch, value } = await truncateSmallest(options);
      const smaller = cut(testModel(options.arch, { kind: "mlm" }, seed));
      expect(smaller.arch).toEqual(arch);
      expect(smaller.parameters.specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(value);
    }
  });

  it("trusts a measurement that scatters where it met the target, asks for few, and gives nothing back", async () => {
    const arch = schubertArch({ layers: 6, hidden: 64, heads: 4, keySize: 16, valueSize: 16, intermediateSize: 256, frame: { vocabSize: 100, positions: 16 } });
    const values = Object.fromEntries(unitVectors(arch).map(({ name, size }) => [name, Float32Array.from({ length: size }, (_, i) => Math.sin(i * i + name.length))]));
    for (let seed = 0; seed < 20; seed++) {
      const rng = random(seed, "noise");
      const seen = new Map<string, number>();
      const measure = async (measured: EncoderArch): Promise<number> => {
        const value = parameterCount(measured).total * (1 + 0.03 * rng.normal());
        seen.set(JSON.stringify(measured), value);
        return value;
      };
      const target = 0.5 * parameterCount(arch).total;
      const { arch: smaller, value } = await truncateSmallest({ arch, values, objective: { ...parameterObjective(), resolution: 0.02, measure }, target });
      expect(value).toBeLessThanOrEqual(target);
      expect(value).toBe(seen.get(JSON.stringify(smaller)));
      expect(seen.size).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(6 * 292 + 64)));
    }
  });

  const tiny = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 8 });
  const f = { "layers.0.f": new Float32Array(12) };

  it("says what the network has where the target is not below that, and what its dimensions reach where it is below that", async () => {
    const truncated = async (target: number): Promise<unknown> => truncateSmallest({ arch: tiny, values: f, objective: parameterObjective(), target });
    const [whole, least] = [parameterCount(tiny).total, parameterCount(archWithout(tiny, { "layers.0.f": 11 })).total];
    for (const target of [whole, whole + 1, NaN]) {
      await expect(truncated(target)).rejects.toMatchObject({ code: "schubert-prune/unreachable-target", message: expect.stringContaining(`below ${whole} parameters`) });
    }
    for (const target of [least - 1, 0, -5]) {
      await expect(truncated(target)).rejects.toMatchObject({ code: "schubert-prune/unreachable-target", message: expect.stringContaining(`at least ${least} parameters, all that cutting f`) });
    }
    await expect(truncated(least)).resolves.toMatchObject({ value: least, kept: { "layers.0.f": [11] } });
  });

  it("cannot cut where only one unit is left of everything", async () => {
    const arch = schubertArch({ layers: 1, hidden: 1, heads: 1, keySize: 1, valueSize: 1, intermediateSize: 1, frame: { vocabSize: 5, positions: 4 } });
    const values = Object.fromEntries(unitVectors(arch).map(({ name }) => [name, Float32Array.of(0)]));
    await expect(truncateSmallest({ arch, values, objective: parameterObjective(), target: 5 })).rejects.toMatchObject({ code: "schubert-prune/unreachable-target" });
  });

  it.each<[string, UnitValues]>([
    ["for a vector that is not there", { "layers.1.f": new Float32Array(12) }],
    ["fewer than there are units", { "layers.0.f": new Float32Array(11) }],
    ["that are not finite", { "layers.0.f": Float32Array.of(0, 1, NaN, 3, 4, 5, 6, 7, 8, 9, 10, 11) }],
  ])("refuses values %s", async (_, values) => {
    await expect(truncateSmallest({ arch: tiny, values, objective: parameterObjective(), target: 500 })).rejects.toMatchObject({ code: "schubert-prune/bad-units" });
  });
});
