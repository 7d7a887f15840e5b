import { describe, expect, it } from "vitest";
import { type ArchErrorCode } from "../arch-error.js";
import { uniformArch } from "../uniform-arch.js";
import { type AxisValues } from "./axis.js";
import { designSpace, type DesignSpace } from "./design-space.js";

type Point = readonly number[];

function spaceOf(...values: AxisValues[]): DesignSpace {
  return designSpace({
    axes: values.map((axis, i) => ({ name: `axis ${i}`, values: axis })),
    arch: (point) => uniformArch({ depth: 1, heads: 1, hidden: point[0]!, intermediate: 8, vocabSize: 16, positions: 8 }),
  });
}

const base = spaceOf([5, 2, 7], { from: 3, to: 9, step: 2 }, [1, 4]);
const byNumber = (a: number, b: number): number => a - b;
const product = (point: Point): number => point[0]! * (point[0]! + 2 * point[1]! * point[2]!);
const kinds: readonly (readonly [string, DesignSpace])[] = [
  ["a grid", base],
  ["one axis", spaceOf([3, 1, 2])],
  ["one point", spaceOf([3], [4])],
  ["where", base.where(([a, , c]) => (a! + c!) % 2 === 0)],
  ["wherePair", base.wherePair("axis 0", "axis 1", (a, b) => a < b)],
  ["two pairs", base.wherePair("axis 0", "axis 1", (a, b) => a < b).wherePair("axis 1", "axis 2", (b, c) => b + c !== 10)],
  ["within", base.within(product, { atLeast: 70, atMost: 400 })],
  ["within, one axis", spaceOf([3, 1, 2, 8]).within(([a]) => a!, { atLeast: 2, atMost: 3 })],
  ["all three", base.wherePair("axis 0", "axis 1", (a, b) => a < b).where(([, b]) => b !== 5).within(product, { atMost: 300 })],
  ["within twice", base.within(product, { atMost: 300 }).within(([, b]) => b!, { atLeast: 5, atMost: 7 })],
];

describe.each(kinds)("a space: %s", (_, space) => {
  const points = [...space];

  it("is indexed in the order of its iteration", () => {
    expect(space.size).toBe(BigInt(points.length));
    expect(points.length).toBeGreaterThan(0);
    points.forEach((point, index) => {
      expect(space.at(index)).toEqual(point);
      expect(space.at(BigInt(index))).toEqual(point);
      expect(space.indexOf(point)).toBe(BigInt(index));
    });
    expect([...space]).toEqual(points);
  });

  it.each([-1, -1n, 0.5, NaN, 1e300, Infinity, "size"])("has nothing at %s", (index) => {
    expect(() => space.at(index === "size" ? space.size : index as number)).toThrow(expect.objectContaining({ code: "arch/out-of-range" }));
  });

  it("has its points and no others", () => {
    const names = new Set(points.map(String));
    expect(names.size).toBe(points.length);
    const nearly = points.flatMap((point) => point.flatMap((_, axis) => [0, 1, 2, 3, 4, 5, 6, 7, 9, 2.5, NaN].map((value) => point.with(axis, value))));
    for (const point of [...nearly, [], [1], [1, 1, 1, 1]]) {
      expect(space.has(point)).toBe(names.has(String(point)));
      if (!names.has(String(point))) expect(() => space.indexOf(point)).toThrow(expect.objectContaining({ code: "arch/not-in-space" }));
    }
  });

  it("draws its points alike, each draw by seed and index alone", () => {
    const count = 100 * points.length;
    const sample = space.sample(11, count);
    expect(space.sample(11, 5)).toEqual(sample.slice(0, 5));
    expect(space.draw(11, 3)).toEqual(sample[3]);
    const drawn = new Map(points.map((point) => [String(point), 0]));
    for (const point of sample) drawn.set(String(point), drawn.get(String(point))! + 1);
    expect(drawn.size).toBe(points.length);
    const chiSquare = [...drawn.values()].reduce((sum, times) => sum + (times - 100) ** 2 / 100, 0);
    expect(chiSquare).toBeLessThanOrEqual(points.length - 1 + 5 * Math.sqrt(2 * points.length));
  });

  it("draws otherwise with another seed", () => {
    if (points.length > 1) expect(space.sample(1, 30)).not.toEqual(space.sample(2, 30));
  });

  it.each(["next", "any"] as const)("has neighbours within reach %s that are its points one value away, and mutual", (reach) => {
    const places = (point: Point): number[] => point.map((value, axis) => space.axes[axis]!.placeOf(value)!);
    for (const point of points) {
      const expected = points.filter((other) => {
        const steps = places(other).map((place, axis) => Math.abs(place - places(point)[axis]!)).filter((step) => step > 0);
        return steps.length === 1 && (reach === "any" || steps[0] === 1);
      });
      const near = [...space.neighbours(point, { reach })];
      expect(near.map(String).sort()).toEqual(expected.map(String).sort());
      for (const other of near) expect([...space.neighbours(other, { reach })]).toContainEqual(point);
    }
  });

  it("reads its points from JSON", () => {
    const [point] = points as [Point];
    expect(space.parse(JSON.parse(JSON.stringify(point)))).toEqual(point);
  });
});

describe("a space of many points", () => {
  const many = spaceOf({ from: 1, to: 2 ** 24 }, { from: 1, to: 2 ** 24 }, [7, 8]);

  it("lists none of them to be measured, indexed, walked or drawn from", () => {
    expect(many.size).toBe(2n ** 49n);
    expect(many.at(many.size - 1n)).toEqual([2 ** 24, 2 ** 24, 8]);
    expect(many.indexOf([2 ** 24, 2 ** 24, 8])).toBe(many.size - 1n);
    expect(many[Symbol.iterator]().next().value).toEqual([1, 1, 7]);
    expect([...many.neighbours([1, 1, 7])]).toEqual([[2, 1, 7], [1, 2, 7], [1, 1, 8]]);
    expect(many.neighbours([1, 1, 7], { reach: "any" })[Symbol.iterator]().next().value).toEqual([2, 1, 7]);
    expect(new Set(many.sample(0, 100).map(String)).size).toBe(100);
  });

  it("is filtered as it is walked, and says what to do where that cannot end", () => {
    const odd = many.where(([a, b]) => (a! + b!) % 2 === 1);
    expect(odd[Symbol.iterator]().next().value).toEqual([1, 2, 7]);
    expect(odd.at(0)).toEqual([1, 2, 7]);
    expect(odd.indexOf([1, 4, 8])).toBe(3n);
    expect(odd.sample(0, 20).every((point) => odd.has(point))).toBe(true);
    for (const endless of [() => odd.size, () => odd.indexOf([2 ** 24, 1, 7])]) {
      expect(endless).toThrow(expect.objectContaining({ code: "arch/too-large", message: expect.stringContaining("within()") }));
    }
  });

  it("gives up drawing where next to nothing passes", () => {
    const one = many.where(([a, b, c]) => a === 1 && b === 1 && c === 7);
    expect(() => one.draw(0, 0)).toThrow(expect.objectContaining({ code: "arch/sampling-failed" }));
    expect(one[Symbol.iterator]().next().value).toEqual([1, 1, 7]);
  });

  it("refuses constraints whose tables would be huge, at once", () => {
    const tooLarge = expect.objectContaining({ code: "arch/too-large", message: expect.stringContaining("coarser") });
    expect(() => many.within(() => 1, { atLeast: 1 })).toThrow(tooLarge);
    expect(() => many.wherePair("axis 0", "axis 1", () => true)).toThrow(tooLarge);
  });
});

describe("a space without points", () => {
  it.each([
    ["where", spaceOf([1, 2], [1, 2]).where(() => false)],
    ["wherePair", spaceOf([1, 2], [1, 2]).wherePair("axis 0", "axis 1", () => false)],
    ["within", spaceOf([1, 2], [1, 2]).within(([a, b]) => a! + b!, { atLeast: 5 })],
    ["within, the wrong way round", spaceOf([1, 2], [1, 2]).within(([a, b]) => a! + b!, { atLeast: 3, atMost: 2 })],
    ["within of nothing", spaceOf([1, 2], [1, 2]).wherePair("axis 0", "axis 1", () => false).within(([a, b]) => a! + b!, { atLeast: 2 })],
  ])("says so: %s", (kind, space) => {
    expect(space.size).toBe(0n);
    expect([...space]).toEqual([]);
    expect(() => space.at(0)).toThrow(expect.objectContaining({ code: "arch/empty-space" }));
    expect(() => space.draw(0, 0)).toThrow(expect.objectContaining({ code: kind === "where" ? "arch/sampling-failed" : "arch/empty-space" }));
  });
});

describe("designSpace", () => {
  const arch = base.arch.bind(base);

  it.each<[string, () => unknown, ArchErrorCode]>([
    ["no axes", () => designSpace({ axes: [], arch }), "arch/bad-size"],
    ["100,000 axes", () => spaceOf(...new Array<AxisValues>(100_000).fill([1])), "arch/bad-size"],
    ["an empty axis", () => spaceOf([]), "arch/empty-list"],
    ["two axes of one name", () => designSpace({ axes: [{ name: "x", values: [1] }, { name: "x", values: [1] }], arch }), "arch/duplicate"],
    ["a seed of no integer", () => base.sample(0.5, 1), "arch/bad-size"],
    ["a negative seed", () => base.draw(-1, 0), "arch/bad-size"],
    ["a negative draw", () => base.draw(0, -1), "arch/bad-size"],
    ["a trillion draws", () => base.sample(0, 1e12), "arch/bad-size"],
    ["JSON that is no list", () => base.parse({ a: 1 }), "arch/bad-point"],
    ["JSON with texts", () => base.parse(["5", 3, 1]), "arch/bad-point"],
    ["JSON of another space", () => base.parse([5, 3]), "arch/not-in-space"],
    ["neighbours of a stranger", () => base.neighbours([5, 3, 2]), "arch/not-in-space"],
    ["the network of a stranger", () => base.arch([6, 3, 1]), "arch/not-in-space"],
    ["a pair of axes far apart", () => base.wherePair("axis 0", "axis 2", () => true), "arch/bad-space"],
    ["a pair the wrong way round", () => base.wherePair("axis 1", "axis 0", () => true), "arch/bad-space"],
    ["a pair of unknown axes", () => base.wherePair("depth", "heads", () => true), "arch/bad-space"],
    ["a range without ends", () => base.within(product, {}), "arch/bad-option"],
    ["a range that ends in NaN", () => base.within(product, { atMost: NaN }), "arch/bad-option"],
  ])("refuses %s", (_, act, code) => {
    expect(act).toThrow(expect.objectContaining({ name: "ArchError", code }));
  });

  it("names the axis and its values", () => {
    expect(() => base.indexOf([5, 4, 1])).toThrow('arch: "axis 1" of a point must be from 3 to 9 in steps of 2, got 4; check it with has()');
  });

  it("asks for the network of a point, constraints aside", () => {
    expect(base.where(() => false).arch([7, 3, 1]).hiddenSize).toBe(7);
    expect([...base].map((point) => base.arch(point).hiddenSize).sort(byNumber).at(-1)).toBe(7);
  });
});
