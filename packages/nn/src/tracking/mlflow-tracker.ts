import { setTimeout as sleep } from "node:timers/promises";
import { NnError } from "../nn-error.js";
import { type TrainingEvent } from "../training-run.js";
import { BackgroundDelivery } from "./background-delivery.js";
import { mlflowName, openMlflowRun } from "./mlflow-run.js";
import { type MlflowCall, MlflowRefusal, type MlflowRequest, type MlflowServerOptions, mlflowServer, mlflowUrl } from "./mlflow-server.js";
import { Unreachable, retryWhileUnreachable } from "./retry-while-unreachable.js";
import { type RunOutcome, type Tracker, curvePoints } from "./tracker.js";

export interface MlflowOptions extends MlflowServerOptions {
  /** Is made where there is none. */
  readonly experiment: string;
  /** Default: what the server makes up. */
  readonly runName?: string;
  /** Settings of the run; a value that is no string is written as JSON. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** Where the run's id is kept, with its server and experiment; a run that is there goes on. Default: every tracker begins a run. */
  readonly runFile?: string;
  /** Events of the run until it was interrupted: of those up to the step that it goes on from, the points that did not reach the server. Default: none. */
  readonly earlier?: () => Iterable<TrainingEvent>;
  /** Is told in one line what of the curves the server does not take, or not yet. Default: `process.emitWarning`. */
  readonly warn?: (line: string) => void;
  /** How long points are gathered before a request. Default 1000. */
  readonly intervalMs?: number;
  /** Points that wait for a server that is away, at most. Default 100,000. */
  readonly queueLimit?: number;
  /** Attempts after the first one, at the start and at the end. Default 3. */
  readonly retries?: number;
  /** The wait before the first of these; each further one is twice as long. Default 500. */
  readonly retryDelayMs?: number;
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly now?: () => number;
  /** Ends the attempts to reach the server at the start. */
  readonly signal?: AbortSignal;
}

/** A point of a curve as the server takes it. */
interface Metric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

/** Metrics of one request, at most, for the server. */
const MOST_METRICS = 1000;

const statuses: Readonly<Record<RunOutcome, string>> = { finished: "FINISHED", failed: "FAILED", interrupted: "KILLED" };

/**
 * Logs the curves of a run to an MLflow tracking server, in the background. While the run lasts, points wait for a server that is away, and nothing that it does
 * ends the run; what it did not take in the end is told by `warn`.
 *
 * A run that goes on (`runFile`) leaves out the points up to the last step that the server has of their curve: a step that is taken again gives the same ones.
 *
 * @throws NnError `nn/bad-option`, `nn/mlflow-unreachable`, `nn/mlflow-refused`, `nn/write-failed`; the signal's reason
 */
export async function mlflowTracker(options: MlflowOptions): Promise<Tracker> {
  const { earlier = () => [], warn = (line) => process.emitWarning(line), now = Date.now, signal } = options;
  const { intervalMs = 1000, queueLimit = 100_000, retries = 3, retryDelayMs = 500 } = options;
  const url = mlflowUrl(options.url);
  const server = mlflowServer(options);
  const run = await openMlflowRun(persistently(server, { retries, retryDelayMs, signal }), { ...options, url, startTime: now() }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw startError(url, error);
  });
  const delivery = new BackgroundDelivery<Metric>({
    send: async (metrics) => void await server({ post: "runs/log-batch", body: { run_id: run.id, metrics } }),
    batchSize: MOST_METRICS, limit: queueLimit, intervalMs, retries, retryDelayMs,
    onOutage: (reason) => warn(`nn: the MLflow server at ${url} takes no points for now (${reason}); the run goes on, and up to ${queueLimit} points wait`),
    onLoss: (reason) => warn(`nn: points of the curves are lost to the MLflow server at ${url} (${reason}); the run goes on without them`),
  });
  const put = (event: TrainingEvent): void => delivery.put(metricsOf(event, now()).filter(({ key, step }) => step > (run.lastSteps.get(key) ?? -1)));
  return {
    record: (event) => {
      if (event.type !== "resumed") return put(event);
      for (const before of earlier()) if (before.step <= event.step) put(before);
    },
    close: async (outcome) => {
      const end: MlflowRequest = { post: "runs/update", body: { run_id: run.id, status: statuses[outcome], end_time: now() } };
      const failures = await endOf(delivery, () => persistently(server, { retries, retryDelayMs })(end), `the end of run ${run.id} (${outcome})`);
      if (failures !== undefined) warn(`nn: the MLflow server at ${url} did not get ${failures}`);
    },
  };
}

/** Delivers what is left and tells the end; what of these failed, in words, with the reason. */
async function endOf(delivery: BackgroundDelivery<Metric>, tellEnd: () => Promise<unknown>, end: string): Promise<string | undefined> {
  const { lostItems, reason, isUnreachable } = await delivery.close();
  const failure = isUnreachable ? reason : await tellEnd().then(() => undefined, (error: Error) => error.message);
  const missing = [...(lostItems > 0 ? [`${lostItems} points of the curves`] : []), ...(failure !== undefined ? [end] : [])];
  return missing.length === 0 ? undefined : `${missing.join(" and ")} (${reason ?? failure})`;
}

interface Persistence {
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Calls that are made again while the server is away, so many times. */
const persistently = (call: MlflowCall, { retries, retryDelayMs, signal }: Persistence): MlflowCall => (request) =>
  retryWhileUnreachable(() => call(request, signal), {
    retryDelayMs, givesUp: (failures) => failures > retries, wait: (ms) => sleep(ms, undefined, { ...(signal !== undefined && { signal }) }),
  });

/** JSON has no numbers that are not finite; the server reads them from text. */
const metricsOf = (event: TrainingEvent, timestamp: number): Metric[] => curvePoints(event).map(([curve, value]) =>
  ({ key: mlflowName(curve), value: Number.isFinite(value) ? value : String(value), timestamp, step: event.step }));

function startError(url: string, error: unknown): unknown {
  if (error instanceof Unreachable) {
    return new NnError("nn/mlflow-unreachable", `nn: the MLflow server at ${url} cannot be reached (${error.message}); start it, or check the address`);
  }
  if (error instanceof MlflowRefusal) return new NnError("nn/mlflow-refused", `nn: the MLflow server at ${url} refuses the run: ${error.message}`);
  return error;
}
