import { DataError } from "./data-error.js";

/** What `result` resolves to; throws `data/write-failed` where it rejects. */
export async function writing<T>(path: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    throw writeFailed(path, cause);
  }
}

/** The error for a file that the system would not write. */
export function writeFailed(path: string, cause: unknown): DataError {
  const { code } = cause as NodeJS.ErrnoException;
  const why = code === "ENOSPC" ? "the disk is full; free some space" : code;
  return new DataError("data/write-failed", `data: cannot write ${path} (${why})`, { cause });
}
