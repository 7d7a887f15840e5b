import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "./test-engines.js";
import { TestProgram } from "./test-program.js";
import { TestWorkplace } from "./test-workplace.js";

const program = new TestProgram("signals");
const place = new TestWorkplace();
const bort = (args: readonly string[]): ReturnType<TestProgram["start"]> => program.start(args);
afterAll(() => {
  program.remove();
  place.remove();
});

describe("the program", () => {
  it("says in one line that it is not built", async () => {
    const child = bort(["--version"]);
    expect(await child.ended()).toBe(1);
    expect(child.text.stderr).toMatch(/^bort: [^\n]*npm run build[^\n]*\n$/);
  });

  describe("built", () => {
    beforeAll(() => program.build());

    it("prints its result on standard output and ends with its code", async () => {
      const good = bort(["arch", "bort", "--json"]);
      expect(await good.ended()).toBe(0);
      expect(JSON.parse(good.text.stdout)).toMatchObject({ name: "bort", parameters: { total: 75_106_304 } });
      expect(await bort(["arch", "bort", "--seq", "x"]).ended()).toBe(2);
    });

    it("goes on to its end where nobody reads standard error any more", async () => {
      const child = bort(place.pretraining("unread", "--json"));
      child.process.stderr!.destroy();
      expect(await child.ended()).toBe(0);
      expect(JSON.parse(child.text.stdout)).toMatchObject({ steps: 10, out: place.at("unread") });
      expect(existsSync(place.at("unread/model.safetensors"))).toBe(true);
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
