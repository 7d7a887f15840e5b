import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { processExecutor, type ProcessExecutorOptions } from "./process-executor.js";
import { type TrialReport } from "./trial-executor.js";

const folder = mkdtempSync(join(tmpdir(), "bort-trials-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const module = new URL("../test-fixtures/trials.mjs", import.meta.url);

interface ToyInput {
  readonly milliseconds?: number;
  readonly diary?: string;
  readonly ways?: Readonly<Record<string, string>>;
}

type Report = TrialReport<{ readonly step: number; readonly threads: number }, number>;
type Options = Partial<ProcessExecutorOptions<ToyInput>> & { readonly signal?: AbortSignal };

const words = ["a", "bb", "ccc", "dddd"];

function run(input: ToyInput = {}, { signal = new AbortController().signal, ...options }: Options = {}): AsyncGenerator<Report, void, void> {
  const executor = processExecutor<string, ToyInput, { step: number; threads: number }, number>({ module, exportName: "toyTrial", input, workers: 2, threads: 1, ...options });
  return executor.run(words.map((task, i) => ({ id: 10 + i, task })), { signal });
}

async function reportsOf(reports: AsyncGenerator<Report, void, void>): Promise<Report[]> {
  const all: Report[] = [];
  for await (const report of reports) all.push(report);
  return all;
}

const lines = (diary: string): string[] => readFileSync(diary, "utf8").trimEnd().split("\n");

describe("processExecutor", () => {
  it("gives every trial's progress and result, and its share of threads", async () => {
    const reports = await reportsOf(run({}, { workers: 3, threads: 7 }));
    for (const [i, word] of words.entries()) {
      expect(reports.filter(({ id }) => id === 10 + i)).toEqual([
        { type: "progress", id: 10 + i, progress: { step: 1, threads: 7 } }, { type: "progress", id: 10 + i, progress: { step: 2, threads: 7 } },
        { type: "finished", id: 10 + i, result: word.length, seconds: expect.any(Number) },
      ]);
    }
    expect(reports).toHaveLength(12);
  });

  it("runs as many trials at a time as there are workers, and no more", async () => {
    const diary = join(folder, "workers");
    await reportsOf(run({ diary, milliseconds: 2000 }, { workers: 3 }));
    let running = 0;
    const loads = lines(diary).map((line) => (line.startsWith("begin") ? ++running : --running));
    expect(Math.max(...loads)).toBe(3);
    expect(loads).toHaveLength(8);
  });

  it("fails a trial that throws, exits, crashes or runs out of time, and goes on", async () => {
    const ways = { a: "throws", bb: "exits", ccc: "crashes", dddd: "hangs" };
    const failed = (await reportsOf(run({ ways }, { timeLimitMs: 3000 }))).flatMap((report) => (report.type === "failed" ? [[report.id, report.reason]] : []));
    expect(Object.fromEntries(failed)).toEqual({
      10: "it threw: no such word", 11: "its process exited with code 3", 12: "its process was ended by SIGSEGV", 13: "it was not over within 3000 ms",
    });
  });

  it.each([
    ["a module that is not there", { module: new URL("absent.mjs", module) }, {}, "isolate/bad-module"],
    ["a function that is not there", { exportName: "absent" }, {}, "isolate/bad-module"],
    ["a result that cannot be sent", {}, { ways: { a: "unclonable" } }, "isolate/not-cloneable"],
  ] as const)("throws for %s, which every trial would meet", async (_, changes, input, code) => {
    await expect(reportsOf(run(input, changes))).rejects.toMatchObject({ code });
  });

  it.each([{ workers: 0 }, { workers: 1.5 }, { threads: 0 }])("refuses %o", (changes) => {
    expect(() => run({}, changes)).toThrow(expect.objectContaining({ code: "trials/bad-option" }));
  });

  it("takes an abort to the children", async () => {
    const stop = new AbortController();
    const consume = async (): Promise<void> => {
      for await (const { type, id } of run({ milliseconds: 60_000 }, { signal: stop.signal })) if (type === "progress" && id === 11) stop.abort(new Error("enough"));
    };
    await expect(consume()).rejects.toThrow("enough");
    await expect.poll(() => process.getActiveResourcesInfo(), { timeout: 10_000 }).not.toContain("ProcessWrap");
  });

  it("kills a child that does not heed an abort", async () => {
    const stop = new AbortController();
    const consume = async (): Promise<void> => {
      for await (const report of run({ ways: { a: "hangs", bb: "hangs" } }, { abortGraceMs: 300, signal: stop.signal })) {
        if (report.type === "progress" && report.progress.step === 2) setTimeout(() => stop.abort(new Error("enough")), 100);
      }
    };
    await expect(consume()).rejects.toThrow("enough");
  });

  it("leaves no child behind when the consumer leaves", async () => {
    const diary = join(folder, "left");
    for await (const { type } of run({ diary, milliseconds: 200 })) if (type === "finished") break;
    const noted = existsSync(diary) ? lines(diary).length : 0;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(lines(diary)).toHaveLength(noted);
  });
});
