import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { contentHashOf, hasContent } from "./content-hash.js";

const folder = mkdtempSync(join(tmpdir(), "bort-hub-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** By `git hash-object` and `sha256sum`. */
const hello = { git: "ce013625030ba8dba906f756967f9e9ca394464a", sha256: "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03" };

describe("contentHashOf", () => {
  it("tells the two kinds by their length, quoted or weak", () => {
    expect(contentHashOf(`"${hello.git}"`)).toEqual({ kind: "git-sha1", hex: hello.git });
    expect(contentHashOf(`W/"${hello.sha256}"`)).toEqual({ kind: "sha256", hex: hello.sha256 });
    expect(contentHashOf(hello.sha256)?.kind).toBe("sha256");
  });

  it.each([null, "", '"abc"', `"${hello.git}-gzip"`, `"../${hello.git}"`])("finds none in %s", (etag) => expect(contentHashOf(etag)).toBeUndefined());
});

describe("hasContent", () => {
  it.each([["git-sha1", hello.git], ["sha256", hello.sha256]] as const)("knows git's and others' hash of a file: %s", async (kind, hex) => {
    const path = join(folder, "hello");
    writeFileSync(path, "hello\n");
    expect(await hasContent(path, 6, { kind, hex })).toBe(true);
    writeFileSync(path, "hellO\n");
    expect(await hasContent(path, 6, { kind, hex })).toBe(false);
  });
});
