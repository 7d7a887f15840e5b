import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { installedText, ownText } from "./text-source.js";

let folder = "";
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "bort-text-")); });
afterEach(() => rmSync(folder, { recursive: true }));

function installReadmes(count: number): void {
  for (let i = 0; i < count; i++) {
    mkdirSync(join(folder, `p${i}`));
    writeFileSync(join(folder, `p${i}`, "package.json"), "{}");
    writeFileSync(join(folder, `p${i}`, "README.md"), `The package with the name ${"abcdefghijklmnopqrstuvwxyz"[i]!.repeat(4)} does something of its own.`);
  }
}

it("the documentation in packages is text whose parts are told apart, the same each time", async () => {
  installReadmes(26);
  const text = await installedText(folder);
  const documents = [...(text.documents() as Iterable<string>)];
  expect(documents).toHaveLength(26);
  expect(new Set(documents.map((document) => text.splitOf(document)))).toEqual(new Set(["train", "validation"]));
  expect((await installedText(folder)).fingerprint).toBe(text.fingerprint);
  rmSync(join(folder, "p3"), { recursive: true });
  expect((await installedText(folder)).fingerprint).not.toBe(text.fingerprint);
});

it("own text holds out about the share asked for", async () => {
  writeFileSync(join(folder, "a.txt"), Array.from({ length: 2000 }, (_, i) => `Document ${i}.`).join("\n\n"));
  const text = await ownText([folder], 0.1);
  let heldOut = 0;
  for await (const document of text.documents()) if (text.splitOf(document) === "validation") heldOut++;
  expect(heldOut).toBeGreaterThan(150);
  expect(heldOut).toBeLessThan(250);
  expect(text.name).toMatch(/MB in 1 file$/);
});
