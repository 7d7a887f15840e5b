import { constants, accessSync, existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { makeFolder } from "@bort/nn";
import { CliError } from "./cli-error.js";

/** A folder that a command writes to, and which of its contents the command made. */
export class OutputFolder {
  readonly path: string;
  readonly #before: ReadonlySet<string>;
  /** The topmost folder of the path that was not there. */
  readonly #created: string | undefined;

  private constructor(path: string, created: string | undefined) {
    this.path = path;
    this.#created = created;
    this.#before = new Set(readdirSync(path));
  }

  /** Says whether the folder can be written to or made, and touches nothing; @throws CliError `cli/write-failed` */
  static check(path: string): void {
    let existing = resolve(path);
    while (!existsSync(existing)) existing = dirname(existing);
    try {
      if (!statSync(existing).isDirectory()) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
      accessSync(existing, constants.W_OK);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  /**
   * Does work in the folder, which is made where it is not there. Where the work fails, all that it made is removed, unless `worthKeeping` says otherwise.
   *
   * @throws NnError `nn/write-failed`; what `work` throws
   */
  static async use<Result>(path: string, work: () => Promise<Result>, worthKeeping: (error: unknown) => boolean = () => false): Promise<Result> {
    const folder = new OutputFolder(path, makeFolder(path));
    try {
      return await work();
    } catch (error) {
      if (!worthKeeping(error)) folder.#takeBack();
      throw error;
    }
  }

  #takeBack(): void {
    for (const name of readdirSync(this.path)) if (!this.#before.has(name)) rmSync(join(this.path, name), { recursive: true, force: true });
    if (this.#created !== undefined) rmSync(this.#created, { recursive: true, force: true });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOTDIR: "a part of the path is a file", EEXIST: "a part of the path is a file", EACCES: "permission denied", EROFS: "the file system is read-only",
  ENOSPC: "the disk is full", ENOENT: "there can be no such folder",
};

/** What went wrong while `path` was written, in one line. */
export function cannotWrite(path: string, cause: unknown): CliError {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const advice = code === "ENOSPC" ? "free some room" : "choose another folder";
  return new CliError("cli/write-failed", `cannot write ${path}: ${reasons[code] ?? message}; ${advice}`, { cause });
}
