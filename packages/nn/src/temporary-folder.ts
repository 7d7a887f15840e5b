import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Gives each call a path in a folder that is removed after the tests of the file. */
export function temporaryFolder(): (...path: readonly string[]) => string {
  const folder = mkdtempSync(join(tmpdir(), "bort-nn-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (...path) => join(folder, ...path);
}
