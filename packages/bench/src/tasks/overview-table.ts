import { type Column, type Table } from "../table.js";
import { type ScoresWhereDefined } from "./score-predictions.js";
import { type TaskOverview } from "./task-overview.js";

const SPLITS = ["train", "dev", "test"] as const;

/** The tasks that a folder has, one a row: examples of each split, label shares, and what always giving the commonest answer is worth. */
export const overviewTable = (tasks: readonly TaskOverview[]): Table => ({
  columns: [{ label: "task" }, ...SPLITS.map((label): Column => ({ label, align: "right" })), { label: "labels" }, { label: "majority baseline" }],
  rows: tasks.map(({ task, kind, examples, labelShares, baseline }) => [
    task, ...SPLITS.map((split) => examples[split] ?? null),
    kind === "regression" ? "a value" : labelShares === undefined ? null : sharesText(labelShares),
    baseline === undefined ? null : metricsText(baseline.metrics),
  ]),
});

/** Metrics with their names, in words. */
export const metricsText = (metrics: Readonly<ScoresWhereDefined>): string =>
  Object.entries(metrics).map(([name, value]) => `${name} ${value === null ? "undefined" : value.toFixed(4)}`).join(", ");

const sharesText = (shares: Readonly<Record<string, number>>): string => Object.entries(shares).map(([label, share]) => `${label} ${(100 * share).toFixed(1)}%`).join(", ");
