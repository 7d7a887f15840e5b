import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (...path: string[]): string => readFileSync(join(root, ...path), "utf8");
const licenseOf = (...folder: string[]): unknown => (JSON.parse(read(...folder, "package.json")) as { license?: unknown }).license;

it.each(readdirSync(join(root, "packages")))("@bort/%s names the project's license, and has its text for npm to pack", (name) => {
  expect(licenseOf("packages", name)).toBe(licenseOf());
  expect(read("packages", name, "LICENSE")).toBe(read("LICENSE"));
});
