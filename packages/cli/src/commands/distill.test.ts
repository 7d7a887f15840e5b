import { existsSync, readdirSync } from "node:fs";
import { loadMlmModel } from "@bort/nn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileHash } from "../file-hash.js";
import { TestWorkplace, changed } from "../test-workplace.js";

const place = new TestWorkplace();
beforeAll(async () => {
  expect((await place.bort(place.pretraining("teacher"))).code).toBe(0);
  expect((await place.bort(place.pretraining("second", "--seed", "5"))).code).toBe(0);
}, 60_000);
afterAll(() => place.remove());

const steps = (run: string): { loss: number; metrics: Record<string, number> }[] => place.bytes(`${run}/events.jsonl`).toString().trimEnd().split("\n")
  .map((line) => JSON.parse(line) as { type: string; loss: number; metrics: Record<string, number> }).filter(({ type }) => type === "step");
const distilled = async (out: string, ...more: readonly string[]): Promise<ReturnType<typeof steps>> => {
  const { code, stderr } = await place.bort(place.distillation("teacher", out, ...more));
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  return steps(out);
};
const shortfall = (a: readonly { loss: number }[], b: readonly { loss: number }[]): number => Math.max(...a.map(({ loss }, i) => Math.abs(loss - b[i]!.loss)));

describe("distill", () => {
  it.each([
    ["bort", ["distillation"]], ["bort-released", ["distillation"]], ["tinybert", ["hiddenStates", "attentionMaps"]],
    ["minilm", ["attentionDistributions", "selfRelations"]], ["minilm-v2", ["selfRelations"]],
  ])("trains by the objective of %s", async (objective, names) => {
    expect(Object.keys((await distilled(objective, "--objective", objective))[0]!.metrics)).toEqual(["loss", "mlm", ...names]);
  });

  it("compares models of other numbers of heads, by the mean over heads or by relation heads", async () => {
    const [state] = await distilled("heads", "--objective", "tinybert", "--attention-heads", "mean", "--self-relations-weight", "1", "--relation-heads", "4", "--arch", "1,1,8,16");
    expect(Object.keys(state!.metrics)).toEqual(["loss", "mlm", "hiddenStates", "attentionMaps", "selfRelations"]);
  });

  it("resumes what is trained beside the student, and its other settings, bit for bit", async () => {
    const settings = ["--objective", "tinybert", "--distillation-weight", "0.3", "--last-layer", "cross-entropy", "--whole-word-masking"];
    await distilled("whole", ...settings);
    const parts = place.distillation("teacher", "parts", ...settings);
    expect((await place.bort(parts, /\b3\/6 /)).code).toBe(130);
    expect((await place.bort([...parts, "--resume"])).code).toBe(0);
    expect(place.bytes("parts/model.safetensors").equals(place.bytes("whole/model.safetensors"))).toBe(true);
  });

  it("weighs several teachers: equal ones teach as one, and of unequal ones the heavier counts more", async () => {
    const one = await distilled("of-one");
    expect(shortfall(await distilled("of-twins", "--teacher", place.at("teacher")), one)).toBeLessThan(1e-4);
    const both = await distilled("of-two", "--teacher", place.at("second"));
    const mostly = await distilled("of-mostly-one", "--teacher", place.at("second"), "--teacher-weights", "999", "1");
    expect(shortfall(mostly, one)).toBeLessThan(0.1 * shortfall(both, one));
    const byLogits = await distilled("by-logits", "--teacher", place.at("second"), "--combine-teachers", "logits");
    expect(shortfall(byLogits, both)).toBeGreaterThan(0);
  });

  it("packs and masks as it is told", async () => {
    const losses = [(await distilled("plain"))[0]!.loss];
    for (const more of [["--packing", "document"], ["--packing", "sentence"], ["--whole-word-masking"]]) losses.push((await distilled(more.at(-1)!, ...more))[0]!.loss);
    expect(new Set(losses).size).toBe(4);
    const { settings } = JSON.parse(place.bytes("sentence/run.json").toString()) as { settings: object };
    expect(settings).toMatchObject({ packing: "sentence", "whole-word-masking": false });
  });
});

describe("distill --cache-logits", () => {
  it("runs the teacher once over every length of the curriculum, and teaches nearly what it teaches running", async () => {
    const { stderr, code } = await place.bort(place.distillation("teacher", "cached", "--cache-logits", "280"));
    expect([code, stderr]).toEqual([0, expect.stringMatching(/teacher's logits {2}100% {2}6\/6 [^]*distill {2}100%/)]);
    expect(readdirSync(place.at("cached/logits/teacher-1")).sort()).toEqual(["16-tokens", "8-tokens"]);
    expect(shortfall(steps("cached"), await distilled("running"))).toBeLessThan(0.01); // All logits, in 16 bits.
    const few = await distilled("few", "--cache-logits", "4");
    expect(shortfall(few, steps("running"))).toBeGreaterThan(0.01);
  });

  it("has one teacher's logits for many students, and runs no teacher again", async () => {
    const shared = ["--logits-cache", place.at("shared"), "--cache-logits", "64"];
    await distilled("first", ...shared);
    const { stderr } = await place.bort([...place.distillation("teacher", "next", ...shared, "--seed", "0"), "--learning-rate", "0.01"]);
    expect(stderr).not.toContain("logits");
    expect([existsSync(place.at("first/logits")), place.bytes("first/run.json").toString().includes(place.folder)]).toEqual([false, false]);
    expect(steps("next")[0]!.loss).toBe(steps("first")[0]!.loss);
  });

  it("keeps several teachers apart", async () => {
    const two = ["--teacher", place.at("second")];
    await distilled("two-cached", ...two, "--cache-logits", "280");
    expect(readdirSync(place.at("two-cached/logits")).sort()).toEqual(["teacher-1", "teacher-2"]);
    expect(shortfall(steps("two-cached"), await distilled("two-running", ...two))).toBeLessThan(0.01);
  });

  it("goes on where it was interrupted, over the teacher or over the student, and ends alike", async () => {
    const caching = (out: string, ...more: readonly string[]): string[] => place.distillation("teacher", out, "--cache-logits", "16", "--packing", "sentence", ...more);
    expect((await place.bort(caching("unparted"))).code).toBe(0);
    const left = await place.bort(caching("parted"), /logits .* 4\/6 /);
    expect([left.code, left.stderr.trimEnd().split("\n").at(-1)]).toEqual([130, expect.stringMatching(/^interrupted after 4 batches of the teacher's logits; go on with: bort distill .* --resume$/)]);
    const again = await place.bort(caching("parted", "--resume"), /distill .* 2\/6 /);
    expect([again.code, again.stderr]).toEqual([130, expect.stringMatching(/teacher's logits {2}100% {2}6\/6/)]);
    const last = await place.bort(caching("parted", "--resume"));
    expect([last.code, last.stderr.includes("logits")]).toEqual([0, false]);
    expect(place.bytes("parted/model.safetensors").equals(place.bytes("unparted/model.safetensors"))).toBe(true);
  });
});

describe("distill --student", () => {
  beforeAll(async () => {
    for (const args of [
      place.supernet(undefined, "net", "--widths", "4", "8", "16"), ["supernet", "extract", "--supernet", place.at("net"), "--shape", "8,4,16", "--out", place.at("small")],
    ]) expect((await place.bort(args)).code).toBe(0);
  }, 60_000);

  const taught = (out: string, ...more: readonly string[]): string[] => place.distillation("teacher", out, "--student", place.at("small"), ...more);

  it("goes on with the weights of a network of a super-network, which stays as it is", async () => {
    const before = place.bytes("small/model.safetensors");
    await place.ok(taught("small-taught", "--objective", "minilm-v2", "--mlm-weight", "0.5"));
    await place.ok(place.furtherPretraining("small", "small-further"));
    const firstLine = (out: string): unknown => (JSON.parse(place.bytes(`${out}/events.jsonl`).toString().split("\n")[0]!) as { metrics: unknown }).metrics;
    expect(firstLine("small-taught")).toEqual(firstLine("small-further"));
    const [small, student] = ["small", "small-taught"].map((folder) => loadMlmModel(place.at(folder)).model);
    expect(student!.arch).toEqual(small!.arch);
    expect(student!.parameters.flat).not.toEqual(small!.parameters.flat);
    expect(place.bytes("small/model.safetensors").equals(before)).toBe(true);
    expect(JSON.parse(place.bytes("small-taught/run.json").toString())).toMatchObject({
      inputs: { teacher: await fileHash(place.at("teacher/model.safetensors")), student: await fileHash(place.at("small/model.safetensors")) }, settings: { curriculum: "none" },
    });
  });

  it("teaches its architecture anew with --fresh", async () => {
    await place.ok(taught("taught-anew", "--fresh"));
    await place.ok(taught("taught-again", "--fresh", "--seed", "1"));
    const metrics = (out: string): unknown => (JSON.parse(place.bytes(`${out}/events.jsonl`).toString().split("\n")[0]!) as { metrics: unknown }).metrics;
    expect(metrics("taught-anew")).not.toEqual(metrics("taught-again")); // Fresh weights are the seed's.
    expect(loadMlmModel(place.at("taught-anew")).model.arch).toEqual(loadMlmModel(place.at("small")).model.arch);
    expect(await place.refused(place.distillation("teacher", "refused", "--arch", "1,2,16,32", "--fresh"))).toMatch(/--fresh says nothing to --arch/);
  });

  it("resumes bit for bit, from the same student alone", async () => {
    await place.ok(taught("taught-whole"));
    expect((await place.bort(taught("taught-parts"), /\b3\/6 /)).code).toBe(130);
    expect(await place.refused([...changed(taught("taught-parts"), "--student", place.at("second")), "--resume"])).toMatch(/run with another --student;/);
    await place.ok(taught("taught-parts", "--resume"));
    expect(place.bytes("taught-parts/model.safetensors").equals(place.bytes("taught-whole/model.safetensors"))).toBe(true);
  });
});
