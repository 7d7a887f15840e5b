import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { DataError } from "./data-error.js";
import { writing } from "./writing.js";

/** Holds a process and its machine: `pid host`. */
const LOCK_NAME = "prepare.lock";

/**
 * Takes a folder for this process until the function that it gives is called. The lock of a process of this machine that has ended is taken over.
 * Throws `data/locked` where another process has the folder, or `data/write-failed`.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK_NAME);
  const owner = `${process.pid} ${hostname()}`;
  while (!await wroteFirst(path, owner)) {
    const other = await readFile(path, "utf8").catch(() => undefined);
    if (other !== undefined) await takeFromDead(path, other); // Else its owner has just given it back.
  }
  return () => rm(path, { force: true });
}

/** Whether the file was written; false where there is one already. */
async function wroteFirst(path: string, content: string): Promise<boolean> {
  try {
    await writing(path, writeFile(path, content, { flag: "wx" }));
    return true;
  } catch (error) {
    if (((error as Error).cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    await rm(path, { force: true }).catch(() => undefined); // A full disk may have taken the name and not the content.
    throw error;
  }
}

/** Removes a lock whose owner has ended; throws `data/locked` where it may still work. */
async function takeFromDead(path: string, owner: string): Promise<void> {
  const [pid, host] = owner.split(" ");
  if (host !== hostname() || isAlive(Number(pid))) throw locked(path, owner);
  const aside = `${path}.${process.pid}.tmp`;
  await rename(path, aside).catch(() => undefined); // Another process may have been faster.
  const taken = await readFile(aside, "utf8").catch(() => owner);
  if (taken !== owner) { // That of a process that came in between.
    await rename(aside, path);
    throw locked(path, taken);
  }
  await rm(aside, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function locked(path: string, owner: string): DataError {
  const [pid = "", host = ""] = owner.split(" ");
  const who = pid === "" ? "another process" : `process ${pid} on ${host}`;
  return new DataError("data/locked", `data: ${who} prepares a corpus in this folder; wait until it ends, or delete ${path} if there is no such process`);
}
