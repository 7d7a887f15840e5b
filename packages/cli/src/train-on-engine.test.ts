import { existsSync, readFileSync, readdirSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { TestMlflowServer } from "../../nn/src/tracking/test-mlflow-server.js";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
let server: TestMlflowServer;
beforeAll(async () => {
  expect((await place.bort(place.pretraining("plain"))).code).toBe(0);
});
beforeEach(async () => {
  for (const name of ["USERNAME", "PASSWORD", "TOKEN"]) vi.stubEnv(`MLFLOW_TRACKING_${name}`, "");
  server = await TestMlflowServer.start();
  return () => server.stop();
});
afterAll(() => {
  vi.unstubAllEnvs();
  place.remove();
});

const tracked = (out: string, ...more: readonly string[]): string[] => place.pretraining(out, "--mlflow", server.url, ...more);
const stepsOf = (curve: string): number[] => server.curve(curve).map(([step]) => step);
const oneLine = (told: string): unknown => expect.stringMatching(new RegExp(`^bort: .*${told}.*\n$`));
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

describe("--mlflow", () => {
  it("logs settings and curves of a run that is otherwise the same", async () => {
    const { code, stderr } = await place.bort(tracked("tracked", "--quiet"));
    expect([code, stderr]).toEqual([0, ""]);
    expect(server.experiments.at(-1)!.name).toBe("bort");
    const [{ info, params, tags }] = server.runs as [TestMlflowServer["runs"][number]];
    expect(info).toMatchObject({ run_name: "tracked", status: "FINISHED" });
    expect(tags.get("mlflow.source.name")).toBe("bort pretrain");
    expect(Object.fromEntries(params)).toMatchObject({ command: "pretrain", steps: "10", "learning-rate": "0.01", threads: "1", schedule: "linear", seed: "0" });
    expect(Object.fromEntries(params)).toHaveProperty("arch");
    expect([...params].join()).not.toContain(place.folder);
    expect(stepsOf("train/loss")).toEqual(upTo(10));
    expect(server.curve("evaluation/validationLoss")).toHaveLength(11);
    expect(JSON.parse(readFileSync(place.at("tracked/mlflow.json"), "utf8"))).toEqual({ url: server.url, experiment: "bort", runId: info.run_id });
    expect(readFileSync(place.at("tracked/model.safetensors")).equals(readFileSync(place.at("plain/model.safetensors")))).toBe(true);
  });

  it("goes on with the same run when it is resumed", async () => {
    const args = (...more: string[]): string[] => tracked("parted", "--tensorboard", "--mlflow-experiment", "mine", ...more);
    expect((await place.bort(args(), /\b4\/10 /)).code).toBe(130);
    expect([server.experiments.at(-1)!.name, server.runs[0]!.info.status]).toEqual(["mine", "KILLED"]);
    expect((await place.bort(args("--resume"))).code).toBe(0);
    expect(server.runs.map(({ info }) => info.status)).toEqual(["FINISHED"]);
    expect(stepsOf("train/loss")).toEqual(upTo(10));
    expect(readdirSync(place.at("parted/tensorboard"))).toHaveLength(2);
  });

  it("has the whole curves of a run that began without it", async () => {
    expect((await place.bort(place.pretraining("late"), /\b6\/10 /)).code).toBe(130);
    expect((await place.bort(tracked("late", "--resume"))).code).toBe(0);
    expect(stepsOf("train/loss")).toEqual(upTo(10));
    expect(stepsOf("evaluation/validationLoss").length).toBeGreaterThan(10);
  });

  it("is told of an interruption before the training and of a failure, and leaves no folder for them", async () => {
    expect((await place.bort(tracked("early"), /tokens: training/)).code).toBe(130);
    const failing = await place.bort(tracked("failing", "--quiet").map((arg) => (arg === "0.01" ? "1e38" : arg)));
    expect(failing).toMatchObject({ code: 2, stderr: oneLine("finite") });
    expect(server.runs.map(({ info }) => info.status)).toEqual(["KILLED", "FAILED"]);
    expect(place.list()).not.toEqual(expect.arrayContaining([expect.stringMatching(/early|failing/)]));
  });

  it("is an option of every training command", async () => {
    const commands = [
      ["finetune", "--model", place.at("plain"), "--task", "sst-2", "--data", place.at("SST-2"), "--steps", "3", "--batch-size", "8"],
      ["distill", "--teacher", place.at("plain"), "--corpus", place.at("corpus"), "--arch", "1,1,8,16", "--steps", "3", "--batch-size", "2"],
    ];
    for (const [name, ...options] of commands) {
      expect((await place.bort([name!, ...options, "--threads", "1", "--out", place.at(name!), "--mlflow", server.url])).code).toBe(0);
      expect(server.runs[0]!.info.status).toBe("FINISHED");
      expect(stepsOf("train/loss")).toEqual(upTo(3));
      expect([...server.runs.shift()!.params.values()]).toContain(name);
    }
  });

  it("ends nothing where the server goes away, and says what is missing", async () => {
    const leaving = vi.waitFor(() => expect(server.runs[0]!.params.size).toBeGreaterThan(0), { timeout: 10_000, interval: 1 }).then(() => server.stop());
    const { code, stderr } = await place.bort(tracked("alone", "--quiet"));
    await leaving;
    expect(code).toBe(0);
    expect(stderr).toMatch(/nn: the MLflow server at \S+ did not get \d+ points of the curves and the end of run \w+ \(finished\) \(.*\)\n$/);
    expect(readFileSync(place.at("alone/model.safetensors")).equals(readFileSync(place.at("plain/model.safetensors")))).toBe(true);
  });

  it("ends with one line, and no folder, where the server cannot be reached or refuses at the start", async () => {
    server.authorization = "Bearer other";
    expect(await place.bort(tracked("refused", "--quiet"))).toMatchObject({ code: 2, stderr: oneLine("MLFLOW_TRACKING_TOKEN") });
    await server.stop();
    expect(await place.bort(tracked("refused", "--quiet"))).toMatchObject({ code: 2, stderr: oneLine("cannot be reached .*ECONNREFUSED") });
    expect(existsSync(place.at("refused"))).toBe(false);
  });

  it.each([
    ["an address without a protocol", ["--mlflow", "localhost:5000"], "http://localhost:5000"],
    ["a store that is no server", ["--mlflow", "sqlite:///mlflow.db"], "http://"],
    ["an experiment of no server", ["--mlflow-experiment", "mine"], "--mlflow-experiment needs --mlflow"],
  ])("refuses %s before any work", async (_, options, told) => {
    expect(await place.bort(place.pretraining("never", ...options))).toMatchObject({ code: 2, stdout: "", stderr: oneLine(told) });
    expect(existsSync(place.at("never"))).toBe(false);
  });
});
