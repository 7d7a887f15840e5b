import { basename, resolve } from "node:path";
import { type EngineBackend, type EngineFacts, engineFacts, engineText } from "@bort/backend";
import { type RunOutcome, type Tracker, type TrainingEvent, mlflowTracker, tensorBoardWriter } from "@bort/nn";
import { loggedEvents } from "./event-log.js";
import { isInterruption } from "./interruption.js";
import { type EngineUsed } from "./on-engine.js";
import { type OptionValues } from "./options.js";
import { type RunFolder } from "./run-folder.js";
import { type RunOnEngineOptions, runOnEngine } from "./run-on-engine.js";
import { type Terminal } from "./terminal.js";
import { type TrackerOptions, checkTrackers } from "./tracker-options.js";
import { version } from "./version.js";

export interface TrainOnEngineOptions extends RunOnEngineOptions {
  readonly flags: RunOnEngineOptions["flags"] & OptionValues<TrackerOptions>;
  readonly signal: AbortSignal;
}

/**
 * Does the work of a training in its folder, as `runOnEngine` does, with trackers that are there before the work and are told how it ended.
 *
 * @throws CliError `cli/usage`; what `runOnEngine` and `mlflowTracker` throw
 */
export async function trainOnEngine<Result extends object>(
  options: TrainOnEngineOptions, work: (run: RunFolder, backend: EngineBackend, trackers: readonly Tracker[]) => Promise<Result>,
): Promise<Result & EngineUsed> {
  checkTrackers(options.flags);
  return runOnEngine(options, async (run, backend) => {
    const trackers = await openTrackers(options, run, engineFacts(backend));
    let outcome: RunOutcome = "failed";
    try {
      const result = await work(run, backend, trackers);
      outcome = "finished";
      return result;
    } catch (error) {
      if (isInterruption(error, options.signal)) outcome = "interrupted";
      throw error;
    } finally {
      for (const tracker of trackers) await tracker.close(outcome);
    }
  });
}

async function openTrackers({ flags, request, terminal, signal }: TrainOnEngineOptions, run: RunFolder, engine: EngineFacts): Promise<Tracker[]> {
  const { tensorboard, mlflow: url, "mlflow-experiment": experiment = "bort" } = flags;
  const { command, settings, inputs = {} } = request;
  const hashes = Object.fromEntries(Object.entries(inputs).map(([role, hash]) => [`${role}_sha256`, hash]));
  const mlflow = url === undefined ? [] : [await mlflowTracker({
    url, experiment, signal, runName: basename(resolve(run.path)), runFile: run.at("mlflow.json"),
    parameters: { command, ...settings, ...hashes, engine: engine.engine, threads: engine.threads }, // A resumed run has the same.
    tags: { "mlflow.source.name": `bort ${command}`, "mlflow.source.type": "LOCAL", "bort.version": version, "bort.engine": engineText(engine) },
    earlier: () => loggedEvents(run.at("events.jsonl")) as TrainingEvent[],
    warn: (line) => warnOn(terminal, line),
  })];
  return [...mlflow, ...(tensorboard ? [tensorBoardWriter(run.at("tensorboard"))] : [])];
}

/** A line for people, in place of a progress bar, which is drawn again below. */
function warnOn({ stderr }: Terminal, line: string): void {
  stderr.write(stderr.isTTY === true ? `\r${line}\u001b[K\n` : `${line}\n`);
}
