import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { writeFailed } from "./writing.js";

/** A lock file that this process made. */
export interface ProcessLock {
  /** Removes the file; once is enough. */
  release(): void;
}

/** The lock, or who has it: `process 12`, or of another machine `process 12 on its-name (delete the lock file if that has ended)`. */
export type LockAttempt = { readonly taken: true; readonly lock: ProcessLock } | { readonly taken: false; readonly holder: string };

/**
 * Makes a lock file, which keeps other processes from what it stands for until it is released.
 *
 * The file names its process and machine. One that a process of this machine left behind when it was killed is taken over; on Linux that is told
 * even where another process has the same number by now. Whether a process of another machine still runs cannot be told, so its lock stays.
 * The file appears with its content, so that no one reads half of it.
 *
 * @throws DataError `data/write-failed`
 */
export function tryProcessLock(path: string): LockAttempt {
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), started: startedOf(process.pid) });
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    writeFileSync(temporary, mine, { flag: "wx" });
    for (;;) {
      if (succeeds(() => linkSync(temporary, path), "EEXIST")) return { taken: true, lock: { release: () => release(path, mine) } };
      const holder = holderOf(path, temporary);
      if (holder !== undefined) return { taken: false, holder };
    }
  } catch (error) {
    throw writeFailed(path, error);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function release(path: string, mine: string): void {
  if (textOf(path) === mine) rmSync(path, { force: true });
}

/** Who has the lock, or is about to take it over; `undefined` where it was released or has now been removed, because its process is gone. */
function holderOf(path: string, temporary: string): string | undefined {
  const theirs = textOf(path);
  if (theirs === undefined) return undefined;
  return livingHolder(path, theirs) ?? discard(path, theirs, temporary);
}

/** Removes a lock that was left behind. Of several processes that found it one alone may, lest the others remove the new lock of the first. */
function discard(path: string, stale: string, temporary: string): string | undefined {
  const guard = `${path}.guard`;
  if (!succeeds(() => linkSync(temporary, guard), "EEXIST")) {
    const theirs = textOf(guard);
    const holder = theirs === undefined ? undefined : livingHolder(guard, theirs);
    if (theirs !== undefined && holder === undefined) rmSync(guard, { force: true }); // Its process was killed between these lines.
    return holder;
  }
  try {
    if (textOf(path) === stale) rmSync(path);
  } finally {
    rmSync(guard, { force: true });
  }
  return undefined;
}

/** The process that a lock names, if it may still run; a file that names none is one that a crash of the machine cut short. */
function livingHolder(path: string, text: string): string | undefined {
  const { pid, host, started } = parsed(text);
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid < 1) return undefined;
  if (typeof host === "string" && host !== hostname()) return `process ${pid} on ${host} (delete ${path} if that has ended)`;
  if (!exists(pid)) return undefined;
  const now = startedOf(pid);
  return started === undefined || now === undefined || now === started ? `process ${pid}` : undefined;
}

function parsed(text: string): { readonly pid?: unknown; readonly host?: unknown; readonly started?: unknown } {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}

/** Whether there is a process of that number, this user's or another's. */
function exists(pid: number): boolean {
  return succeeds(() => {
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (codeOf(error) !== "EPERM") throw error;
    }
  }, "ESRCH");
}

/** When a process was started, in ticks since which start of the machine; "ended" for one that waits to be buried; `undefined` where no /proc tells. */
function startedOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // From the third field on: the second, a name in parentheses, may hold anything.
    return /^[ZX]/.test(fields[0]!) ? "ended" : `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether `act` did its work; an error of another code than the one expected is thrown. */
function succeeds(act: () => void, expected: string): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (codeOf(error) === expected) return false;
    throw error;
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
