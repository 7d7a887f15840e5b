import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { type Html, html, trustedHtml } from "./html.js";

/** Columns of every plot, in CSS pixels; the page scales it to its own width. */
export const plotWidth = 760;

/** A drawn plot: its markup, and where a value of either scale lies, in pixels. */
export interface DrawnPlot {
  readonly svg: Html;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** Draws a plot as an inline SVG image that assistive software reads as `description`; its style is the page's. */
export function drawPlot(options: Plot.PlotOptions, description: string): DrawnPlot {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const drawn = Plot.plot({ document, width: plotWidth, className: "plot", style: { fontSize: "12px" }, ...options });
  drawn.querySelector("style")?.remove();
  // The description stands on an element of ours: the DOM's serializer leaves ampersands in SVG attributes alone.
  const svg = html`<div class="plot-frame" role="img" aria-label="${description}">${trustedHtml(drawn.outerHTML)}</div>\n`;
  const positionOn = (name: "x" | "y") => (value: number): number => Number(drawn.scale(name)?.apply(value));
  return { svg, x: positionOn("x"), y: positionOn("y") };
}
