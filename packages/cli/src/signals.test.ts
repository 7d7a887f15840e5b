import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "./test-engines.js";
import { TestWorkplace } from "./test-workplace.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const bundle = join(root, "node_modules/.cache", `bort-cli-${process.pid}`);
const place = new TestWorkplace();

beforeAll(async () => {
  for (const folder of ["bin", "dist"]) mkdirSync(join(bundle, folder), { recursive: true });
  for (const file of ["package.json", "bin/bort.js"]) copyFileSync(join(root, "packages/cli", file), join(bundle, file));
});
afterAll(() => {
  rmSync(bundle, { recursive: true, force: true });
  place.remove();
});

interface Child {
  readonly process: ChildProcess;
  readonly text: { stdout: string; stderr: string };
  /** Waits until standard error says something. */
  saying(pattern: RegExp): Promise<void>;
  ended(): Promise<number | null>;
}

function bort(args: readonly string[]): Child {
  const child = spawn(process.execPath, [join(bundle, "bin/bort.js"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "" };
  child.stdout.on("data", (data: Buffer) => { text.stdout += data.toString(); });
  child.stderr.on("data", (data: Buffer) => { text.stderr += data.toString(); });
  const closed = once(child, "close") as Promise<[number | null]>;
  return {
    process: child, text,
    saying: async (pattern) => {
      while (!pattern.test(text.stderr)) await Promise.race([once(child.stderr, "data"), closed.then(() => { throw new Error(`ended early: ${text.stderr}`); })]);
    },
    ended: async () => (await closed)[0],
  };
}

describe("the program", () => {
  it("says in one line that it is not built", async () => {
    const child = bort(["--version"]);
    expect(await child.ended()).toBe(1);
    expect(child.text.stderr).toMatch(/^bort: [^\n]*npm run build[^\n]*\n$/);
  });

  describe("built", () => {
    beforeAll(async () => {
      await build({
        entryPoints: [join(root, "packages/cli/src/main.ts")], outfile: join(bundle, "dist/main.js"), bundle: true, platform: "node", format: "esm", target: "node20",
        conditions: ["@bort/source"], external: ["koffi", "onnxruntime-node", "@observablehq/plot", "linkedom"], logLevel: "warning",
      });
    });

    it("prints its result on standard output and ends with its code", async () => {
      const good = bort(["arch", "bort", "--json"]);
      expect(await good.ended()).toBe(0);
      expect(JSON.parse(good.text.stdout)).toMatchObject({ name: "bort", parameters: { total: 75_106_304 } });
      expect(await bort(["arch", "bort", "--seq", "x"]).ended()).toBe(2);
    });

    it.each(engines)("ends by itself after a run on %s, done or failed", async (engine) => {
      const done = bort(place.pretraining(engine, "--engine", engine, "--quiet"));
      expect([await done.ended(), done.text.stderr]).toEqual([0, ""]);
      const failing = place.pretraining(`failed-${engine}`, "--engine", engine, "--quiet");
      failing[failing.indexOf("--batch-size") + 1] = "5000";
      const failed = bort(failing);
      expect([await failed.ended(), failed.text.stderr]).toEqual([2, expect.stringMatching(/^bort: [^\n]*batch[^\n]*\n$/)]);
    });

    it.each([
      ["SIGINT", engines[0]!], ["SIGTERM", engines.at(-1)!],
    ] as const)("ends at once on %s with the engine %s, says how to go on, and goes on", async (signal, engine) => {
      const args = place.pretraining(signal, "--engine", engine, "--checkpoint-every", "100000");
      args[args.indexOf("--steps") + 1] = "3000";
      const child = bort(args);
      await child.saying(/pretrain {2,}\d+%/);
      child.process.kill(signal);
      expect(await child.ended()).toBe(130);
      const step = Number(/interrupted at step (\d+); go on with: bort pretrain .* --resume\n$/.exec(child.text.stderr)?.[1]);
      expect(step).toBeGreaterThan(0);
      expect(JSON.parse(readFileSync(place.at(`${signal}/checkpoint/checkpoint.json`), "utf8"))).toMatchObject({ step });
      const again = bort([...args, "--resume"]);
      await again.saying(/pretrain {2,}\d+%/);
      again.process.kill(signal);
      expect(await again.ended()).toBe(130);
      expect(Number(/interrupted at step (\d+)/.exec(again.text.stderr)?.[1])).toBeGreaterThan(step);
    });
  });
});
