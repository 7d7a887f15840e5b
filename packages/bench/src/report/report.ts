import { type Table } from "../table.js";
import { type Chart, renderChart } from "./chart.js";
import { type Html, html } from "./html.js";
import { htmlTable } from "./html-table.js";
import { pageStyle } from "./page-style.js";

export interface Report {
  readonly title: string;
  readonly subtitle?: string;
  /** When, and by what, the report was made, as it shall read. */
  readonly generated?: string;
  /** What stands out, above everything else. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly sections: readonly Section[];
}

/** A part of a report: paragraphs, then a chart, then a table, of which each may be missing. */
export interface Section {
  readonly heading: string;
  readonly text?: readonly string[];
  readonly table?: Table;
  readonly chart?: Chart;
}

/**
 * Writes a report as one HTML page that needs nothing else: no script, no other file, no network. It follows the reader's light or dark mode.
 *
 * The same report gives the same text. All of its strings are shown literally. Throws `bench/bad-table`.
 */
export function renderReport({ title, subtitle, generated, facts, sections }: Report): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
${subtitle === undefined ? undefined : html`<p class="subtitle">${subtitle}</p>\n`}${
  generated === undefined ? undefined : html`<p class="generated">${generated}</p>\n`}</header>
${facts.length === 0 ? undefined : html`<dl class="facts">
${facts.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>\n`)}</dl>
`}${sections.map(renderSection)}</main>
</body>
</html>
`;
  return page.source;
}

function renderSection({ heading, text = [], table, chart }: Section): Html {
  return html`<section>
<h2>${heading}</h2>
${text.map((paragraph) => html`<p>${paragraph}</p>\n`)}${chart && renderChart(chart)}${table && htmlTable(table, heading)}</section>
`;
}
