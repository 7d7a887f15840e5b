import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { type MaximumPoint, openTrialLog, readTrialLog } from "@bort/fptas";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestWorkplace, untimed } from "./test-workplace.js";

const place = new TestWorkplace();
const steps = (run: string): unknown[] => readFileSync(place.at(`${run}/events.jsonl`), "utf8").trimEnd().split("\n")
  .map((line) => JSON.parse(line) as { type: string; step: number; loss: number }).filter(({ type }) => type === "step").map(({ step, loss }) => [step, loss]);

beforeAll(async () => {
  expect((await place.bort(place.pretraining("whole"))).code).toBe(0);
});
afterAll(() => place.remove());

describe("a run that was interrupted and resumed", () => {
  it("equals one that was not, bit for bit", async () => {
    const left = await place.bort(place.pretraining("parted"), /\b4\/10 /);
    expect(left.code).toBe(130);
    expect(left.stderr.trimEnd().split("\n").at(-1)).toMatch(/^interrupted at step 4; go on with: bort pretrain --corpus .* --resume$/);
    expect(existsSync(place.at("parted/model.safetensors"))).toBe(false);

    const resumed = await place.bort(place.pretraining("parted", "--resume", "--json"));
    expect([resumed.code, resumed.json()["steps"]]).toEqual([0, 10]);
    expect(place.bytes("parted/model.safetensors").equals(place.bytes("whole/model.safetensors"))).toBe(true);
    expect(steps("parted")).toEqual(steps("whole"));
  });

  it("goes on from the last checkpoint after a crash, and logs no step twice", async () => {
    cpSync(place.at("whole"), place.at("crashed"), { recursive: true });
    mkdirSync(place.at("early"));
    await place.bort(place.pretraining("early", "--checkpoint-every", "2"), /\b6\/10 /);
    cpSync(place.at("early/checkpoint"), place.at("crashed/checkpoint"), { recursive: true });
    expect((await place.bort(place.pretraining("crashed", "--resume"))).code).toBe(0);
    expect(place.bytes("crashed/model.safetensors").equals(place.bytes("whole/model.safetensors"))).toBe(true);
    expect(steps("crashed")).toEqual(steps("whole"));
  });

  it("has nothing left to do where it was at its end", async () => {
    cpSync(place.at("whole"), place.at("done"), { recursive: true });
    const { code, json } = await place.bort(place.pretraining("done", "--resume", "--json"));
    expect([code, json()["steps"]]).toEqual([0, 10]);
    expect(place.bytes("done/events.jsonl").toString().match(/"type":"evaluation","step":10,/g)).toHaveLength(1);
    expect(place.bytes("done/model.safetensors").equals(place.bytes("whole/model.safetensors"))).toBe(true);
  });

  it("drops at random what it dropped before, and stops early where it stopped before", async () => {
    const dropping = (rate: string, out: string, ...more: readonly string[]): string[] =>
      place.pretraining(out, "--dropout", rate, "--patience", "2", "--evaluate-every", "1", "--tensorboard", ...more).map((arg) => (arg === "0.01" ? "5" : arg));
    const stopping = (out: string, ...more: readonly string[]): string[] => dropping("0.2", out, ...more);
    const whole = await place.bort(stopping("stopped-whole", "--json"));
    expect(whole.json()["steps"]).toBeLessThan(10);
    expect((await place.bort(stopping("stopped"), /\b1\/10 /)).code).toBe(130);
    const resumed = await place.bort(stopping("stopped", "--resume", "--json"));
    expect([resumed.json()["steps"], resumed.json()["validationLoss"]]).toEqual([whole.json()["steps"], whole.json()["validationLoss"]]);
    expect(place.bytes("stopped/model.safetensors").equals(place.bytes("stopped-whole/model.safetensors"))).toBe(true);
    const again = await place.bort(stopping("stopped", "--resume"));
    expect([again.code, place.bytes("stopped/events.jsonl").toString().match(/"type":"stopped"/g)?.length]).toEqual([0, 1]);
    const curves = readdirSync(place.at("stopped/tensorboard")).map((name) => place.bytes(`stopped/tensorboard/${name}`).toString("latin1"));
    expect(curves.map((file) => [file.includes("train/loss"), file.includes("evaluation/validationLoss")]).sort()).toEqual([[false, false], [true, true], [true, true]]);
    expect((await place.bort(dropping("0.1", "stopped", "--resume"))).stderr).toContain("--dropout (0.2, now 0.1)");
  });

  it("starts where there is nothing", async () => {
    expect((await place.bort(place.pretraining("new", "--resume"))).code).toBe(0);
    expect(place.bytes("new/model.safetensors").equals(place.bytes("whole/model.safetensors"))).toBe(true);
  });

  it("leaves nothing where it was interrupted over the corpus", async () => {
    const before = place.list();
    const { code, stderr } = await place.bort(place.pretraining("never"), /tokens: training/);
    expect([code, place.list()]).toEqual([130, before]);
    expect(stderr).not.toContain("--resume");
  });

  it.each([
    ["other steps", "--steps", "11", "--steps"],
    ["another seed", "--seed", "1", "--seed"],
    ["another vocabulary", "--vocab-size", "290", "--vocab-size"],
    ["another corpus", "--corpus", "corpus/a.txt", "another corpus"],
  ])("is not resumed with %s", async (_, option, value, told) => {
    const args = place.pretraining("whole", "--resume");
    const given = option === "--corpus" ? place.at(value) : value;
    if (args.includes(option)) args[args.indexOf(option) + 1] = given;
    else args.push(option, given);
    expect(await place.bort(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(told) });
  });

  it("is not resumed by another command", async () => {
    const { code, stderr } = await place.bort(place.search("whole", "whole", "--resume"));
    expect([code, stderr]).toEqual([2, expect.stringContaining("another command (pretrain)")]);
  });
});

describe("every training command", () => {
  it("resumes a fine-tuning and a distillation to the same bytes", async () => {
    const commands = {
      finetune: ["--model", place.at("whole"), "--task", "sst-2", "--data", place.at("SST-2"), "--steps", "6", "--batch-size", "8"],
      distill: ["--teacher", place.at("whole"), "--corpus", place.at("corpus"), "--arch", "1,1,8,16", "--steps", "6", "--batch-size", "2"],
    };
    for (const [name, options] of Object.entries(commands)) {
      const args = (out: string, ...more: string[]): string[] => [name, ...options, "--threads", "1", "--out", place.at(`${name}-${out}`), ...more];
      expect((await place.bort(args("whole"))).code).toBe(0);
      expect((await place.bort(args("parted"), /\b3\/6 /)).code).toBe(130);
      expect((await place.bort(args("parted", "--resume"))).code).toBe(0);
      expect(place.bytes(`${name}-parted/model.safetensors`).equals(place.bytes(`${name}-whole/model.safetensors`))).toBe(true);
    }
  });

  it("is not resumed with other examples, to learn from or to measure on", async () => {
    cpSync(place.at("SST-2"), place.at("films"), { recursive: true });
    const args = ["finetune", "--model", place.at("whole"), "--task", "sst-2", "--data", place.at("films"), "--steps", "2", "--threads", "1", "--out", place.at("films-run")];
    expect((await place.bort(args)).code).toBe(0);
    const again = (): ReturnType<typeof place.bort> => place.bort([...args, "--resume"]);
    const refusal = (what: string): object => ({ code: 2, stderr: expect.stringContaining(`run with another ${what};`) as unknown });
    for (const [name, option] of [["train", "--data"], ["dev", "--dev"]] as const) {
      const before = place.bytes(`films/${name}.tsv`);
      place.write(`films/${name}.tsv`, Buffer.concat([before, Buffer.from("a fine film\t1\n")]));
      expect(await again()).toMatchObject(refusal(option));
      place.write(`films/${name}.tsv`, before);
    }
    renameSync(place.at("films/dev.tsv"), place.at("films/away.tsv"));
    expect(await again()).toMatchObject(refusal("--dev"));
    renameSync(place.at("films/away.tsv"), place.at("films/dev.tsv"));
    expect((await again()).code).toBe(0);
  });

  it("resumes a run that began before a flag was there as one without it", async () => {
    const args = ["finetune", "--model", place.at("whole"), "--task", "sst-2", "--data", place.at("SST-2"), "--steps", "2", "--threads", "1", "--out", place.at("older")];
    expect((await place.bort(args)).code).toBe(0);
    const { settings: { balance, ...settings }, ...run } = JSON.parse(place.bytes("older/run.json").toString()) as { settings: Record<string, unknown> };
    expect(balance).toBe(false);
    place.write("older/run.json", JSON.stringify({ ...run, settings }));
    expect((await place.bort([...args, "--resume", "--balance"])).stderr).toContain("another --balance (none, now true)"); // Half of the examples have either label, so all are left.
    expect((await place.bort([...args, "--resume"])).code).toBe(0);
  });
});

describe("a search that was interrupted and resumed", () => {
  it("repeats no trial and ends as one that was not interrupted", async () => {
    const whole = await place.bort(place.search("whole", "search", "--json"));
    const left = await place.bort(place.search("whole", "parted-search"), /trials .* 2\/4 /);
    expect(left.code).toBe(130);
    expect(left.stderr).toMatch(/interrupted after 2 trials; go on with: bort extract .* --resume\n$/);
    const log = place.bytes("parted-search/trials.jsonl").toString();
    const resumed = await place.bort(place.search("whole", "parted-search", "--resume", "--json"));
    expect(untimed(resumed.json())).toEqual(untimed(whole.json()));
    expect(place.bytes("parted-search/trials.jsonl").toString().startsWith(log)).toBe(true);
    expect(place.bytes("parted-search/trials.jsonl").toString().match(/"trial":/g)).toHaveLength(4);
  });

  it("keeps the maximum point that was logged, though it would measure another", async () => {
    const whole = (await place.bort(place.search("whole", "logged", "--json"))).json() as { trials: { w: number }[] };
    const path = place.at("logged/trials.jsonl");
    const { settings } = await readTrialLog(path);
    const { parameters, latencyMs } = settings["maximumPoint"] as MaximumPoint;
    rmSync(path);
    await (await openTrialLog(path, { ...settings, maximumPoint: { parameters, latencyMs: 2 * latencyMs } })).close();
    const { code, json } = await place.bort(place.search("whole", "logged", "--resume", "--json"));
    expect(code).toBe(0);
    expect((json() as typeof whole).trials[0]!.w).toBeGreaterThan(whole.trials[0]!.w); // Twice as slow a teacher: more is gained.
  });

  it("is not resumed below another teacher", async () => {
    mkdirSync(place.at("other"));
    for (const name of ["config.json", "tokenizer.json"]) copyFileSync(place.at(`whole/${name}`), place.at(`other/${name}`));
    expect((await place.bort(place.pretraining("seeded", "--seed", "5"))).code).toBe(0);
    copyFileSync(place.at("seeded/model.safetensors"), place.at("other/model.safetensors"));
    expect(await place.bort(place.search("other", "search", "--resume"))).toMatchObject({ code: 2, stderr: expect.stringContaining("--teacher") });
  });
});
