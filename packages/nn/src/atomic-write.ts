import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { byteParts } from "./byte-parts.js";
import { NnError } from "./nn-error.js";

/**
 * Writes a file that is there whole or not at all: under a temporary name first, flushed to the disk, then renamed.
 *
 * @throws NnError `nn/write-failed` where the folder cannot be written or the disk is full; the old file is then untouched.
 */
export function writeFileAtomically(path: string, parts: readonly Uint8Array[] | string): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  makeFolder(dirname(path));
  try {
    const file = openSync(temporary, "w");
    try {
      for (const part of typeof parts === "string" ? [Buffer.from(parts)] : parts) writeWhole(file, part);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeIfPossible(temporary);
    throw writeError(path, error);
  }
}

/**
 * Makes what is not there of a path, one folder after the other, and returns the topmost that it made and no other process; Node's own recursive form never returns below `/proc`.
 *
 * @throws NnError `nn/write-failed`
 */
export function makeFolder(path: string): string | undefined {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  try {
    return missing.filter(isMadeNow)[0];
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Makes a folder, unless another process has just made it. */
function isMadeNow(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return false;
    throw error;
  }
}

/** Where even this fails, the error that led here is the one to report. */
function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

/** `writeSync` may write less than it was given. */
function writeWhole(file: number, bytes: Uint8Array): void {
  for (const part of byteParts(bytes)) for (let done = 0; done < part.length; ) done += writeSync(file, part, done);
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some room",
  EACCES: "permission denied; choose another folder",
  EROFS: "the file system is read-only; choose another folder",
  ENOTDIR: "a part of the path is a file; choose another folder",
  EEXIST: "a part of the path is a file; choose another folder",
  ENOENT: "there can be no such folder; choose another folder",
};

/** What went wrong with the file system while writing `path`, in one line. */
export function writeError(path: string, error: unknown): NnError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new NnError("nn/write-failed", `nn: cannot write ${path}: ${reasons[code ?? ""] ?? message}`);
}
