import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../temporary-folder.js";
import { type TrainingEvent } from "../training-run.js";
import { type MlflowOptions, mlflowTracker } from "./mlflow-tracker.js";
import { TestMlflowServer } from "./test-mlflow-server.js";
import { type RunOutcome, type Tracker } from "./tracker.js";

const at = temporaryFolder();
let server: TestMlflowServer;
const warnings: string[] = [];
beforeEach(async () => {
  for (const name of ["USERNAME", "PASSWORD", "TOKEN"]) vi.stubEnv(`MLFLOW_TRACKING_${name}`, "");
  warnings.length = 0;
  server = await TestMlflowServer.start();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

let clock = 1_700_000_000_000;
const open = (options: Partial<MlflowOptions> = {}): Promise<Tracker> => mlflowTracker({
  url: server.url, experiment: "curves", warn: (line) => void warnings.push(line), intervalMs: 1, retryDelayMs: 1, retries: 2, now: () => clock++, ...options,
});
const step = (number: number, loss: number = number / 8): TrainingEvent =>
  ({ type: "step", step: number, steps: 5000, loss, metrics: { loss }, gradientNorm: 0.5, learningRate: 0.001, seconds: 1 });
const evaluation = (number: number): TrainingEvent => ({ type: "evaluation", step: number, seconds: 1, metrics: { validationLoss: number } });
function record(tracker: Tracker, events: readonly TrainingEvent[]): void {
  for (const event of events) expect(tracker.record(event)).toBeUndefined();
}
const steps = (from: number, to: number): TrainingEvent[] => Array.from({ length: to - from + 1 }, (_, i) => step(from + i));
const upTo = (last: number): [number, number][] => Array.from({ length: last }, (_, i) => [i + 1, (i + 1) / 8]);
const refusal = (code: string, told: RegExp): unknown => expect.objectContaining({ code: `nn/${code}`, message: expect.stringMatching(told) });

describe("mlflowTracker", () => {
  it("makes the experiment and a run with its parameters, and logs every curve", async () => {
    const parameters = { arch: [2, 4], "learning rate (peak)": 1e-3, schedule: "linear", none: undefined };
    const tracker = await open({ runName: "first", parameters, tags: { "mlflow.source.name": "test" } });
    record(tracker, [evaluation(0), ...steps(1, 3), { type: "checkpoint", step: 3, folder: "c" }, evaluation(3)]);
    await tracker.close("finished");
    expect(server.experiments.map(({ name }) => name)).toEqual(["Default", "curves"]);
    const [{ info, params, tags, metrics }] = server.runs as [TestMlflowServer["runs"][number]];
    expect(info).toMatchObject({ experiment_id: "1", run_name: "first", status: "FINISHED" });
    expect(info.end_time).toBeGreaterThan(info.start_time);
    expect([...params]).toEqual([["arch", "[2,4]"], ["learning rate _peak_", "0.001"], ["schedule", "linear"]]);
    expect([...tags]).toEqual([["mlflow.source.name", "test"]]);
    expect([...new Set(metrics.map(({ key }) => key))].sort()).toEqual(["evaluation/validationLoss", "train/gradient_norm", "train/learning_rate", "train/loss"]);
    expect(server.curve("train/loss")).toEqual(upTo(3));
    expect(server.curve("evaluation/validationLoss")).toEqual([[0, 0], [3, 3]]);
    expect(metrics.every(({ timestamp }) => timestamp > info.start_time && timestamp < info.end_time!)).toBe(true);
    expect(warnings).toEqual([]);
  });

  const outcomes: [RunOutcome, string][] = [["finished", "FINISHED"], ["failed", "FAILED"], ["interrupted", "KILLED"]];
  it.each(outcomes)("calls a run that is %s %s", async (outcome, status) => {
    await (await open()).close(outcome);
    expect(server.runs[0]!.info.status).toBe(status);
  });

  it("logs values that are not finite", async () => {
    const tracker = await open();
    record(tracker, [step(1, NaN), step(2, Infinity), step(3, -Infinity)]);
    await tracker.close("failed");
    expect(server.curve("train/loss")).toEqual([[1, "NaN"], [2, "Infinity"], [3, "-Infinity"]]);
  });

  it("keeps to the server's limits of a request", async () => {
    const tracker = await open({ parameters: Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`p${i}`, i])), intervalMs: 100_000 });
    record(tracker, steps(1, 900));
    await tracker.close("finished");
    expect(server.runs[0]!.params.size).toBe(250);
    expect(server.curve("train/loss")).toEqual(upTo(900));
    const batches = server.requests.filter((path) => path.startsWith("runs/log-batch"));
    expect(batches).toEqual([...Array<string>(3).fill("runs/log-batch"), "runs/log-batch 1000", "runs/log-batch 1000", "runs/log-batch 700"]);
    expect(warnings).toEqual([]);
  });

  describe("a run that goes on", () => {
    const runFile = (name: string): Partial<MlflowOptions> => ({ runFile: at(name), parameters: { seed: 1 } });

    it("is the same run at the server, and has steps that are taken again once", async () => {
      const first = await open(runFile("again.json"));
      record(first, [evaluation(0), ...steps(1, 7)]);
      await first.close("interrupted");
      const second = await open(runFile("again.json"));
      expect(server.runs[0]!.info.status).toBe("RUNNING");
      record(second, [{ type: "resumed", step: 4 }, ...steps(5, 9), evaluation(9)]);
      await second.close("finished");
      expect(server.runs.map(({ info }) => info.status)).toEqual(["FINISHED"]);
      expect(server.curve("train/loss")).toEqual(upTo(9));
      expect(server.curve("evaluation/validationLoss")).toEqual([[0, 0], [9, 9]]);
    });

    it("gets the earlier points that the server lacks, where they are given", async () => {
      const first = await open(runFile("killed.json"));
      record(first, [evaluation(0), ...steps(1, 3)]);
      await first.close("interrupted");
      const second = await open({ ...runFile("killed.json"), earlier: () => [evaluation(0), ...steps(1, 8), evaluation(6)] });
      record(second, [{ type: "resumed", step: 6 }, ...steps(7, 8)]);
      await second.close("finished");
      expect(server.curve("train/loss")).toEqual(upTo(8));
      expect(server.curve("evaluation/validationLoss")).toEqual([[0, 0], [6, 6]]);
    });

    it("is another run in another experiment or at another server", async () => {
      await (await open(runFile("other.json"))).close("interrupted");
      await (await open({ ...runFile("other.json"), experiment: "Default" })).close("interrupted");
      await (await open({ ...runFile("other.json"), experiment: "Default" })).close("finished");
      expect(server.runs.map(({ info }) => [info.experiment_id, info.status])).toEqual([["1", "KILLED"], ["0", "FINISHED"]]);
      expect(JSON.parse(readFileSync(at("other.json"), "utf8"))).toEqual({ url: server.url, experiment: "Default", runId: server.runs[1]!.info.run_id });
    });

    it("is refused where the server has it no more, or with other parameters", async () => {
      await (await open(runFile("gone.json"))).close("interrupted");
      await expect(open({ ...runFile("gone.json"), parameters: { seed: 2 } })).rejects.toThrow(refusal("mlflow-refused", /another value of the parameter seed/));
      expect(server.runs[0]!.info.status).toBe("KILLED");
      server.runs[0]!.info.lifecycle_stage = "deleted";
      await expect(open(runFile("gone.json"))).rejects.toThrow(refusal("mlflow-refused", /no run a+1 any more, which .*gone.json names; .* remove that file/));
      server.runs.length = 0;
      await expect(open(runFile("gone.json"))).rejects.toThrow(refusal("mlflow-refused", /gone.json/));
      writeFileSync(at("gone.json"), "{");
      await expect(open(runFile("gone.json"))).rejects.toThrow(refusal("bad-option", /gone.json .* remove it/));
    });
  });

  describe("where the server is away", () => {
    it("at the start: ends with one error, after more attempts", async () => {
      await server.stop();
      await expect(open({ runFile: at("none.json") })).rejects.toThrow(refusal("mlflow-unreachable", /^nn: [^\n]*127[^\n]*no connection: ECONNREFUSED[^\n]*$/));
      expect(existsSync(at("none.json"))).toBe(false);
      await server.restart(0);
      server.faults.push({ status: 503 }, "cut");
      await (await open()).close("finished");
      expect(server.runs).toHaveLength(1);
      server.faults.push("silence", "silence", "silence");
      await expect(open({ timeoutMs: 20 })).rejects.toThrow(refusal("mlflow-unreachable", /no answer within 0.02 s/));
    });

    it("at the start: the signal ends the attempts", async () => {
      const leaving = new AbortController();
      server.faults.push("silence");
      const opening = open({ signal: leaving.signal });
      await vi.waitFor(() => expect(server.requests).toHaveLength(1));
      leaving.abort();
      await expect(opening).rejects.toBe(leaving.signal.reason);
      expect(server.requests).toHaveLength(1);
    });

    it("in the middle: points wait, and all are logged once, with one warning", async () => {
      const { port } = server;
      const tracker = await open();
      record(tracker, steps(1, 10));
      await server.stop();
      record(tracker, steps(11, 1200));
      await vi.waitFor(() => expect(warnings).toHaveLength(1));
      await server.restart(port);
      record(tracker, steps(1201, 1210));
      await vi.waitFor(() => expect(server.curve("train/loss")).toHaveLength(1210), 10_000);
      server.faults.push({ status: 429 }, "lost answer");
      record(tracker, steps(1211, 1220));
      await tracker.close("finished");
      expect(server.curve("train/loss")).toEqual(upTo(1220));
      expect(warnings).toEqual([expect.stringMatching(/^nn: the MLflow server at \S+ takes no points for now \(no connection: E\w+\); the run goes on.*$/)]);
      expect(server.runs[0]!.info.status).toBe("FINISHED");
    }, 20_000);

    it("at the end: says once how many points it did not get", async () => {
      const tracker = await open();
      await server.stop();
      record(tracker, steps(1, 5));
      await tracker.close("failed");
      const told = /^nn: the MLflow server at \S+ did not get 15 points of the curves and the end of run a+1 \(failed\) \(no connection: ECONNREFUSED\)$/;
      expect(warnings).toEqual([expect.stringMatching(told)]);
      expect(server.runs[0]!.info.status).toBe("RUNNING");
    });

    it("for the end alone: says that", async () => {
      const tracker = await open();
      server.faults.push({ status: 500 }, { status: 500 }, { status: 500 });
      await tracker.close("interrupted");
      expect(warnings).toEqual([expect.stringMatching(/did not get the end of run a+1 \(interrupted\) \(status 500\)$/)]);
    });
  });

  it("goes on without the points that the server refuses, and counts them", async () => {
    const tracker = await open();
    server.runs[0]!.info.lifecycle_stage = "deleted";
    record(tracker, steps(1, 2));
    await vi.waitFor(() => expect(warnings).toEqual([expect.stringMatching(/points of the curves are lost .* is deleted/)]));
    record(tracker, steps(3, 4));
    await tracker.close("finished");
    expect(warnings.slice(1)).toEqual([expect.stringMatching(/did not get 12 points of the curves and the end of run/)]);
  });

  describe("credentials", () => {
    const sent = async (options: Partial<MlflowOptions> = {}): Promise<string | undefined> => {
      await (await open(options)).close("finished");
      return server.authorizations.at(-1);
    };

    it("are none, the variables of MLflow's own client, or options", async () => {
      expect(await sent()).toBeUndefined();
      vi.stubEnv("MLFLOW_TRACKING_TOKEN", "t0");
      expect(await sent()).toBe("Bearer t0");
      expect(await sent({ token: "t1" })).toBe("Bearer t1");
      vi.stubEnv("MLFLOW_TRACKING_USERNAME", "ann");
      expect(await sent()).toBe("Bearer t0");
      vi.stubEnv("MLFLOW_TRACKING_PASSWORD", "s:c");
      expect(await sent()).toBe(`Basic ${btoa("ann:s:c")}`);
    });

    it("that are missing are said, and those that are wrong are not repeated", async () => {
      server.authorization = "Bearer right";
      await expect(open()).rejects.toThrow(refusal("mlflow-refused", /status 401; set MLFLOW_TRACKING_USERNAME/));
      const wrong = await open({ token: "wrong-one" }).catch((error: Error) => error.message);
      expect(wrong).not.toContain("wrong-one");
      expect(server.requests).toHaveLength(2); // Neither is asked again.
    });
  });

  it("refuses what is no MLflow server, and a deleted experiment", async () => {
    const page = createServer((_, response) => void response.end("<!doctype html>hello"));
    await new Promise<void>((done) => page.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    await expect(open({ url })).rejects.toThrow(refusal("mlflow-refused", /does not answer as an MLflow server/));
    page.close();
    await expect(open({ url: `${server.url}/elsewhere` })).rejects.toThrow(refusal("mlflow-refused", /status 404.*check the address/));
    server.faults.push({ status: 301, location: "https://example.org/mlflow" });
    await expect(open()).rejects.toThrow(refusal("mlflow-refused", /redirects to https:\/\/example.org\/mlflow/));
    await (await open()).close("finished");
    server.experiments[1]!.lifecycle_stage = "deleted";
    await expect(open()).rejects.toThrow(refusal("mlflow-refused", /"curves" is deleted/));
  });

  it("leaves no run behind that seems to go on where the server refuses its parameters", async () => {
    await expect(open({ parameters: { "rate (1)": 1, "rate [1]": 1 } })).rejects.toThrow(refusal("mlflow-refused", /one parameter twice/));
    expect(server.runs.map(({ info }) => info.status)).toEqual(["FAILED"]);
  });

  it("uses an experiment that another run creates at the same time", async () => {
    await Promise.all([open(), open(), open()].map(async (opening) => (await opening).close("finished")));
    expect(server.experiments).toHaveLength(2);
    expect(new Set(server.runs.map(({ info }) => info.experiment_id))).toEqual(new Set(["1"]));
  });

  it.each([
    ["", /got ""/],
    ["localhost:5000", /http:\/\//],
    ["sqlite:///mlflow.db", /http:\/\//],
    ["http://localhost:5000/#/experiments/1", /# *$|begins with/],
    ["http://ann:secret@localhost:5000", /MLFLOW_TRACKING_PASSWORD/],
  ])("refuses the address %j", async (url, told) => {
    await expect(open({ url })).rejects.toThrow(refusal("bad-option", told));
    expect(server.requests).toEqual([]);
  });

  it("takes an address with a path, and with slashes at its end", async () => {
    const asked: string[] = [];
    const answering: typeof fetch = (address, init) => {
      asked.push(String(address));
      return fetch(String(address).replace("http://proxy.test/ml", server.url), init);
    };
    await (await open({ url: "http://proxy.test/ml//", fetch: answering, runFile: at("proxied.json") })).close("finished");
    expect(asked[0]).toBe("http://proxy.test/ml/api/2.0/mlflow/experiments/get-by-name?experiment_name=curves");
    expect(readFileSync(at("proxied.json"), "utf8")).toContain('"url": "http://proxy.test/ml"');
  });
});
