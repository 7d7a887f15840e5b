import { DataError } from "./data-error.js";

/** What `result` resolves to; throws `data/write-failed` where it rejects. */
export async function writing<T>(path: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOSPC" ? "the disk is full; free some space" : code;
    throw new DataError("data/write-failed", `data: cannot write ${path} (${why})`, { cause });
  }
}
