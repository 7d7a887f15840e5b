import { describe, expect, it } from "vitest";
import { TaskRow } from "./task-row.js";

const row = (fields: Readonly<Record<string, unknown>>): TaskRow => new TaskRow("dev.tsv:7", fields);
const refused = (code: string, message: string): unknown => expect.objectContaining({ code, message: expect.stringContaining(`data: dev.tsv:7 ${message}`) as string });

describe("label", () => {
  const labelOf = (value: unknown): string | undefined => row({ label: value }).label(["no", "yes"], "gold", "label");

  it("is text by its name, a number by its position, and none where it is secret or not there", () => {
    expect(["yes", 1, 1n, 0].map(labelOf)).toEqual(["yes", "yes", "yes", "no"]);
    expect([-1, -1n, null].map(labelOf)).toEqual([undefined, undefined, undefined]);
    expect(row({}).label(["no", "yes"], "label")).toBeUndefined();
    expect([true, false].map((value) => row({ label: value }).label(["false", "true"], "label"))).toEqual(["true", "false"]);
  });

  it.each([["maybe"], [2], [0.5], [""], ["Yes"], [["yes"]], [true]])("is not %j", (value) => {
    expect(() => labelOf(value)).toThrow(refused("data/unknown-label", "needs a label of no, yes, got"));
  });
});

describe("text and numbers", () => {
  it("are those of the first field that there is", () => {
    expect(row({ b: "x", c: "y" }).text("a", "b", "c")).toBe("x");
    expect([row({ a: " 4.75" }).number("a"), row({ a: 3n }).integer("a"), row({ a: "12" }).integer("a")]).toEqual([4.75, 3, 12]);
    expect([row({ a: 10 }).name("a"), row({ a: 2n }).name("a"), row({ a: true }).name("a"), row({ a: "x" }).name("a")]).toEqual(["10", "2", "true", "x"]);
  });

  it.each([
    [() => row({ a: 1 }).text("a"), "data/bad-row", 'needs text in its field "a", got 1'],
    [() => row({ a: null }).text("a"), "data/bad-row", 'needs text in its field "a", got null'],
    [() => row({ a: new Uint8Array(2) }).text("a"), "data/not-utf8", 'is not UTF-8 in its field "a"'],
    [() => row({ toLower: 1 }).text("toString"), "data/missing-column", 'needs a field "toString", and has toLower'],
    [() => row({ a: "" }).number("a"), "data/bad-row", 'needs a number in its field "a", got ""'],
    [() => row({ a: true }).number("a"), "data/bad-row", "needs a number"],
    [() => row({ a: "1e999" }).number("a"), "data/bad-row", "needs a number"],
    [() => row({ a: -1 }).integer("a"), "data/bad-row", "needs a whole number"],
    [() => row({ a: [1] }).row("a"), "data/bad-row", 'needs an object in its field "a", got an array'],
    [() => row({ a: {} }).rows("a"), "data/bad-row", 'needs a list in its field "a", got object'],
    [() => row({ a: ["x", 1] }).texts("a"), "data/bad-row", 'needs a list of texts in its field "a"'],
    [() => row({ a: "x".repeat(500) }).number("a"), "data/bad-row", `needs a number in its field "a", got "${"x".repeat(59)}...`],
  ])("throw what is wrong with the place (case %#)", (read, code, message) => {
    expect(read).toThrow(refused(code, message));
  });

  it("of a nested row have its place", () => {
    expect(() => row({ a: [{ b: 1 }] }).rows("a")[0]!.text("b")).toThrow(refused("data/bad-row", 'needs text in its field "b"'));
    expect(row({ a: { b: "x" } }).row("a").text("b")).toBe("x");
  });
});
