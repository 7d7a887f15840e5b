import { existsSync } from "node:fs";
import { type EngineFacts, engineText } from "@bort/backend";
import { extractionReport, type ExtractionReportOptions, renderReport } from "@bort/bench";
import { type EncoderLatencies, writeFileAtomically } from "@bort/nn";
import { readJsonFile } from "./read-json-file.js";
import { type RunFolder } from "./run-folder.js";
import { version } from "./version.js";

/** What a search found; of the FPTAS with its certificate. */
export type Found = ExtractionReportOptions["extraction"];

/** The latencies that a run has measured, in whatever session: kept in `latencies.json`, since the trial log holds their medians alone. */
export class RunLatencies {
  readonly #path: string;

  constructor(run: RunFolder) {
    this.#path = run.at("latencies.json");
  }

  add(measured: EncoderLatencies): void {
    writeFileAtomically(this.#path, `${JSON.stringify([...this.#all(), measured])}\n`);
  }

  /** All of them as one measurement, which they are but for the time between them; `undefined` where there is none. */
  together(): EncoderLatencies | undefined {
    const all = this.#all();
    return all[0] && { ...all[0], encoders: all.flatMap(({ encoders }) => encoders) };
  }

  #all(): readonly EncoderLatencies[] {
    return existsSync(this.#path) ? (readJsonFile(this.#path) as readonly EncoderLatencies[]) : [];
  }
}

export interface SearchReportOptions {
  readonly run: RunFolder;
  readonly found: Found;
  /** Name of the strategy. */
  readonly strategy: string;
  readonly latency: "flops" | "measured";
  readonly latencies: RunLatencies;
  readonly engine: EngineFacts;
}

/** Writes the report of a search into its run's folder: `report.html`. */
export function writeSearchReport({ run, found, strategy, latency, latencies: recorded, engine }: SearchReportOptions): void {
  const latencies = recorded.together();
  writeFileAtomically(run.at("report.html"), renderReport(extractionReport({
    extraction: found, search: strategy, latencyUnit: latency === "flops" ? "FLOPs" : "ms",
    ...(latencies !== undefined && { latencies }),
    generated: `bort ${version} on ${engineText(engine)}, ${new Date().toISOString().slice(0, 10)}`,
  })));
}
