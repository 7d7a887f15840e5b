import { calibrationSection } from "../calibration-section.js";
import { type MeanSpread } from "../mean-spread.js";
import { type PredictorScore, type PredictorStudy } from "../predictors/study-predictors.js";
import { type Report, type Section } from "../report/report.js";
import { type Table } from "../table.js";
import { consoleTable } from "../terminal/console-table.js";

const spread = ({ mean, least, most }: MeanSpread): string => (Number.isNaN(mean) ? "–" : `${mean.toFixed(3)} (${least.toFixed(3)}, ${most.toFixed(3)})`); // No correlation with a constant.
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** The studies for a terminal. */
export const predictorsText = (studies: readonly PredictorStudy[]): string =>
  studies.map((study) => [headingOf(study), consoleTable(scoreTable(study)), ...importanceText(study)].join("\n")).join("\n\n");

const headingOf = ({ table, rows, splits: { draws, folds } }: PredictorStudy): string => `${table}: ${rows} shapes, ${folds} folds, drawn ${draws} times; mean (least, most)`;

function importanceText({ parametersImportance: found }: PredictorStudy): string[] {
  return found === undefined ? [] : [`importance of the parameters among the trees' features: ${percent(found.total)} of all gain, ${percent(found.mean)} by the mean gain of a split`];
}

function scoreTable({ scores }: PredictorStudy): Table {
  const regret = ({ regret: { test, table } }: PredictorScore): string[] => [test, table].map(({ mean }) => percent(mean));
  return {
    columns: [
      { label: "predictor" }, { label: "fitted to" }, { label: "Spearman" }, { label: "R^2" },
      { label: "regret, held out", align: "right" }, { label: "in the table", align: "right" },
    ],
    rows: scores.map((score) => [score.subject, score.size, spread(score.spearman), spread(score.rSquared), ...regret(score)]),
  };
}

/** The studies as a page. */
export function predictorsReport(studies: readonly PredictorStudy[]): Report {
  return {
    title: "Predictors of shapes", subtitle: "Fitted to some measured shapes of a table, judged by others", facts: [],
    sections: studies.flatMap((study) => [{ heading: headingOf(study), text: importanceText(study), table: scoreTable(study) }, ...calibrationSections(study)]),
  };
}

const calibrationSections = ({ table, quantity, heldOut }: PredictorStudy): Section[] => heldOut.map(({ subject, points, calibration }) =>
  calibrationSection({ heading: `${table}: calibration of ${subject}`, quantity: quantity === "latency" ? "latency, s" : quantity, points, calibration }));
