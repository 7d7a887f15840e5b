import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { OutputFolder } from "./output-folder.js";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

/** Writes a file and fails. */
const failIn = (path: string, keep = false): Promise<void> => OutputFolder.use(path, async () => {
  writeFileSync(join(path, "half"), "");
  throw new Error("failed");
}, () => keep);

describe("OutputFolder", () => {
  it("removes every folder that it made where the work fails", async () => {
    await expect(failIn(place.at("x/y/z"))).rejects.toThrow("failed");
    expect(existsSync(place.at("x"))).toBe(false);
  });

  it("removes from a folder that was there only what is new", async () => {
    mkdirSync(place.at("old"));
    place.write("old/kept", "");
    await expect(failIn(place.at("old"))).rejects.toThrow("failed");
    expect(readdirSync(place.at("old"))).toEqual(["kept"]);
  });

  it("keeps all where it is worth keeping", async () => {
    await expect(failIn(place.at("worth"), true)).rejects.toThrow("failed");
    expect(readdirSync(place.at("worth"))).toEqual(["half"]);
  });

  it("checks without making anything", () => {
    OutputFolder.check(place.at("p/q"));
    expect(existsSync(place.at("p"))).toBe(false);
    place.write("file", "");
    expect(() => OutputFolder.check(place.at("file/q"))).toThrow(expect.objectContaining({ code: "cli/write-failed" }));
  });
});
