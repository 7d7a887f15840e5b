import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const root = mkdtempSync(join(tmpdir(), "bort-tasks-"));

/** For tests: a new folder with files of these contents, which is removed when the test file is done. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(root, "set-"));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** Lines of tab-separated fields. */
export const tsv = (...rows: readonly (readonly (string | number)[])[]): string => rows.map((row) => `${row.join("\t")}\n`).join("");

/** Lines of JSON. */
export const jsonl = (...rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** The real data sets, where they are. */
export const realData: string = process.env["BORT_DATA"] ?? fileURLToPath(new URL("../../../../../shared/data", import.meta.url));
export const hasRealData: boolean = existsSync(join(realData, "glue"));

afterAll(() => rmSync(root, { recursive: true }));
