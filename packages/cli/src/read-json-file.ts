import { CliError } from "./cli-error.js";
import { readTextFile } from "./read-text-file.js";

/** A file of JSON, parsed; @throws CliError `cli/bad-json` where it cannot be read, is longer than 1 MiB or is none */
export function readJsonFile(path: string): unknown {
  const content = readTextFile(path);
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new CliError("cli/bad-json", `${path} is not JSON: ${(cause as Error).message.replace(/\s+/g, " ")}; correct it`, { cause });
  }
}
