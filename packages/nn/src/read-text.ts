import { readFileSync } from "node:fs";
import { NnError } from "./nn-error.js";

/** Reads a UTF-8 file; @throws NnError `nn/missing-path` with the advice where there is none */
export function readText(path: string, advice: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw missingPath(path, error, advice);
  }
}

/** Reads a JSON file; @throws NnError `nn/missing-path`, `nn/bad-model-folder` */
export function readJson(path: string, advice: string): unknown {
  try {
    return JSON.parse(readText(path, advice));
  } catch (error) {
    throw error instanceof SyntaxError ? new NnError("nn/bad-model-folder", `nn: ${path} is not JSON; restore it from a copy`) : error;
  }
}

/** What went wrong with reading a file, in one line. */
export function missingPath(path: string, error: unknown, advice: string): NnError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new NnError("nn/missing-path", code === "ENOENT" ? `nn: there is no file ${path}; ${advice}` : `nn: cannot read ${path}: ${message}`);
}
