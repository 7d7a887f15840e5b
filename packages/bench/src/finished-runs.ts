import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "@bort/nn";
import { BenchError } from "./bench-error.js";

/** What the runs of an experiment found, by name, on disk: an experiment that was cut off goes on after its last finished run. */
export interface FinishedRuns<Result> {
  /** The result of the run `name`: of an earlier process, or made now and written down. */
  run(name: string, make: () => Promise<Result>): Promise<Result>;
  /** Whether the run `name` is written down. */
  has(name: string): boolean;
  /** The result of the run `name`, where it is written down. */
  find(name: string): Result | undefined;
}

/**
 * Opens a file of JSON lines, a header with the settings and a line a run; a last line that was cut short is dropped.
 *
 * @throws BenchError `bench/other-run` where the file is of other settings, or no such file
 */
export function openFinishedRuns<Result>(path: string, settings: object): FinishedRuns<Result> {
  const header = JSON.stringify({ settings });
  const lines = wholeLines(path);
  if (lines.length > 0 && lines[0] !== header) {
    throw new BenchError("bench/other-run", `bench: ${path} must be of the same settings, got ${lines[0]!.slice(0, 200)}; restore them, or give another folder`);
  }
  if (lines.length === 0) appendFileSync(path, `${header}\n`);
  const finished = new Map(lines.slice(1).map((line): [string, Result] => {
    const { name, result } = JSON.parse(line) as { readonly name: string; readonly result: Result };
    return [name, result];
  }));
  return {
    has: (name) => finished.has(name),
    find: (name) => finished.get(name),
    run: async (name, make) => {
      const known = finished.get(name);
      if (known !== undefined) return known;
      const result = await make();
      appendFileSync(path, `${JSON.stringify({ name, result })}\n`);
      finished.set(name, result);
      return result;
    },
  };
}

/** The whole lines of a file, which is cut after the last. */
function wholeLines(path: string): string[] {
  makeFolder(dirname(path));
  if (!existsSync(path)) return [];
  const text = readFileSync(path, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  truncateSync(path, Buffer.byteLength(whole));
  return whole.split("\n").slice(0, -1);
}
