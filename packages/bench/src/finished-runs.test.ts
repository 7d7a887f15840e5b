import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openFinishedRuns } from "./finished-runs.js";

let path = "";
beforeEach(() => void (path = join(mkdtempSync(join(tmpdir(), "bort-bench-")), "work", "runs.jsonl")));
afterEach(() => rmSync(join(path, "..", ".."), { recursive: true }));

const never = async (): Promise<number> => { throw new Error("made again"); };

it("makes each run once, over processes, and forgets one that was cut short", async () => {
  const first = openFinishedRuns<number>(path, { steps: 3 });
  expect(await first.run("a", async () => 1)).toBe(1);
  expect(await first.run("a", never)).toBe(1);
  expect(await first.run("b", async () => 2)).toBe(2);
  appendFileSync(path, '{"name":"c","res');
  const second = openFinishedRuns<number>(path, { steps: 3 });
  expect([second.has("a"), second.has("c"), second.find("a"), second.find("c")]).toEqual([true, false, 1, undefined]);
  expect(await second.run("b", never)).toBe(2);
  expect(await second.run("c", async () => 3)).toBe(3);
  expect(readFileSync(path, "utf8").split("\n")).toHaveLength(5);
  expect(await openFinishedRuns<number>(path, { steps: 3 }).run("c", never)).toBe(3);
});

it("does not write down a run that fails", async () => {
  await expect(openFinishedRuns(path, {}).run("a", never)).rejects.toThrow("made again");
  expect(await openFinishedRuns<number>(path, {}).run("a", async () => 1)).toBe(1);
});

it("refuses runs of other settings", async () => {
  openFinishedRuns(path, { steps: 3 });
  expect(() => openFinishedRuns(path, { steps: 4 })).toThrow(expect.objectContaining({ code: "bench/other-run" }));
});
