import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { betterCore, processorFeatures } from "./openblas-core.js";

const avx2 = ["sse4_2", "avx", "avx2", "fma"];
const avx512 = [...avx2, "avx512f", "avx512dq", "avx512cd", "avx512bw", "avx512vl"];

describe("betterCore", () => {
  it.each([
    ["a new processor that it takes for an old one", "Prescott", avx512, "SkylakeX"],
    ["one with AVX2 alone", "Nehalem", avx2, "Haswell"],
    ["one with a part of AVX-512", "Sandybridge", [...avx2, "avx512f", "avx512cd"], "Haswell"],
    ["one that is old", "Nehalem", ["sse4_2"], undefined],
    ["one that it knows", "Zen", avx512, undefined],
    ["one of which nothing is known", "Prescott", [], undefined],
  ])("%s", (_, core, features, wanted) => expect(betterCore(core, new Set(features))).toBe(wanted));
});

describe("processorFeatures", () => {
  const listed = (text: string): string[] => {
    const folder = mkdtempSync(join(tmpdir(), "bort-cpuinfo-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "cpuinfo"), text);
    return [...processorFeatures(join(folder, "cpuinfo"))];
  };
  it("reads the flags of the first processor", () =>
    expect(listed("processor\t: 0\nflags\t\t: fpu avx2 fma\nbugs\t: x\n\nprocessor\t: 1\nflags\t\t: other\n")).toEqual(["fpu", "avx2", "fma"]));
  it("finds none where there are none", () => {
    expect(listed("Features\t: fp asimd\n")).toEqual([]);
    expect([...processorFeatures("/nowhere/cpuinfo")]).toEqual([]);
  });
});
