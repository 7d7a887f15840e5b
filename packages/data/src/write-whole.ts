import { open, rename, rm } from "node:fs/promises";
import { writing } from "./writing.js";

/** Writes a small file that is there whole or not at all: under a temporary name first, flushed to the disk, then renamed. Throws `data/write-failed`. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const handle = await writing(path, open(temporary, "w"));
    await writing(path, handle.writeFile(text).then(() => handle.sync()).finally(() => handle.close()));
    await writing(path, rename(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
