import { engineText } from "@bort/backend";
import { usageError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { budgetOf, fitShape } from "../fit-shape.js";
import { limitOptions, limitsOf } from "../limit-options.js";
import { readMeasuredShapes, tableOption } from "../measured-shapes.js";
import { type EngineUsed, engineOptions, onEngine } from "../on-engine.js";
import { choice, described, flag, integer, type OptionValues, text, withDefault } from "../options.js";
import { barsOn } from "../progress.js";
import { isProven, shapeSearches, shapeStrategies } from "../search-shapes.js";
import { quantities, type Quantity, ShapeMeasures } from "../shape-measures.js";
import { predictorOption, qualityText } from "../shape-predictor.js";
import { shapesText, type ShapeValues } from "../shapes-table.js";
import { printLine, type Terminal } from "../terminal.js";
import { sequenceLengthFor } from "../training-options.js";
import { widthsOption } from "../widths-option.js";

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
    table: tableOption,
    supernet: described(text("RUN", "folder of the super-network whose shapes they are"), "widths as in the table, and all else as in SuperShaper's paper"),
    widths: described(widthsOption, "as in --supernet, or in the table"),
    predictor: predictorOption,
    strategy: withDefault(choice(strategies, "the proven best of all shapes, evolution, the best trades of two quantities, or the best that keeps --most-latency-ms measured here"), "exact"),
    ...aims,
    ...limitOptions,
    "sequence-length": described(integer("tokens of the sequence that FLOPs are counted for, and fit times networks on", 1), "128, or as many as the super-network reads"),
    iterations: described(integer("of evolution, and of a front that is not exact", 0), "300"),
    seed: described(integer("decides every random draw of these", 0), "0"),
    ...engineOptions,
    quiet: flag("show no progress, nor why it is not the native engine"),
  },
  run: async (options, { terminal, signal }) => {
    const { strategy, iterations = 300, seed = 0, quiet, json } = options;
    const limits = limitsOf(options);
    const { minimize, against } = aimsOf(options, limits.some(({ quantity, atMost }) => quantity === "perplexity" && atMost !== undefined));
    const table = await readMeasuredShapes(options.table, options);
    const sequenceLength = sequenceLengthFor({ arch: table.space.arch(table.space.largest) }, options["sequence-length"], "super-network");
    const measures = new ShapeMeasures(table, { kind: options.predictor, sequenceLength });
    const used = [minimize, ...limits.map(({ quantity }) => quantity), ...(strategy === "front" ? [against] : [])];
    requireUse(options, { chance: strategy !== "fit" && !isProven(strategy, { measures, minimize, against, limits }), sequences: strategy === "fit" || used.includes("flops") });
    const common = { space: table.space, measures, signal, bars: barsOn(terminal, quiet) };
    const tell = (found: readonly (readonly number[])[], timed: ShapeValues["values"] = {}): SearchResult => {
      const told = quantities.filter((quantity) => ["perplexity", "parameters", ...used].includes(quantity));
      const valueOf = (quantity: Quantity, shape: readonly number[]): number => timed[quantity] ?? measures.of(quantity).value(shape);
      const shapes = found.map((shape): ShapeValues => ({ shape, values: Object.fromEntries(told.map((quantity) => [quantity, valueOf(quantity, shape)])) }));
      return { strategy, minimize, ...(strategy === "front" && { against }), shapes, predictors: measures.qualities, warnings: measures.warnings(found) };
    };
    if (strategy !== "fit") return report(tell(await shapeSearches[strategy]({ ...common, minimize, against, limits, iterations, seed })), json, terminal);
    const budgetMs = budgetOf(limits, minimize);
    return report(await onEngine(options, terminal, async (backend) => {
      const { shape, latencyMs } = await fitShape({ ...common, backend, budgetMs, sequenceLength });
      return tell([shape], { "latency-ms": latencyMs });
    }), json, terminal);
  },
});

/** Options that some searches have no use for. */
interface IdleOptions {
  readonly engine: string;
  readonly threads: number | undefined;
  readonly strategy: string;
  readonly iterations: number | undefined;
  readonly seed: number | undefined;
  readonly "sequence-length": number | undefined;
}

/** What a search uses of them. */
interface Uses {
  readonly chance: boolean;
  readonly sequences: boolean;
}

/** @throws CliError `cli/usage` for an option that the search has no use for */
function requireUse({ strategy, iterations, seed, "sequence-length": sequenceLength, engine, threads }: IdleOptions, { chance, sequences }: Uses): void {
  const idle = chance ? undefined : Object.entries({ iterations, seed }).find(([, value]) => value !== undefined);
  if (idle !== undefined) {
    const search = strategy === "front" ? "a front of sums without limits" : `--strategy ${strategy}`;
    throw usageError(`--${idle[0]} says nothing to ${search}, which draws nothing at random; leave it out, or take --strategy evolution`);
  }
  if ((engine !== "auto" || threads !== undefined) && strategy !== "fit") throw usageError(`--engine and --threads say nothing to --strategy ${strategy}, which times no network; leave them out, or take --strategy fit`);
  if (sequenceLength !== undefined && !sequences) throw usageError("--sequence-length says nothing to a search without FLOPs; leave it out, or give a limit on FLOPs or --strategy fit");
}

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
