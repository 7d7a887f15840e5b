import { type EngineBackend, engineFacts, engineText } from "@bort/backend";
import { renderReport } from "@bort/bench";
import { writeFileAtomically } from "@bort/nn";
import { analyseUnits, type Dimension, type ScoredUnit } from "@bort/schubert-prune";
import { type NewBar } from "./progress.js";
import { type PruningWork } from "./pruning-work.js";
import { type RunFolder } from "./run-folder.js";
import { cheapestText, unitReport } from "./unit-report.js";
import { version } from "./version.js";

export interface AnalysisRunOptions {
  readonly work: PruningWork;
  readonly batches: number;
  /** Default: all. */
  readonly dimensions: readonly Dimension[] | undefined;
  readonly bars: NewBar;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/** What `--json` and `run.json` have of an analysis; all of it is in `units.json`. */
export interface AnalysisRunResult {
  readonly batches: number;
  readonly cheapest: readonly ScoredUnit[];
}

/** Scores every unit of a network in a run's folder, into `units.json` and `report.html`; throws what `analyseUnits` throws. */
export async function analyseInFolder(run: RunFolder, backend: EngineBackend, { work, batches, dimensions, bars, signal, tell }: AnalysisRunOptions): Promise<AnalysisRunResult> {
  const { task, close } = await work.open({ run, backend, bars });
  try {
    const bar = bars("batches", batches);
    const analysis = await analyseUnits({ backend, model: work.model, task, batches, signal, onBatch: (read) => bar.update(read), ...(dimensions !== undefined && { dimensions }) });
    bar.finish();
    writeFileAtomically(run.at("units.json"), `${JSON.stringify({ batches, ...analysis })}\n`);
    const generated = `bort ${version} on ${engineText(engineFacts(backend))}, ${new Date().toISOString().slice(0, 10)}`;
    writeFileAtomically(run.at("report.html"), renderReport(unitReport(analysis, batches, generated)));
    tell(cheapestText(analysis));
    return { batches, cheapest: analysis.cheapest };
  } finally {
    await close();
  }
}
