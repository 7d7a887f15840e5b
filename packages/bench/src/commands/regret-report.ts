import { formatTuple } from "@bort/arch";
import { type EngineFacts, engineText } from "@bort/backend";
import { type Machine } from "../machine.js";
import { finalScores } from "../regret/error-table.js";
import { type MeanSpread } from "../mean-spread.js";
import { type Regret, type RegretAnalysis } from "../regret/analyze-regret.js";
import { wOfPoints } from "../regret/picks.js";
import { type RegretFindings, scoreRanges } from "../regret/regret-findings.js";
import { type RegretSettings } from "../regret/regret-settings.js";
import { type Report, type Section } from "../report/report.js";
import { type Table } from "../table.js";
import { consoleTable } from "../terminal/console-table.js";

/** What the command found, and on what. */
export interface RegretResult extends RegretFindings, EngineFacts {
  readonly machine: Machine;
  readonly settings: RegretSettings;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
const nats = (value: number): string => value.toFixed(3);
const correlation = ({ mean, least, most }: MeanSpread): string =>
  Number.isNaN(mean) ? "–" : least === most ? mean.toFixed(2) : `${mean.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;

/** The findings for a terminal. */
export function regretText(result: RegretResult): string {
  return [
    `regret of a search on ${engineText(result)}`,
    ...trainingText(result),
    ...Object.entries(result.analyses).flatMap(([name, analysis]) => [
      "", `below the ${name}`, bestText(result, analysis), consoleTable(correlationTable(analysis)),
      regretTitle, consoleTable(regretTable(analysis, ({ w }) => w.mean, percent)),
      lossTitle, consoleTable(regretTable(analysis, ({ loss }) => loss.mean, nats)),
    ]),
  ].join("\n");
}

const regretTitle = "regret in W: mean over seeds and offsets of the FPTAS / expected of as many random points";
const lossTitle = "final MLM loss above that of the point of the largest W, nats: the same";

function trainingText({ table, teacher, flatness, settings: { teacher: { arch }, convergence } }: RegretResult): string[] {
  const { error, loss, accuracy } = scoreRanges(table);
  const to = ([least, most]: readonly [number, number], format: (value: number) => string): string => `${format(least)} to ${format(most)}`;
  return [
    `teacher <${formatTuple(arch)}>: held-out loss ${nats(teacher.loss)}, accuracy ${percent(teacher.accuracy)}, entropy ${nats(teacher.error)}`,
    `${table.points.length} points after ${convergence.steps} steps, ${table.converged.length} seeds: error ${to(error, nats)}, loss ${to(loss, nats)}, accuracy ${to(accuracy, percent)}`,
    `the last fifth of the steps took ${nats(flatness.lastFifth)} from the loss; twice the steps ${nats(flatness.twice)} from the error, with a rank correlation of ${
      flatness.rankCorrelation.toFixed(2)} between both`,
  ];
}

const bestText = ({ table }: RegretResult, { best, ratios }: RegretAnalysis): string =>
  `best <${formatTuple(table.points[best.point]!.arch)}>, W ${nats(best.w)}, its loss ${nats(best.lossAboveLowest)} above the lowest; over the grid size and latency change W by a factor of ${
    ratios.sizeAndLatency.toFixed(2)}, the error by ${ratios.error.toFixed(2)}`;

function correlationTable({ correlations, truth }: RegretAnalysis): Table {
  const rows = truth === undefined ? correlations : [...correlations, { source: "a seed with another", ...truth }];
  return {
    columns: [{ label: "rank correlation with training in full" }, ...["error", "error, p and i accounted for", "W"].map((label) => ({ label }))],
    rows: rows.map(({ source, error, errorBesidesSize, w }) => [source, correlation(error), correlation(errorBesidesSize), correlation(w)]),
  };
}

/** A row a source, a column an epsilon. */
function regretTable({ picks }: RegretAnalysis, value: (regret: Regret) => number, format: (value: number) => string): Table {
  const sources = [...new Set(picks.map(({ source }) => source))];
  const epsilons = [...new Set(picks.map(({ epsilon }) => epsilon))];
  return {
    columns: [{ label: "error" }, ...epsilons.map((epsilon) => ({ label: `epsilon ${epsilon}`, align: "right" as const }))],
    rows: sources.map((source) => [source, ...picks.filter((pick) => pick.source === source).map(({ fptas, random }) => `${format(value(fptas))} / ${format(value(random))}`)]),
  };
}

/** The findings as a page. */
export function regretReport(result: RegretResult): Report {
  const { machine, table, analyses } = result;
  return {
    title: "What a search by the FPTAS gives away",
    subtitle: `${table.points.length} architectures, each trained in full and for a few steps, on ${engineText(result)}`,
    generated: `${machine.date}, ${machine.cores} x ${machine.processor}, Node ${machine.node}`,
    facts: [{ label: "best <D, A, H, I>", value: formatTuple(table.points[analyses.teacher.best.point]!.arch) }, { label: "W", value: nats(analyses.teacher.best.w) }],
    sections: [
      trainingSection(result),
      ...Object.entries(analyses).flatMap(([name, analysis]) => [agreementSection(result, name, analysis), ...regretSections(name, analysis)]),
    ],
  };
}

function trainingSection(result: RegretResult): Section {
  const { table, longer } = result;
  const final = finalScores(table);
  return {
    heading: "Training in full",
    text: trainingText(result),
    chart: {
      kind: "line", title: "Held-out loss of the points that were trained twice as long", x: { label: "step" }, y: { label: "MLM loss (nats)" },
      series: longer.map(({ arch, twice }) => ({ name: formatTuple(arch), points: twice.curve.slice(1) })),
    },
    table: {
      columns: [{ label: "D,A,H,I" }, { label: "parameters p" }, { label: "i, FLOPs" }, ...["error", "MLM loss"].map((label) => ({ label, format: nats })), { label: "accuracy", format: percent }],
      rows: table.points.map(({ arch, parameters, latencyMs }, i) => [formatTuple(arch), parameters, latencyMs, final[i]!.error, final[i]!.loss, final[i]!.accuracy]),
    },
  };
}

/** The n of Bort, whose errors are drawn. */
const DRAWN_STEPS = 3;

function agreementSection(result: RegretResult, name: string, analysis: RegretAnalysis): Section {
  const { table: { points, surrogates, ...table } } = result;
  const space = { points, maximumPoint: analysis.maximumPoint };
  const final = wOfPoints(space, finalScores({ points, ...table }).map(({ error }) => error));
  const drawn = surrogates.filter(({ steps }) => steps === DRAWN_STEPS);
  return {
    heading: `Below the ${name}: what a few steps say`,
    text: [bestText(result, analysis)],
    chart: {
      kind: "scatter", title: `W after full training against W after ${DRAWN_STEPS} steps`, x: { label: `W after ${DRAWN_STEPS} steps` }, y: { label: "W after full training" },
      points: drawn.flatMap(({ seed, errors }) => wOfPoints(space, errors).map((w, i) => ({ x: w, y: final[i]!, group: `seed ${seed}`, label: formatTuple(points[i]!.arch) }))),
    },
    table: correlationTable(analysis),
  };
}

function regretSections(name: string, analysis: RegretAnalysis): Section[] {
  const { picks } = analysis;
  const sources = [...new Set(picks.map(({ source }) => source))].filter((source) => !source.endsWith("shuffled"));
  return [
    {
      heading: `Below the ${name}: regret in W`,
      text: [regretTitle],
      chart: {
        kind: "line", title: "Mean regret of the FPTAS by epsilon", x: { label: "epsilon" }, y: { label: "regret in W" },
        series: sources.map((source) => ({ name: source, points: picks.filter((pick) => pick.source === source).map(({ epsilon, fptas }) => [epsilon, fptas.w.mean] as const) })),
      },
      table: regretTable(analysis, ({ w }) => w.mean, percent),
    },
    { heading: `Below the ${name}: loss above that of the largest W`, text: [lossTitle], table: regretTable(analysis, ({ loss }) => loss.mean, nats) },
  ];
}
