import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestProgram } from "./test-program.js";
import { TestWorkplace, changed } from "./test-workplace.js";

const program = new TestProgram("processes");
const place = new TestWorkplace();
beforeAll(async () => {
  await program.build();
  expect((await place.bort(place.pretraining("teacher"))).code).toBe(0);
}, 60_000);
afterAll(() => {
  program.remove();
  place.remove();
});

const commands: readonly (readonly [string, (out: string) => string[], RegExp])[] = [
  ["pretrain", (out) => changed(place.pretraining(out, "--checkpoint-every", "50"), "--steps", "2000"), /pretrain {2,}\d+%/],
  ["distill", (out) => changed(place.distillation("teacher", out, "--checkpoint-every", "50"), "--steps", "2000"), /distill {2,}\d+%/],
  ["distill, over the teacher", (out) => changed(place.distillation("teacher", out, "--cache-logits", "4"), "--steps", "2000"), /teacher's logits {2,}\d+%/],
  ["extract", (out) => place.search("teacher", out, "--steps", "300"), /trials {2,}\d+%/],
];

describe("two processes on one run folder", () => {
  it.each(commands)("%s: the second is refused while the first lives, which goes on; one that was killed is resumed", async (name, command, underWay) => {
    const args = command(name);
    const first = program.start(args);
    await first.saying(underWay);
    const held = new RegExp(`^bort: [^\\n]* is in use by process ${first.process.pid}; [^\\n]*\\n$`);
    expect(await place.bort([...args, "--resume", "--quiet"])).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(held) });
    expect((await place.bort([...args, "--quiet"])).stderr).toMatch(/^bort: [^\n]*holds a run already[^\n]*\n$/);
    first.process.kill("SIGKILL");
    expect(await first.ended()).toBeNull();
    expect(existsSync(place.at(`${name}/run.lock`))).toBe(true);

    const again = await place.bort([...args, "--resume"], underWay);
    expect(again.stderr).toMatch(/go on with: bort [^\n]* --resume\n$/);
    expect([again.code, existsSync(place.at(`${name}/run.lock`))]).toEqual([130, false]);
    if (name === "pretrain" || name === "distill") {
      const { step } = JSON.parse(readFileSync(place.at(`${name}/checkpoint/checkpoint.json`), "utf8")) as { step: number };
      expect(readFileSync(place.at(`${name}/events.jsonl`), "utf8")).toContain('{"type":"resumed"');
      expect(step).toBeGreaterThan(50);
    }
  });

  it("keeps a second process from a cache of logits that the first one writes", async () => {
    const args = (out: string): string[] => changed(place.distillation("teacher", out, "--cache-logits", "4", "--logits-cache", place.at("shared")), "--steps", "2000");
    const first = program.start(args("one"));
    await first.saying(/teacher's logits {2,}\d+%/);
    const { code, stderr } = await place.bort([...args("two"), "--quiet"]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(new RegExp(`^bort: distill: process ${first.process.pid} is writing the cache [^\\n]*\\n$`))]);
    expect(existsSync(place.at("two"))).toBe(false);
    first.process.kill("SIGKILL");
    await first.ended();
    expect((await place.bort(args("two"), /teacher's logits {2,}\d+%/)).stderr).toMatch(/interrupted after \d+ batches of the teacher's logits; go on with/);
  });
});
