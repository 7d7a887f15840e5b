import { readFileSync } from "node:fs";
import { parameterCount } from "@bort/arch";
import type * as graph from "@bort/graph";
import { loadMlmModel } from "@bort/nn";
import type * as schubert from "@bort/schubert-prune";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { TestWorkplace } from "./test-workplace.js";

/** A machine on which an encoder takes so many milliseconds for each of its parameters, and how many encoders it has timed. */
const machine = vi.hoisted(() => ({ msPerParameter: 1e-3, timed: 0 }));

vi.mock("@bort/schubert-prune", async (original) => {
  const { parametersOf, sizeOf } = await vi.importActual<typeof graph>("@bort/graph");
  const module = await original<typeof schubert>();
  let nowMs = 0;
  const compile = async (encoder: graph.Graph): Promise<graph.Program> => {
    machine.timed++;
    const parameters = [...parametersOf(encoder)].reduce((sum, [name, { shape }]) => (name === "ids" ? sum : sum + sizeOf(shape)), 0);
    const run = async (): Promise<graph.Outputs> => {
      nowMs += parameters * machine.msPerParameter;
      return {};
    };
    return { run, dispose: async () => undefined };
  };
  const latencyObjective: typeof schubert.latencyObjective = (_, options) => module.latencyObjective({ name: "made up", device: "cpu", compile }, { ...options, clock: () => nowMs });
  return { ...module, latencyObjective };
});

const place = new TestWorkplace();
beforeAll(async () => expect((await place.bort(place.pretraining("base"))).code).toBe(0), 60_000);
afterAll(() => place.remove());

const msOf = (folder: string): number => parameterCount(loadMlmModel(place.at(folder)).model.arch, { pooler: false }).total / 1000;
const pruning = (out: string, targetMs: number, ...more: readonly string[]): string[] => [
  "prune", "--model", place.at("base"), "--corpus", place.at("corpus"), "--target-latency-ms", String(targetMs), "--batch-size", "2", "--alpha-steps", "2", "--finetune-steps", "3", "--rounds", "2",
  "--threads", "1", "--out", place.at(out), ...more,
];

it("prunes by latency, and goes on with the latencies that it began with, however slow the machine has become", async () => {
  const targetMs = Number((0.7 * msOf("base")).toFixed(3));
  const { code, stderr, json } = await place.bort(pruning("whole", targetMs, "--quiet", "--json"));
  expect([code, stderr]).toEqual([0, ""]);
  const { objective, models: [model] } = json() as unknown as { objective: string; models: readonly { value: number }[] };
  expect([objective, model!.value <= targetMs]).toEqual(["latencyMs", true]);
  expect(model!.value).toBeCloseTo(msOf("whole"), 9);
  expect(model!.value).toBeGreaterThan(0.9 * targetMs);

  const left = await place.bort(pruning("later", targetMs), /round 2: fine-tuning.* 1\/3 /);
  expect([left.code, left.stderr]).toEqual([130, expect.stringMatching(/interrupted in round 2; go on with: bort prune .*--resume\n$/)]);
  Object.assign(machine, { msPerParameter: 5e-3, timed: 0 });
  const { code: resumed, stdout } = await place.bort(pruning("later", targetMs, "--resume"));
  expect([resumed, stdout]).toEqual([0, expect.stringMatching(/ ms +layers [^]*\nthe model: [\d.]+ ms, for a target of [\d.]+;/)]);
  expect(machine.timed).toBe(0);
  const weights = (out: string): Buffer => readFileSync(place.at(`${out}/model.safetensors`));
  expect(weights("later").equals(weights("whole"))).toBe(true);
}, 60_000);
