import { type EngineBackend } from "@bort/backend";
import { type PreparedCorpus } from "@bort/data";
import { type MlmModel } from "@bort/nn";
import { type Setting } from "./setting.js";
import { type Terminal } from "./terminal.js";

/** What every part of a run works with. */
export interface Workplace {
  readonly setting: Setting;
  readonly seed: number;
  /** The folder of the run. */
  readonly out: string;
  readonly backend: EngineBackend;
  readonly terminal: Terminal;
  /** Ends the work after the step or the trial in progress. */
  readonly signal: AbortSignal;
}

/** The maximum point, and the text in its tokens. */
export interface Materials {
  readonly teacher: MlmModel;
  readonly corpus: PreparedCorpus;
}
