import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tryProcessLock } from "@bort/data";
import { makeFolder, writeFileAtomically } from "@bort/nn";
import { ReproductionError } from "./reproduction-error.js";

/** What a run's results depend on, for comparing: plain values by the names of the options that decide them. */
export type RunFacts = Readonly<Record<string, string | number>>;

/**
 * Does the work of a run in a folder that is its own: one process at a time, and a folder with an earlier run only where all facts are the same.
 *
 * @throws ReproductionError `reproduction/folder-in-use`, `reproduction/other-run`; NnError `nn/write-failed`; what `work` throws
 */
export async function inRunFolder<Result>(folder: string, facts: RunFacts, work: () => Promise<Result>): Promise<Result> {
  makeFolder(folder);
  const attempt = tryProcessLock(join(folder, "run.lock"));
  if (!attempt.taken) throw new ReproductionError("reproduction/folder-in-use", `${folder} is in use by ${attempt.holder}; wait until that ends, or give another --out`);
  try {
    requireSameRun(folder, facts);
    return await work();
  } finally {
    attempt.lock.release();
  }
}

function requireSameRun(folder: string, facts: RunFacts): void {
  const path = join(folder, "run.json");
  if (!existsSync(path)) return writeFileAtomically(path, `${JSON.stringify(facts, null, 2)}\n`);
  const before = JSON.parse(readFileSync(path, "utf8")) as RunFacts;
  const other = Object.keys({ ...before, ...facts }).find((name) => before[name] !== facts[name]);
  if (other === undefined) return;
  throw new ReproductionError("reproduction/other-run",
    `${folder} holds a run with ${other} ${before[other] ?? "not given"}, and this one has ${facts[other] ?? "none"}; give the same, or another --out`);
}
