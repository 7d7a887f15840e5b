import { dirname } from "node:path";
import { renderReport } from "@bort/bench";
import { writeFileAtomically } from "@bort/nn";
import { type LayerDiagonals, layerDiagonals } from "@bort/supershaper";
import { type Command, command } from "../command.js";
import { readMeasuredShapes, tableOption } from "../measured-shapes.js";
import { described, text } from "../options.js";
import { OutputFolder } from "../output-folder.js";
import { analyseShapes, type ShapeAnalysis } from "../shape-analysis.js";
import { analysisReport, analysisText } from "../shape-analysis-report.js";
import { predictorOption } from "../shape-predictor.js";
import { openSupernet } from "../supernet-folder.js";
import { printLine } from "../terminal.js";
import { version } from "../version.js";
import { widthsOption } from "../widths-option.js";

/** `bort supernet analyse`: says what measured shapes tell. */
export const supernetAnalyse: Command = command({
  name: "supernet analyse",
  description: "say which layers matter, what well-known shapes come to, and whether shape decides",
  options: {
    table: tableOption,
    supernet: described(text("RUN", "folder of the super-network whose shapes they are; its bottlenecks are looked at, too"), "widths as in the table, and all else as in SuperShaper's paper"),
    widths: described(widthsOption, "as in --supernet, or in the table"),
    predictor: predictorOption,
    report: text("FILE.html", "write the analysis as a page with plots, too"),
  },
  run: async ({ table, supernet, widths, predictor, report, json }, { terminal }) => {
    if (report !== undefined) OutputFolder.check(dirname(report));
    const measured = await readMeasuredShapes(table, { supernet, widths });
    const analysis: ShapeAnalysis = { ...analyseShapes(measured, predictor), ...(supernet !== undefined && { diagonals: diagonalsOf(supernet) }) };
    if (report !== undefined) writeFileAtomically(report, renderReport(analysisReport(analysis, `bort ${version}, ${new Date().toISOString().slice(0, 10)}`)));
    if (!json) printLine(terminal.stdout, analysisText(analysis));
    const { templates, cigars } = analysis;
    return { ...analysis, templates: templates.map(({ name, shape, values }) => ({ name, shape, ...values })), cigars: cigars.map(({ shape, values }) => ({ shape, ...values })) };
  },
});

function diagonalsOf(folder: string): LayerDiagonals[] {
  const { model, space } = openSupernet(folder);
  return layerDiagonals(model, space);
}
