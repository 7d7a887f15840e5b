import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { makeFolder, writeError, writeFileAtomically } from "./atomic-write.js";
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

describe("makeFolder", () => {
  it("makes what is missing, and says which is the topmost of it", () => {
    expect(makeFolder(at("top", "middle", "low"))).toBe(at("top"));
    expect(makeFolder(at("top", "middle", "other"))).toBe(at("top", "middle", "other"));
    expect(makeFolder(at("top"))).toBeUndefined();
  });

  it("does not mind others that make the same at the same time: one of them made each", async () => {
    const bundle = at("atomic-write.mjs");
    await build({ entryPoints: [fileURLToPath(new URL("./atomic-write.ts", import.meta.url))], outfile: bundle, bundle: true, platform: "node", format: "esm", packages: "external", conditions: ["@bort/source"] });
    const program = `
      import { makeFolder } from ${JSON.stringify(pathToFileURL(bundle).href)};
      process.stdin.once("data", () => {
        const made = Array.from({ length: 200 }, (_, i) => makeFolder(${JSON.stringify(at("race"))} + "/" + i + "/within")).filter((folder) => folder !== undefined);
        process.stdout.write(JSON.stringify(made));
      });
      process.stdout.write("ready");`;
    mkdirSync(at("race"));
    const makers = Array.from({ length: 3 }, () => spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "inherit"] }));
    const said = async ({ stdout }: (typeof makers)[number]): Promise<string> => String((await once(stdout, "data") as [Buffer])[0]);
    await Promise.all(makers.map(said));
    const answers = makers.map(said);
    for (const { stdin } of makers) stdin.write("go");
    const made = (await Promise.all(answers)).flatMap((answer) => JSON.parse(answer) as string[]).filter((folder) => !folder.endsWith("within"));
    for (const maker of makers) maker.kill();
    expect(made.map((folder) => basename(folder)).sort()).toEqual(Array.from({ length: 200 }, (_, i) => String(i)).sort());
  });
});

describe("writeError", () => {
  it.each([["ENOSPC", "the disk is full"], ["EACCES", "permission denied"], ["EROFS", "read-only"], ["EIO", "boom"]])("explains %s", (code, text) => {
    const { message } = writeError("file", Object.assign(new Error("boom"), { code }));
    expect(message).toContain(text);
    expect(message).toContain("file");
  });
});
