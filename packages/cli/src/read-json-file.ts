import { readFileSync } from "node:fs";
import { CliError } from "./cli-error.js";

/** A file of JSON, parsed; @throws CliError `cli/bad-json` where it cannot be read or is none */
export function readJsonFile(path: string): unknown {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (cause) {
    throw new CliError("cli/bad-json", `cannot read ${path} (${(cause as NodeJS.ErrnoException).code}); check the path`, { cause });
  }
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new CliError("cli/bad-json", `${path} is not JSON: ${(cause as Error).message.replace(/\s+/g, " ")}; correct it`, { cause });
  }
}
