import { BenchError } from "../bench-error.js";
import { readShapeTable, type ShapeTable } from "../predictors/shape-table.js";
import { type PredictorStudy, studyPredictors } from "../predictors/study-predictors.js";
import { lightgbmSubject, ownSubjects } from "../predictors/subjects.js";
import { type TableSplitsOptions } from "../predictors/table-splits.js";
import { renderReport } from "../report/report.js";
import { type Command, countFlag, jsonFile, textFlag } from "./command.js";
import { predictorsReport, predictorsText } from "./predictors-report.js";

/** By what tables are cut: few shapes of known perplexity are the case that matters; latency is cheap to measure, so its predictors have all there is. */
const SPLITS: Readonly<Record<ShapeTable["quantity"], Omit<TableSplitsOptions, "folds">>> = {
  perplexity: { sizes: [20, 50, 100, 200, 400], draws: 5 }, latency: { sizes: [100, "all"], draws: 1 },
};

const FOLDS = 5;

/** How well predictors fitted to a part of measured shapes tell the rest. */
export const command: Command = {
  flags: ["python", "peer-script", "draws", "out"],
  run: async (paths, flags) => {
    if (paths.length === 0) throw new BenchError("bench/bad-option", "bench: predictors needs files of measured shapes, got none; see --help");
    const python = textFlag(flags, "python");
    const script = textFlag(flags, "peer-script") ?? "benchmarks/peer/predictors_lightgbm.py";
    const studies: PredictorStudy[] = [];
    for (const path of paths) {
      const table = await readShapeTable(path);
      const subjects = [...ownSubjects(table), ...(python === undefined ? [] : [lightgbmSubject(python, script)])];
      const splits = { ...SPLITS[table.quantity], draws: countFlag(flags, "draws", { fallback: SPLITS[table.quantity].draws }), folds: FOLDS };
      studies.push(await studyPredictors(table, subjects, splits, (line) => void process.stderr.write(`${line}\n`)));
    }
    const kept = studies.map(({ heldOut, ...study }) => ({ ...study, calibration: heldOut.map(({ subject, calibration }) => ({ subject, bins: calibration })) }));
    return {
      result: { studies: kept }, text: predictorsText(studies),
      files: { "predictors.json": jsonFile({ studies: kept }), "predictors.html": renderReport(predictorsReport(studies)) },
    };
  },
};
