import { closeSync, openSync, readSync } from "node:fs";
import { CliError } from "./cli-error.js";

/** The longest file that is read whole: 1 MiB. */
const longestFile = 2 ** 20;

/** A small file's text, of which never more than 1 MiB and a byte is read; @throws CliError `cli/bad-json` where it cannot be read or is longer */
export function readTextFile(path: string): string {
  const bytes = Buffer.alloc(longestFile + 1);
  let length = 0;
  try {
    const file = openSync(path, "r");
    try {
      for (let read = -1; read !== 0 && length < bytes.length; length += read) read = readSync(file, bytes, length, bytes.length - length, null);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new CliError("cli/bad-json", `cannot read ${path} (${(cause as NodeJS.ErrnoException).code}); check the path`, { cause });
  }
  if (length > longestFile) throw new CliError("cli/bad-json", `${path} must have at most ${longestFile} bytes, got more; give the JSON alone`);
  return bytes.toString("utf8", 0, length);
}
