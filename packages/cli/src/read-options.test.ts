import { describe, expect, it } from "vitest";
import { choice, count, decimal, decimals, flag, integer, list, required, text, withDefault } from "./options.js";
import { readOptions } from "./read-options.js";

const table = {
  corpus: list("PATH", ""), steps: required(integer("", 1)), seed: withDefault(integer("", 0), 7), rate: decimal(""), name: text("NAME", ""),
  order: withDefault(choice(["up", "down"], ""), "up"), json: flag(""), shares: decimals(""), size: count(""),
};
const least = ["--corpus", "a", "--steps", "3"];

describe("readOptions", () => {
  it("reads values, defaults and flags", () => {
    expect(readOptions([...least, "--rate=1e-3", "--json", "--order", "down"], table).options)
      .toEqual({ corpus: ["a"], steps: 3, seed: 7, rate: 0.001, name: undefined, order: "down", json: true, shares: [] });
  });

  it("gives a list every value up to the next option, as often as it is named", () => {
    expect(readOptions(["--corpus", "a", "b", "--steps", "1", "--corpus=c", "d"], table)).toMatchObject({ options: { corpus: ["a", "b", "c", "d"] }, positionals: [] });
  });

  it("gives a list of numbers as numbers", () => {
    expect(readOptions([...least, "--shares", "3", ".5", "--shares", "1e2"], table).options.shares).toEqual([3, 0.5, 100]);
  });

  it.each([["66M", 66e6], ["43.5m", 43.5e6], ["7k", 7e3], [".5G", 5e8], ["66e6", 66e6], ["12", 12]])("reads the count %s as %d", (written, size) => {
    expect(readOptions([...least, "--size", written], table).options.size).toBe(size);
  });

  it("keeps apart what belongs to no list, and what stands behind --", () => {
    expect(readOptions(["x", ...least, "y", "--corpus", "b", "--", "--z"], table)).toMatchObject({ options: { corpus: ["a", "b"] }, positionals: ["x", "y", "--z"] });
  });

  it.each([
    ["an unknown option, naming the nearest", [...least, "--sede", "1"], "--seed"],
    ["a short option", [...least, "-s"], "-s"],
    ["a negation that there is not", [...least, "--no-json"], "--json"],
    ["a missing option", ["--corpus", "a"], "--steps is missing"],
    ["a missing list", ["--steps", "1"], "--corpus is missing"],
    ["an option without its value", [...least, "--name"], "--name needs a value"],
    ["an option followed by another", [...least, "--name", "--json"], "--name needs a value"],
    ["an empty value", [...least, "--name="], "--name needs a value"],
    ["a flag with a value", [...least, "--json=yes"], "--json takes no value"],
    ["an option given twice", [...least, "--seed", "1", "--seed", "2"], "--seed is given twice"],
    ["words for a number", [...least, "--seed", "one"], '"one"'],
    ["a fraction for a whole number", [...least, "--seed", "1.5"], "whole number"],
    ["a number below the least", [...least, "--seed", "-1"], "from 0"],
    ["words for a decimal", [...least, "--rate", "1e"], '"1e"'],
    ["a hexadecimal number", [...least, "--rate", "0x10"], '"0x10"'],
    ["a count of no number", [...least, "--size", "M"], "such as 66e6 or 66M, with k, M or G"],
    ["a count with another letter", [...least, "--size", "6T"], '"6T"'],
    ["a letter of counts for a decimal", [...least, "--rate", "6M"], '"6M"'],
    ["words among numbers", [...least, "--shares", "1", "two"], '"two"'],
    ["a choice that there is not", [...least, "--order", "left"], "up, down"],
  ])("refuses %s", (_, args, told) => {
    expect(() => readOptions(args, table)).toThrow(expect.objectContaining({ code: "cli/usage", message: expect.stringContaining(told) }));
  });
});
