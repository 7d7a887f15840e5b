import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writeError, writeFileAtomically } from "./atomic-write.js";
import { temporaryFolder } from "./temporary-folder.js";

const at = temporaryFolder();

describe("writeFileAtomically", () => {
  it("writes parts one after the other, over what was there, in folders that it makes", () => {
    writeFileAtomically(at("a", "b", "file"), "old and longer");
    writeFileAtomically(at("a", "b", "file"), [Uint8Array.of(104, 105), new Uint8Array(0), Uint8Array.of(33)]);
    expect(readFileSync(at("a", "b", "file"), "utf8")).toBe("hi!");
    expect(readdirSync(at("a", "b"))).toEqual(["file"]);
  });

  it("leaves nothing behind where it fails", () => {
    mkdirSync(at("taken", "inside"), { recursive: true });
    expect(() => writeFileAtomically(at("taken"), "x")).toThrow(expect.objectContaining({ code: "nn/write-failed" }));
    expect(readdirSync(at("")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(readdirSync(at("taken"))).toEqual(["inside"]);
  });

  it("says so where a part of the path is a file", () => {
    writeFileSync(at("plain"), "");
    for (const path of [at("plain", "x"), at("plain", "x", "y")]) {
      expect(() => writeFileAtomically(path, "x")).toThrow(expect.objectContaining({ code: "nn/write-failed", message: expect.stringContaining("a part of the path is a file") }));
    }
  });
});

describe("writeError", () => {
  it.each([["ENOSPC", "the disk is full"], ["EACCES", "permission denied"], ["EROFS", "read-only"], ["EIO", "boom"]])("explains %s", (code, text) => {
    const { message } = writeError("file", Object.assign(new Error("boom"), { code }));
    expect(message).toContain(text);
    expect(message).toContain("file");
  });
});
