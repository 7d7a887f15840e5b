import { engineText } from "@bort/backend";
import { usageError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { budgetOf, fitShape } from "../fit-shape.js";
import { limitOptions, limitsOf } from "../limit-options.js";
import { readMeasuredShapes } from "../measured-shapes.js";
import { type EngineUsed, engineOptions, onEngine } from "../on-engine.js";
import { choice, described, flag, integer, type OptionValues, required, text, withDefault } from "../options.js";
import { barsOn } from "../progress.js";
import { shapeSearches, shapeStrategies } from "../search-shapes.js";
import { quantities, type Quantity, ShapeMeasures } from "../shape-measures.js";
import { predictorOption, qualityText } from "../shape-predictor.js";
import { shapesText, type ShapeValues } from "../shapes-table.js";
import { printLine, type Terminal } from "../terminal.js";

const strategies = [...shapeStrategies, "fit"] as const;

const aims = {
  minimize: described(choice(quantities, "what is to be small"), "perplexity, or parameters where --most-perplexity is given"),
  against: described(choice(quantities, "front: what is to be small too"), "parameters, or perplexity where parameters are minimized"),
};

/** `bort supernet search`: finds the best shapes by a predictor of measured ones. */
export const supernetSearch: Command = command({
  name: "supernet search",
  description: "find the best shape within limits, or the best trades, by a predictor of measured shapes",
  options: {
    table: required(text("FILE.jsonl", "measured shapes, of bort supernet sample or as SuperShaper's are published")),
    supernet: described(text("RUN", "folder of the super-network whose shapes they are"), "widths as in the table, and all else as in SuperShaper's paper"),
    predictor: predictorOption,
    strategy: withDefault(choice(strategies, "the proven best of all shapes, evolution, the best trades of two quantities, or the best that keeps --most-latency-ms measured here"), "exact"),
    ...aims,
    ...limitOptions,
    "sequence-length": withDefault(integer("tokens of the sequence that FLOPs are counted for, and fit times networks on", 1), 128),
    iterations: withDefault(integer("of evolution, and of a front that is not exact", 0), 300),
    seed: withDefault(integer("decides every random draw", 0), 0),
    ...engineOptions,
    quiet: flag("show no progress, nor why it is not the native engine"),
  },
  run: async (options, { terminal, signal }) => {
    const { strategy, iterations, seed, quiet, json } = options;
    const limits = limitsOf(options);
    const { minimize, against } = aimsOf(options, limits.some(({ quantity, atMost }) => quantity === "perplexity" && atMost !== undefined));
    const table = readMeasuredShapes(options.table, options.supernet);
    const measures = new ShapeMeasures(table, { kind: options.predictor, sequenceLength: options["sequence-length"] });
    const common = { space: table.space, measures, signal, bars: barsOn(terminal, quiet) };
    const tell = (found: readonly (readonly number[])[], timed: ShapeValues["values"] = {}): SearchResult => {
      const limited = limits.map(({ quantity }) => quantity);
      const told = quantities.filter((quantity) => ["perplexity", "parameters", minimize, ...limited, ...(strategy === "front" ? [against] : [])].includes(quantity));
      const valueOf = (quantity: Quantity, shape: readonly number[]): number => timed[quantity] ?? measures.of(quantity).value(shape);
      const shapes = found.map((shape): ShapeValues => ({ shape, values: Object.fromEntries(told.map((quantity) => [quantity, valueOf(quantity, shape)])) }));
      return { strategy, minimize, ...(strategy === "front" && { against }), shapes, predictors: measures.qualities, warnings: measures.warnings(found) };
    };
    if (strategy !== "fit") return report(tell(await shapeSearches[strategy]({ ...common, minimize, against, limits, iterations, seed })), json, terminal);
    const budgetMs = budgetOf(limits, minimize);
    return report(await onEngine(options, terminal, async (backend) => {
      const { shape, latencyMs } = await fitShape({ ...common, backend, budgetMs, sequenceLength: options["sequence-length"] });
      return tell([shape], { "latency-ms": latencyMs });
    }), json, terminal);
  },
});

interface SearchResult extends Partial<EngineUsed> {
  readonly strategy: (typeof strategies)[number];
  readonly minimize: Quantity;
  readonly against?: Quantity;
  readonly shapes: readonly ShapeValues[];
  readonly predictors: ShapeMeasures["qualities"];
  readonly warnings: readonly string[];
}

/** Prints what was found for people, unless it is to be printed for programs; gives the latter. */
function report({ shapes, ...result }: SearchResult, json: boolean, { stdout }: Terminal): object {
  if (!json) {
    printLine(stdout, shapesText(shapes));
    for (const [quantity, quality] of Object.entries(result.predictors)) printLine(stdout, qualityText(quantity, quality));
    if (result.engine !== undefined) printLine(stdout, `latency measured: ${engineText({ engine: result.engine, threads: result.threads! })}`);
    for (const warning of result.warnings) printLine(stdout, `warning: ${warning}`);
  }
  return { ...result, shapes: shapes.map(({ shape, values }) => ({ shape, ...values })) };
}

interface Aims {
  readonly minimize: Quantity;
  readonly against: Quantity;
}

function aimsOf({ strategy, ...given }: OptionValues<typeof aims> & { readonly strategy: string }, limitsPerplexity: boolean): Aims {
  const minimize = given.minimize ?? (limitsPerplexity && strategy !== "front" ? "parameters" : "perplexity");
  const against = given.against ?? (minimize === "parameters" ? "perplexity" : "parameters");
  if (given.against !== undefined && strategy !== "front") throw usageError(`--against says nothing to --strategy ${strategy}, which minimizes one quantity; take --strategy front`);
  if (minimize === against) throw usageError(`--against must be another quantity than --minimize, got ${against} for both`);
  return { minimize, against };
}
