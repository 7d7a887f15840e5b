import { afterAll, describe, expect, it } from "vitest";
import { presets, toHfConfig } from "@bort/arch";
import { TestWorkplace } from "../test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

describe("bort arch", () => {
  it("knows the presets by name", async () => {
    const { code, json } = await place.bort(["arch", "bert-base-uncased", "--json"]);
    expect(code).toBe(0);
    expect(json()).toMatchObject({ arch: [12, 12, 768, 3072], parameters: { total: 109_482_240 }, sequence: 512 });
  });

  it("counts a tuple, its vocabulary and positions", async () => {
    const count = async (...more: string[]): Promise<unknown> => ((await place.bort(["arch", "1,1,8,16", ...more, "--json"])).json()["parameters"] as { total: number }).total;
    expect(await count("--vocab-size", "100", "--positions", "10")).toBe(110 * 8 + 16 + (4 * 72 + 8 * 16 + 16 + 16 * 8 + 8 + 32));
    expect(await count()).toBe((await count("--vocab-size", "8191") as number) + 8);
  });

  it("reads a config.json", async () => {
    const path = place.write("config.json", JSON.stringify(toHfConfig(presets.bort.arch)));
    expect((await place.bort(["arch", path, "--json", "--sequence", "128"])).json()).toMatchObject({ arch: [4, 8, 1024, 768], sequence: 128 });
  });

  it("prints a table, and the presets", async () => {
    expect((await place.bort(["arch", "bort"])).stdout).toContain("75,106,304");
    expect((await place.bort(["arch", "--list"])).stdout.split("\n")).toHaveLength(Object.keys(presets).length + 3);
  });

  it.each([
    [["3,2,8"], "four whole numbers"], [["1,3,8,16"], "not divisible"], [["bret"], "no preset"], [["gone.json"], "cannot read"],
    [["bort", "--sequence", "513"], "513"], [["bort", "--list"], "not both"],
  ])("refuses %j", async (args, told) => {
    const { code, stderr } = await place.bort(["arch", ...args]);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(told)]);
  });
});
