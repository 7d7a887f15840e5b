import { add, constant, expand, gather, type Graph, parameter, reshape, scatterAdd, slice, transpose, zeros } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { computedLookups, idFeeds } from "./lookups.js";
import { draft } from "./planner.js";

describe("idFeeds", () => {
  const ids = parameter("ids", [6], "i32");
  const found = (graph: Graph): string[] => idFeeds(draft(graph, 1)).map(({ name, first, count, rows }) => `${name} ${first}+${count} < ${rows}`);

  it("bounds ids that are looked up and those that are scattered by", () => {
    expect(found({ y: gather(parameter("table", [9, 3]), ids) })).toEqual(["ids 0+6 < 9"]);
    expect(found({ y: scatterAdd(zeros([8, 2]), ids, parameter("rows", [6, 2])) })).toEqual(["ids 0+6 < 8"]);
  });

  it("bounds a part of a feed alone, and by the rows of a part of a table", () => {
    const table = slice(parameter("table", [9, 3]), [2, 0], [7, 3]);
    expect(found({ y: gather(table, slice(ids, [1], [3])) })).toEqual(["ids 1+2 < 5"]);
    expect(found({ y: scatterAdd(zeros([8, 2]), slice(ids, [4], [6]), slice(parameter("rows", [6, 2]), [0, 0], [2, 2])) })).toEqual(["ids 4+2 < 8"]);
  });

  it("leaves whole numbers alone that are no ids", () => expect(found({ y: add(ids, 1) })).toEqual([]));
});

describe("computedLookups", () => {
  const table = parameter("table", [9, 3]);
  const ids = parameter("ids", [2, 3], "i32");
  const found = (graph: Graph): string[] => draft(graph, 1).steps.flatMap(computedLookups).map(({ op, count, rows }) => `${op} ${count} < ${rows}`);

  it("is what no feed says as it is: sums, constants, other orders", () => {
    expect(found({ y: gather(table, add(ids, 1)) })).toEqual(["gather 6 < 9"]);
    expect(found({ y: gather(table, constant([8, 0], [2], "i32")) })).toEqual(["gather 2 < 9"]);
    expect(found({ y: gather(table, transpose(ids, [1, 0])) })).toEqual(["gather 6 < 9"]);
    expect(found({ y: gather(table, expand(parameter("one", [1], "i32"), [4])) })).toEqual(["gather 4 < 9"]);
    expect(found({ y: scatterAdd(zeros([8, 2]), reshape(add(ids, 1), [6]), parameter("rows", [6, 2])) })).toEqual(["scatterAdd 6 < 8"]);
  });

  it("is not what feeds say", () => {
    expect(found({ y: gather(table, ids), z: gather(table, reshape(slice(ids, [1, 0], [2, 3]), [3])) })).toEqual([]);
  });
});
