import { tryProcessLock } from "@bort/data";
import { CliError } from "./cli-error.js";

/** Does work at a place where one process may work at a time, by a lock that is a file; @throws CliError `cli/folder-in-use` while another does */
export async function workingAlone<Result>(place: string, lockPath: string, work: () => Promise<Result>): Promise<Result> {
  const attempt = tryProcessLock(lockPath);
  if (!attempt.taken) throw new CliError("cli/folder-in-use", `${place} is in use by ${attempt.holder}; wait until that ends, or give another --out`);
  try {
    return await work();
  } finally {
    attempt.lock.release();
  }
}
