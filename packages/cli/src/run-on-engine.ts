import { type EngineBackend, engineFacts } from "@bort/backend";
import { type EngineFlags, type EngineUsed, onEngine } from "./on-engine.js";
import { RunFolder, type RunRequest } from "./run-folder.js";
import { type Terminal } from "./terminal.js";

export interface RunOnEngineOptions {
  /** The run's folder. */
  readonly out: string;
  readonly request: Omit<RunRequest, "engine">;
  readonly flags: EngineFlags;
  readonly terminal: Terminal;
}

/** Does the work of a run in its folder, on the engine that the flags ask for; throws what `onEngine` and `RunFolder.use` throw. */
export const runOnEngine = <Result extends object>(
  { out, request, flags, terminal }: RunOnEngineOptions, work: (run: RunFolder, backend: EngineBackend) => Promise<Result>,
): Promise<Result & EngineUsed> =>
  onEngine(flags, terminal, (backend) => RunFolder.use(out, { ...request, engine: engineFacts(backend) }, (run) => work(run, backend)));
