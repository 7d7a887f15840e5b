import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { posix } from "node:path";
import { buffer } from "node:stream/consumers";

/** A metric as the server keeps it. */
export interface LoggedMetric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

/** A run as the server keeps it. */
export interface LoggedRun {
  readonly info: {
    readonly run_id: string;
    readonly experiment_id: string;
    readonly run_name: string;
    readonly start_time: number;
    end_time?: number;
    status: string;
    lifecycle_stage: string;
  };
  readonly tags: Map<string, string>;
  readonly params: Map<string, string>;
  readonly metrics: LoggedMetric[];
}

/** How the next request goes wrong: an answer of another kind, no connection, no answer, or an answer that is lost after the work was done. */
export type MlflowFault = { readonly status: number; readonly location?: string } | "cut" | "silence" | "lost answer";

interface KeyValue { readonly key: string; readonly value: string }
interface Experiment { readonly experiment_id: string; readonly name: string; lifecycle_stage: string }
type Fields = Readonly<Record<string, unknown>>;

class Refused extends Error {
  constructor(readonly status: number, readonly errorCode: string, message: string) {
    super(message);
  }
}

const invalid = (message: string): Refused => new Refused(400, "INVALID_PARAMETER_VALUE", message);
const missing = (message: string): Refused => new Refused(404, "RESOURCE_DOES_NOT_EXIST", message);

/** A tracking server for tests without a network: the part of MLflow's REST API that a run needs, with what MLflow 2.17 and 3.6 refuse. */
export class TestMlflowServer {
  /** Paths of the requests below the API's root, with how many metrics they had, where they had any. */
  readonly requests: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  readonly runs: LoggedRun[] = [];
  readonly experiments: Experiment[] = [{ experiment_id: "0", name: "Default", lifecycle_stage: "active" }];
  /** Faults of coming requests, one used up at a time. */
  readonly faults: MlflowFault[] = [];
  /** A header `authorization` without which nothing is given. */
  authorization: string | undefined;
  #port = 0;
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));

  private constructor() {}

  /** At a port, or at any. */
  static async start(port: number = 0): Promise<TestMlflowServer> {
    const server = new TestMlflowServer();
    await server.restart(port);
    return server;
  }

  async restart(port: number): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(port, "127.0.0.1", done));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Where the server is, or was. */
  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  /** The steps and values of a curve of the only run. */
  curve(key: string): (readonly [step: number, value: number | string])[] {
    return this.runs[0]!.metrics.filter((metric) => metric.key === key).map(({ step, value }) => [step, value]);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path, query] = request.url!.split("?") as [string, string?];
    const body = (await buffer(request)).toString();
    this.requests.push(path.replace("/api/2.0/mlflow/", ""));
    this.authorizations.push(request.headers.authorization);
    const fault = this.faults.shift();
    if (fault === "cut") return void response.destroy();
    if (fault === "silence") return;
    if (typeof fault === "object") return void response.writeHead(fault.status, fault.location === undefined ? {} : { location: fault.location }).end("busy");
    if (this.authorization !== undefined && request.headers.authorization !== this.authorization) return void response.writeHead(401).end("who are you?");
    try {
      if (request.method === "POST" && request.headers["content-type"] !== "application/json") throw invalid("the body is not said to be JSON");
      if (body.length > 1e6) throw invalid(`${body.length} bytes in one request`);
      const fields = request.method === "POST" ? JSON.parse(body) as Fields : Object.fromEntries(new URLSearchParams(query));
      const result = this.#routes[`${request.method} ${path}`]?.(fields);
      if (fault === "lost answer") return void response.destroy();
      if (result === undefined) return void response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html>not here");
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      response.writeHead(error.status, { "content-type": "application/json" }).end(JSON.stringify({ error_code: error.errorCode, message: error.message }));
    }
  }

  readonly #routes: Readonly<Record<string, (fields: Fields) => Fields>> = {
    "GET /api/2.0/mlflow/experiments/get-by-name": ({ experiment_name: name }) => {
      const experiment = this.experiments.find((each) => each.name === name);
      if (experiment === undefined) throw missing(`no experiment ${String(name)}`);
      return { experiment };
    },
    "POST /api/2.0/mlflow/experiments/create": ({ name }) => {
      if (this.experiments.some((each) => each.name === name)) throw new Refused(400, "RESOURCE_ALREADY_EXISTS", `there is an experiment ${String(name)}`);
      const experiment_id = String(this.experiments.length);
      this.experiments.push({ experiment_id, name: name as string, lifecycle_stage: "active" });
      return { experiment_id };
    },
    "POST /api/2.0/mlflow/runs/create": (fields) => {
      const { experiment_id, start_time, run_name = "nameless", tags = [] } = fields as {
        experiment_id: string; start_time: number; run_name?: string; tags?: readonly KeyValue[];
      };
      if (this.experiments[Number(experiment_id)]?.lifecycle_stage !== "active") throw invalid(`the experiment ${experiment_id} is not active`);
      const run_id = (this.runs.length + 1).toString(16).padStart(32, "a");
      const info = { run_id, experiment_id, run_name, start_time, status: "RUNNING", lifecycle_stage: "active" };
      this.runs.push({ info, tags: new Map(tags.map(({ key, value }) => [key, value])), params: new Map(), metrics: [] });
      return { run: { info, data: { tags } } };
    },
    "GET /api/2.0/mlflow/runs/get": ({ run_id }) => {
      const { info, metrics } = this.#run(run_id);
      const latest = new Map<string, LoggedMetric>();
      for (const metric of metrics) if ((latest.get(metric.key)?.step ?? -1) <= metric.step) latest.set(metric.key, metric);
      return { run: { info, data: latest.size > 0 ? { metrics: [...latest.values()] } : {} } };
    },
    "POST /api/2.0/mlflow/runs/update": ({ run_id, status, end_time }) => {
      const { info } = this.#activeRun(run_id);
      if (!["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"].includes(status as string)) throw invalid(`there is no status ${String(status)}`);
      info.status = status as string;
      if (end_time !== undefined) info.end_time = end_time as number;
      return { run_info: info };
    },
    "POST /api/2.0/mlflow/runs/log-batch": (fields) => {
      const { run_id, metrics = [], params = [] } = fields as { run_id: string; metrics?: LoggedMetric[]; params?: readonly KeyValue[] };
      if (metrics.length > 0) this.requests.push(`${this.requests.pop()} ${metrics.length}`);
      for (const [index, { key, value, timestamp }] of metrics.entries()) {
        if (value === null || value === undefined || timestamp === undefined) throw invalid(`metric ${index} is not whole`);
        requireName(key);
        if (typeof value === "string" && !["NaN", "Infinity", "-Infinity"].includes(value)) throw invalid(`${value} is no number`);
      }
      for (const { key } of params) requireName(key);
      requireAtMost(1000, metrics.length, "metrics");
      requireAtMost(100, params.length, "params");
      requireAtMost(1000, metrics.length + params.length, "metrics, params, and tags");
      if (new Set(params.map(({ key }) => key)).size < params.length) throw invalid("one parameter twice");
      const run = this.#activeRun(run_id);
      for (const { key, value } of params) {
        if (run.params.has(key) && run.params.get(key) !== value) throw invalid(`another value of the parameter ${key}`);
        run.params.set(key, value);
      }
      const known = new Set(run.metrics.map((metric) => JSON.stringify(metric)));
      run.metrics.push(...metrics.filter((metric) => !known.has(JSON.stringify(metric))));
      return {};
    },
  };

  #run(id: unknown): LoggedRun {
    const run = this.runs.find(({ info }) => info.run_id === id);
    if (run === undefined) throw missing(`no run ${String(id)}`);
    return run;
  }

  #activeRun(id: unknown): LoggedRun {
    const run = this.#run(id);
    if (run.info.lifecycle_stage === "deleted") throw invalid(`the run ${String(id)} is deleted`);
    return run;
  }
}

function requireName(name: string): void {
  if (!/^[/\w.\- ]*$/.test(name)) throw invalid(`a character in the name ${name}`);
  if (posix.normalize(name) !== name || /^(\.$|\.\.|\/)/.test(name)) throw invalid(`the name ${name} is no path of a file`);
}

function requireAtMost(limit: number, count: number, what: string): void {
  if (count > limit) throw invalid(`${count} ${what}, more than ${limit}`);
}
