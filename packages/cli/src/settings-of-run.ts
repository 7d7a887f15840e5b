import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Casting } from "@bort/data";
import { readJsonFile } from "./read-json-file.js";

/** What a model was trained or pruned for, by the `run.json` beside it; nothing where there is none. */
export function settingsOfRun(folder: string): { readonly task?: string; readonly casting?: Casting } {
  const path = join(folder, "run.json");
  return existsSync(path) ? (readJsonFile(path) as { readonly settings?: object } | null)?.settings ?? {} : {};
}
