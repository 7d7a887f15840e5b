import { existsSync, readFileSync, readdirSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { type EngineFacts } from "@bort/backend";
import { WEIGHT_FILES } from "@bort/hub";
import { hasCheckpoint, writeFileAtomically } from "@bort/nn";
import { CliError } from "./cli-error.js";
import { Interruption } from "./interruption.js";
import { OutputFolder } from "./output-folder.js";
import { version } from "./version.js";
import { workingAlone } from "./working-alone.js";

/** What a run was asked to do; a run is resumed by the same alone. */
export interface RunRequest {
  readonly command: string;
  /** The options, without paths. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** SHA-256 of what the run starts from, by role. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** What computes: on another engine, or on other threads, the last bits and all times are others. */
  readonly engine: EngineFacts;
}

/** What a run or a model leaves behind, and another would overwrite. */
const traces: readonly string[] = ["run.json", "events.jsonl", "trials.jsonl", "agora.jsonl", "checkpoint", "config.json", "tokenizer.json", ...WEIGHT_FILES];

/**
 * Says whether a command may write its run or its model into the folder, and touches nothing.
 *
 * @param resume whether the command was told to go on with a run; undefined for a command that cannot. A run writes `run.json` before anything else, so that what lies without one is no run.
 * @throws CliError `cli/folder-in-use`, `cli/write-failed`
 */
export function checkRunFolder(path: string, resume?: boolean): void {
  OutputFolder.check(path);
  const found = traces.find((name) => existsSync(join(path, name)));
  const isRun = found === "run.json";
  if (found === undefined || (isRun && resume === true)) return;
  const told = isRun ? "a run already" : `${found}, and no run to go on with`;
  const advice = isRun && resume !== undefined ? "go on with it by --resume, or give another --out" : "give another --out";
  throw new CliError("cli/folder-in-use", `${path} holds ${told}; ${advice}`);
}

/** The folder of one run. */
export class RunFolder {
  private constructor(readonly path: string, private readonly request: RunRequest) {}

  /**
   * Does the work of a run in its folder, which is made where it is not there, and notes request and result in `run.json`. Where the work
   * fails, what it made is removed, unless there is a checkpoint, a round of a pruning, a trial, a record of Agora or a teacher's logits to go on from.
   *
   * One process may use a folder at a time; another is refused, and what it sees there is left alone.
   *
   * @throws CliError `cli/write-failed`, `cli/folder-in-use`, `cli/other-run` where the folder's `run.json` tells of another run; DataError
   * `data/write-failed`; NnError `nn/write-failed`; what `work` throws
   */
  static use<Result extends object>(path: string, request: RunRequest, work: (run: RunFolder) => Promise<Result>): Promise<Result> {
    const run = new RunFolder(path, request);
    const isKept = (error: unknown): boolean =>
      isInUse(error) || (error instanceof Interruption && error.resumable) || hasCheckpoint(run.checkpoint) || hasRound(run.checkpoint) || holds(run.at("trials.jsonl"), "trial")
      || holds(run.at("agora.jsonl"), "type") || hasLogits(run.at("logits"));
    return OutputFolder.use(path, () => workingAlone(path, run.at("run.lock"), async () => {
      const isResumed = existsSync(run.at("run.json"));
      if (isResumed) requireSameRun(run.at("run.json"), request);
      else run.describe(null);
      const result = await work(run);
      run.describe(result);
      return result;
    }), isKept);
  }

  at(name: string): string {
    return join(this.path, name);
  }

  get checkpoint(): string {
    return this.at("checkpoint");
  }

  /** Writes the `run.json` of the run, or of a model of its own that the run has made in a folder below. */
  describe(result: object | null, folder = "."): void {
    const machine = {
      platform: process.platform, architecture: process.arch, cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism(), memoryBytes: totalmem(),
    };
    const versions = { bort: version, node: process.versions.node };
    writeFileAtomically(join(this.at(folder), "run.json"), `${JSON.stringify({ ...this.request, versions, machine, result }, null, 2)}\n`);
  }
}

const isInUse = (error: unknown): boolean => error instanceof CliError && error.code === "cli/folder-in-use";
/** Whether a journal has an entry that begins with that field. */
const holds = (path: string, field: string): boolean => existsSync(path) && readFileSync(path, "utf8").includes(`\n{"${field}":`);
/** Whether a pruning has cut a network, or is about to cut its first. */
const hasRound = (checkpoint: string): boolean => holds(join(checkpoint, "rounds.jsonl"), "type") || hasCheckpoint(join(checkpoint, "round-1", "alphas"));
const hasLogits = (path: string): boolean => existsSync(path) && readdirSync(path, { recursive: true }).some((name) => String(name).endsWith(".bin"));

function requireSameRun(path: string, { command, inputs = {}, ...request }: RunRequest): void {
  let earlier: Partial<RunRequest>;
  try {
    earlier = JSON.parse(readFileSync(path, "utf8")) as Partial<RunRequest>;
  } catch {
    throw new CliError("cli/bad-run", `${path} is not JSON, so the run cannot be resumed; give another --out`);
  }
  const refuse = (what: string): never => {
    throw new CliError("cli/other-run", `${path} tells of a run with another ${what}; give the same options, or another --out`);
  };
  if (earlier.command !== command) refuse(`command (${earlier.command})`);
  for (const role of new Set([...Object.keys(inputs), ...Object.keys(earlier.inputs ?? {})])) if (earlier.inputs?.[role] !== inputs[role]) refuse(`--${role}`);
  const [before, now] = [optionsOf(earlier), optionsOf(request)];
  for (const name of new Set([...Object.keys(now), ...Object.keys(before)])) {
    const [was, is] = [JSON.stringify(before[name]), JSON.stringify(now[name])];
    if ((was ?? "false") !== (is ?? "false")) refuse(`--${name} (${was ?? "none"}, now ${is ?? "none"})`);
  }
}

/** The options that a run must be resumed with; one that was not there yet when the run began is off. */
const optionsOf = ({ settings, engine }: Partial<RunRequest>): Readonly<Record<string, unknown>> => ({ ...settings, engine: engine?.engine, threads: engine?.threads });
