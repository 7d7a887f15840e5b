import { type ArchTuple, bortSpace, formatTuple, gridSpace } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { analyticFlops, analyticParameters } from "./analytic-surrogates.js";
import { selectCandidates } from "./select-candidates.js";

const roberta = { vocabSize: 50_265, positions: 514 };
const robertaFrame = { ...roberta, tokenTypes: 1, pooler: true };
const tableOne: readonly ArchTuple[] = [[4, 8, 1024, 768], [4, 16, 1024, 512], [4, 8, 1024, 512]];

function rowsOfTableOne(candidates: readonly ArchTuple[]): number {
  const names = new Set(candidates.map(formatTuple));
  return tableOne.filter((row) => names.has(formatTuple(row))).length;
}

describe("selectCandidates on Bort's space", () => {
  const orders = {
    "eq. 13": analyticParameters(roberta, { accounting: "bort-paper" }),
    "exact parameters": analyticParameters(robertaFrame),
    FLOPs: analyticFlops(robertaFrame, { sequence: 512 }),
  };

  it.each(Object.entries(orders))("takes 180 candidates at epsilon 2 that hold all three rows of Table 1, by %s", (_, orderBy) => {
    const { candidates, ...counts } = selectCandidates(bortSpace, { epsilon: 2, orderBy });
    expect(candidates).toHaveLength(180);
    expect(counts).toEqual({ gridSize: 360, spaceSize: 300, dropped: 0 });
    expect(rowsOfTableOne(candidates)).toBe(3);
    expect(new Set(candidates.map(([, heads]) => heads))).toEqual(new Set([8, 16])); // The even places among four equal sizes.
  });

  it.each([
    [{ offset: 0 }, 120, 60],
    [{ filterFirst: true }, 150, 0],
    [{ filterFirst: true, offset: 0 }, 150, 0],
  ])("misses a row of Table 1 with %o", (options, length, dropped) => {
    const selection = selectCandidates(bortSpace, { epsilon: 2, orderBy: orders["eq. 13"], ...options });
    expect(selection).toMatchObject({ candidates: { length }, dropped });
    expect(rowsOfTableOne(selection.candidates)).toBeLessThan(3);
  });

  it("takes every point that can be built at epsilon 1", () => {
    const { candidates, dropped } = selectCandidates(bortSpace, { epsilon: 1, orderBy: orders["eq. 13"] });
    expect(new Set(candidates.map(formatTuple))).toEqual(new Set([...bortSpace.valid()].map(formatTuple)));
    expect(dropped).toBe(60);
  });

  it.each([0, 301, 1.5, -1, NaN])("refuses epsilon %s", (epsilon) => {
    expect(() => selectCandidates(bortSpace, { epsilon, orderBy: orders.FLOPs })).toThrow(expect.objectContaining({
      code: "fptas/bad-epsilon",
      message: `fptas: epsilon must be an integer in [1, 300], got ${epsilon}; use 1 for an exhaustive search`,
    }));
  });
});

describe("selectCandidates", () => {
  const space = gridSpace({ depth: [6, 4, 2], heads: [2], hidden: [64], intermediate: [64, 128, 256] });
  const orderBy = ([depth]: ArchTuple): number => depth;

  it("takes the 1-based positions epsilon, 2 epsilon, ...; ties stay in grid order", () => {
    const names = selectCandidates(space, { epsilon: 2, orderBy }).candidates.map(formatTuple);
    expect(names).toEqual(["2,2,64,128", "4,2,64,64", "4,2,64,256", "6,2,64,128"]);
  });

  it("starts at an offset", () => {
    const names = selectCandidates(space, { epsilon: 4, orderBy, offset: 0 }).candidates.map(formatTuple);
    expect(names).toEqual(["2,2,64,64", "4,2,64,128", "6,2,64,256"]);
  });

  it("takes one point at epsilon |Xi|: the largest", () => {
    expect(selectCandidates(space, { epsilon: 9, orderBy }).candidates).toEqual([[6, 2, 64, 256]]);
  });

  it("asks for the size of points that can be built only, if filtered first", () => {
    const asked: ArchTuple[] = [];
    selectCandidates([[2, 3, 64, 64], [2, 2, 64, 64]], { epsilon: 1, filterFirst: true, orderBy: (arch) => asked.push(arch) });
    expect(asked).toEqual([[2, 2, 64, 64]]);
  });

  it.each([
    ["fptas/empty-space", [[2, 3, 64, 64]], { epsilon: 1, orderBy }],
    ["fptas/empty-space", [], { epsilon: 1, orderBy }],
    ["fptas/duplicate-point", [[2, 2, 64, 64], [2, 2, 64, 64]], { epsilon: 1, orderBy }],
    ["fptas/bad-offset", space, { epsilon: 2, offset: 2, orderBy }],
    ["fptas/bad-objective", space, { epsilon: 1, orderBy: () => NaN }],
  ] as const)("throws %s", (code, points, options) => {
    expect(() => selectCandidates(points, options)).toThrow(expect.objectContaining({ code }));
  });
});
