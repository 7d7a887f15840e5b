import { DataError } from "./data-error.js";

/** The error for a file or folder that the system would not read. */
export function readFailed(path: string, cause: unknown): DataError {
  return new DataError("data/read-failed", `data: cannot read ${path} (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`, { cause });
}
