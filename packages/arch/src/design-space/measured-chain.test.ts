import { describe, expect, it } from "vitest";
import { uniformArch } from "../uniform-arch.js";
import { ChainCore } from "./chain-core.js";
import { CounterRandom } from "./counter-random.js";
import { designSpace, type DesignSpace, type MeasureRange } from "./design-space.js";
import { Links } from "./links.js";
import { MeasuredChain } from "./measured-chain.js";
import { type Path } from "./space-core.js";

type Measure = (point: readonly number[]) => number;

function spaceOf(...axes: (readonly number[])[]): DesignSpace {
  const arch = uniformArch({ depth: 1, heads: 1, hidden: 4, intermediate: 8, vocabSize: 16, positions: 8 });
  return designSpace({ axes: axes.map((values, i) => ({ name: `axis ${i}`, values })), arch: () => arch });
}

/** Random axes, a random sum over neighbouring axes that the first one changes entirely, perhaps a link, and a range that holds a part. */
function randomCase(seed: number): { free: DesignSpace; linked: DesignSpace; measure: Measure; range: MeasureRange } {
  const random = new CounterRandom(seed, 0);
  const values = (): number[] => Array.from({ length: 1 + random.below(4) }, () => 1 + random.below(12));
  const distinct = Array.from({ length: 1 + random.below(6) }, () => [...new Set(values())]);
  const coarse = 1 + random.below(3); // Few different sums, or many.
  const measure: Measure = (point) => point.reduce((sum, value, axis) => {
    const before = axis === 0 ? 0 : point[axis - 1]!;
    return sum + coarse * ((value * before * (axis + 1)) % 17) + coarse * ((point[0]! * value + axis) % 5);
  }, 0);
  const free = spaceOf(...distinct);
  const linkAt = 1 + random.below(6);
  const linked = random.below(2) === 1 && linkAt < distinct.length
    ? free.wherePair(`axis ${linkAt - 1}`, `axis ${linkAt}`, (a, b) => (a + b) % 3 !== 0) : free;
  const sums = [...free].map(measure).sort((a, b) => a - b);
  const atLeast = sums[random.below(sums.length)]!;
  const atMost = sums[random.below(sums.length)]!;
  const both = { atLeast: Math.min(atLeast, atMost), atMost: Math.max(atLeast, atMost) };
  const ranges: readonly MeasureRange[] = [{ atLeast }, { atMost }, both, { atLeast, atMost: atLeast }];
  return { free, linked, measure, range: ranges[seed % ranges.length]! };
}

describe("within", () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))("holds, in order, the points that a search of all finds: case %i", (seed) => {
    const { free, linked, measure, range } = randomCase(seed);
    const expected = [...free].filter((point) => linked.has(point)
      && measure(point) >= (range.atLeast ?? 0) && measure(point) <= (range.atMost ?? Infinity));
    const space = linked.within(measure, range);
    expect([...space]).toEqual(expected);
    expect(space.size).toBe(BigInt(expected.length));
    expected.forEach((point, index) => {
      expect(space.at(index)).toEqual(point);
      expect(space.indexOf(point)).toBe(BigInt(index));
    });
    expect([...free].filter((point) => space.has(point))).toEqual(expected);
  });

  it("takes ends that are no whole numbers, and infinite ones", () => {
    const space = spaceOf([1, 2, 3], [1, 2, 3]);
    const sizeWithin = (range: MeasureRange): bigint => space.within(([a, b]) => a! * b!, range).size;
    expect(sizeWithin({ atLeast: 1.5, atMost: 3.5 })).toBe(4n);
    expect(sizeWithin({ atLeast: -Infinity, atMost: Infinity })).toBe(9n);
    expect(sizeWithin({ atMost: -1 })).toBe(0n);
    expect(sizeWithin({ atLeast: 1e300 })).toBe(0n);
  });

  it("counts what nobody could list", () => {
    const space = spaceOf(...new Array<readonly number[]>(40).fill([1, 2]));
    const sum: Measure = (point) => point.reduce((total, value) => total + value, 0);
    const choose20of40 = 137_846_528_820n;
    const middle = space.within(sum, { atLeast: 60, atMost: 60 });
    expect(middle.size).toBe(choose20of40);
    expect(middle.indexOf(middle.at(choose20of40 / 3n))).toBe(choose20of40 / 3n);
    expect(middle.sample(4, 50).every((point) => sum(point) === 60)).toBe(true);
    expect(space.within(sum, { atLeast: 40 }).size).toBe(2n ** 40n);
  });

  it("asks nothing about pairs that may not stand together", () => {
    const refusing: Measure = ([a, b, c]) => {
      if (a === b) throw new Error("cannot be built");
      return a! * b! + c!;
    };
    const space = spaceOf([1, 2, 3], [1, 2, 3], [5, 6]).wherePair("axis 0", "axis 1", (a, b) => a !== b);
    expect(space.within(refusing, { atMost: 9 }).size).toBe(BigInt([...space].filter((point) => refusing(point) <= 9).length));
  });

  it("knows dead ends of links from either side", () => {
    const space = spaceOf([1, 2], [1, 2, 3], [1, 2, 3])
      .wherePair("axis 0", "axis 1", (a, b) => b > a)
      .wherePair("axis 1", "axis 2", (b, c) => b !== 2 && c !== 1);
    const measure: Measure = ([a, b, c]) => 10 * a! + b! * c!;
    expect([...space]).toEqual([[1, 3, 2], [1, 3, 3], [2, 3, 2], [2, 3, 3]]);
    expect([...space.within(measure, { atLeast: 19, atMost: 26 })]).toEqual([[1, 3, 3], [2, 3, 2]]);
    expect(space.within(measure, { atLeast: 19, atMost: 26 }).size).toBe(2n);
  });

  it.each<[string, Measure]>([
    ["multiplies axes that are apart", ([, b, , d]) => b! * d!],
    ["takes the largest axis", (point) => Math.max(...point)],
    ["multiplies three", ([, b, c, d]) => b! * c! * d!],
  ])("refuses a measure that %s", (_, measure) => {
    const axis = [1, 2, 3, 4];
    expect(() => spaceOf(axis, axis, axis, axis).within(measure, { atLeast: 0 })).toThrow(expect.objectContaining({ code: "arch/not-additive" }));
  });

  it("notices on the point handed out what no random one showed", () => {
    const axis = Array.from({ length: 30 }, (_, i) => i + 1);
    const rare: Measure = ([a, b, c, d]) => a! + b! + c! + d! + (b === 30 && d === 30 ? 1 : 0);
    const space = spaceOf(axis, axis, axis, axis).within(rare, { atLeast: 120 });
    expect(() => [...space]).toThrow(expect.objectContaining({ code: "arch/not-additive" }));
    expect(() => space.at(0)).toThrow(expect.objectContaining({ code: "arch/not-additive" }));
  });

  it.each([0.5, -1, NaN, Infinity, 2 ** 53, "1" as unknown as number])("refuses a measure of %s", (measured) => {
    expect(() => spaceOf([1, 2]).within(() => measured, { atLeast: 0 })).toThrow(expect.objectContaining({ code: "arch/bad-measure" }));
  });

  it("gives up where too many sums differ, but can still be walked", () => {
    const sizes = new Array<number>(12).fill(30);
    const scattered = (path: Path): number => path.reduce((sum, place, axis) => sum + (place ** 7 * (axis + 3) ** 11) % 1_000_003_333, 0);
    const chain = new MeasuredChain(new Links(sizes, []), { measure: scattered, range: { atLeast: 4e9, atMost: 5e9 }, effort: 2 ** 16 });
    const core = new ChainCore(chain);
    expect(() => core.size).toThrow(expect.objectContaining({ code: "arch/too-large", message: expect.stringContaining("coarser") }));
    expect(chain.has(core.paths().next().value!)).toBe(true);
  });
});
