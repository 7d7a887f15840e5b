import { existsSync } from "node:fs";
import { writeFileAtomically } from "../atomic-write.js";
import { NnError } from "../nn-error.js";
import { readText } from "../read-text.js";
import { type MlflowCall, MlflowRefusal } from "./mlflow-server.js";

export interface MlflowRunOptions {
  readonly url: string;
  readonly experiment: string;
  readonly runName?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly runFile?: string;
  /** Milliseconds since 1970. */
  readonly startTime: number;
}

/** A run at the server, ready to be logged to. */
export interface MlflowRun {
  readonly id: string;
  /** The last step of each curve that the server has already. */
  readonly lastSteps: ReadonlyMap<string, number>;
}

/** Parameters of one request, at most, for the server. */
const MOST_PARAMETERS = 100;

/** What the server takes as the name of a metric or a parameter in all its versions. */
export const mlflowName = (name: string): string => name.replace(/[^\w./ -]/g, "_");

/**
 * Begins a run, or goes on with the one that `runFile` names where it is of this server and this experiment.
 *
 * @throws MlflowRefusal; what `call` throws; NnError `nn/write-failed`, `nn/bad-option` where `runFile` is of another kind
 */
export async function openMlflowRun(call: MlflowCall, options: MlflowRunOptions): Promise<MlflowRun> {
  const known = knownRun(options);
  const run = known === undefined ? await createRun(call, options) : await findRun(call, known, options.runFile!);
  await logParameters(call, run.id, options.parameters ?? {}).catch(async (error: unknown) => {
    if (known === undefined) await call({ post: "runs/update", body: { run_id: run.id, status: "FAILED" } }).catch(() => undefined);
    throw error;
  });
  if (known !== undefined) await call({ post: "runs/update", body: { run_id: run.id, status: "RUNNING" } });
  return run;
}

/** Says the parameters, which changes nothing where the run has them; the server refuses others than it has. */
async function logParameters(call: MlflowCall, runId: string, parameters: Readonly<Record<string, unknown>>): Promise<void> {
  const all = Object.entries(parameters).filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ key: mlflowName(name), value: typeof value === "string" ? value : JSON.stringify(value) }));
  for (let start = 0; start < all.length; start += MOST_PARAMETERS) {
    await call({ post: "runs/log-batch", body: { run_id: runId, params: all.slice(start, start + MOST_PARAMETERS) } });
  }
}

async function createRun(call: MlflowCall, { url, experiment, runName, tags = {}, runFile, startTime }: MlflowRunOptions): Promise<MlflowRun> {
  const body = {
    experiment_id: await experimentId(call, experiment), start_time: startTime, ...(runName !== undefined && { run_name: runName }),
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
  };
  const { run } = await call({ post: "runs/create", body }) as { run: { info: { run_id: string } } };
  const id = run.info.run_id;
  if (runFile !== undefined) writeFileAtomically(runFile, `${JSON.stringify({ url, experiment, runId: id }, null, 2)}\n`);
  return { id, lastSteps: new Map() };
}

async function experimentId(call: MlflowCall, name: string): Promise<string> {
  interface Experiment { readonly experiment_id: string; readonly lifecycle_stage: string }
  const find = async (): Promise<string> => {
    const { experiment } = await call({ get: "experiments/get-by-name", query: { experiment_name: name } }) as { experiment: Experiment };
    if (experiment.lifecycle_stage !== "deleted") return experiment.experiment_id;
    throw new MlflowRefusal(undefined, `its experiment ${JSON.stringify(name)} is deleted; restore it there, or give another name`);
  };
  const create = async (): Promise<string> => (await call({ post: "experiments/create", body: { name } }) as unknown as Experiment).experiment_id;
  // Another run may create it between the two requests.
  return unless("RESOURCE_DOES_NOT_EXIST", find, () => unless("RESOURCE_ALREADY_EXISTS", create, find));
}

async function unless<Result>(errorCode: string, first: () => Promise<Result>, otherwise: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await first();
  } catch (error) {
    if (error instanceof MlflowRefusal && error.errorCode === errorCode) return await otherwise();
    throw error;
  }
}

async function findRun(call: MlflowCall, id: string, runFile: string): Promise<MlflowRun> {
  interface Run {
    readonly info: { readonly lifecycle_stage: string };
    readonly data?: { readonly metrics?: readonly { readonly key: string; readonly step: number | string }[] };
  }
  const gone = (): never => {
    throw new MlflowRefusal(undefined, `it has no run ${id} any more, which ${runFile} names; restore it there, or remove that file to begin another`);
  };
  const { run } = await unless("RESOURCE_DOES_NOT_EXIST", () => call({ get: "runs/get", query: { run_id: id } }), gone) as unknown as { run: Run };
  if (run.info.lifecycle_stage === "deleted") gone();
  return { id, lastSteps: new Map((run.data?.metrics ?? []).map(({ key, step }) => [key, Number(step)])) };
}

/** The id in the file, where it is of this server and this experiment. */
function knownRun({ url, experiment, runFile }: MlflowRunOptions): string | undefined {
  if (runFile === undefined || !existsSync(runFile)) return undefined;
  const text = readText(runFile, "it was removed meanwhile");
  try {
    const known = JSON.parse(text) as { url: string; experiment: string; runId: string };
    return known.url === url && known.experiment === experiment ? known.runId : undefined;
  } catch {
    throw new NnError("nn/bad-option", `nn: ${runFile} must tell which MLflow run it is, in JSON; remove it to begin another`);
  }
}
