import { describe, expect, it } from "vitest";
import { globPattern } from "./glob-pattern.js";

describe("globPattern", () => {
  it.each<[string, string, number, string[], string[]]>([
    ["data/*.txt", "data", 0, ["a.txt", ".txt"], ["a/b.txt", "a.txt.gz", "aXtxt"]],
    ["/data/part-??.jsonl.gz", "/data", 0, ["part-01.jsonl.gz"], ["part-1.jsonl.gz", "part-001.jsonl.gz"]],
    ["*/train/*.parquet", ".", 2, ["en/train/0.parquet"], ["train/0.parquet", "en/test/0.parquet", "en/a/train/0.parquet"]],
    ["/**/a+b(1).txt", "/", Infinity, ["a+b(1).txt", "x/y/a+b(1).txt"], ["xa+b(1).txt", "aab(1).txt"]],
    ["data/**", "data", Infinity, ["a.txt", "b/c.txt"], []],
    ["data/a**b/c", "data", 1, ["ab/c", "axb/c"], ["a/b/c"]],
  ])("reads %s", (path, root, depth, matching, others) => {
    const glob = globPattern(path)!;
    expect([glob.root, glob.depth]).toEqual([root, depth]);
    expect(matching.filter((name) => !glob.matches(name))).toEqual([]);
    expect(others.filter((name) => glob.matches(name))).toEqual([]);
  });

  it("is none where a path has no wildcard", () => expect(globPattern("data/[a]{b}.txt")).toBeUndefined());
});
