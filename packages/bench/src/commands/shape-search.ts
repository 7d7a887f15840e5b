import { BenchError } from "../bench-error.js";
import { thisMachine } from "../machine.js";
import { readShapeTable } from "../predictors/shape-table.js";
import { measureShapeSearch, type ShapeFinding, type ShapeSearchCost } from "../shape-search/measure-shape-search.js";
import { type Table } from "../table.js";
import { consoleTable } from "../terminal/console-table.js";
import { type Command, countFlag, jsonFile, onlyArgument } from "./command.js";

/** SuperShaper, table 5, but for the smallest shape of all. */
const NETWORKS = ["supershaper-53m", "supershaper-63m", "supershaper-69m", "supershaper-80m", "supershaper-90m", "supershaper-96m"];

/** The most seconds that the searches may take. */
const MOST_SECONDS = { exact: 5, evolution: 20 };

/** What the searches for a shape find within the sizes of the paper's networks, and how long they take on one core. */
export const command: Command = {
  flags: ["iterations", "out"],
  run: async (positionals, flags) => {
    const path = onlyArgument(positionals, "one file of measured perplexities");
    const iterations = countFlag(flags, "iterations", { fallback: 300 });
    const { quantity, rows } = await readShapeTable(path);
    if (quantity !== "perplexity") throw new BenchError("bench/bad-table", `bench: shape-search needs a table of perplexities, got ${path}, of another quantity; give one`);
    const cost = await measureShapeSearch({ measured: rows, networks: NETWORKS, iterations, tell: (line) => void process.stderr.write(`${line}\n`) });
    const result = { machine: thisMachine(), iterations, measuredShapes: rows.length, ...cost };
    return { result, text: shapeSearchText(cost, iterations), files: { "shape-search.json": jsonFile(result) } };
  },
};

function shapeSearchText({ fitSeconds, findings, front, oneSize }: ShapeSearchCost, iterations: number): string {
  const most = (named: (search: ShapeFinding["search"]) => boolean): number => Math.max(...findings.map(({ search, seconds }) => (named(search) ? seconds ?? 0 : 0)));
  const [exact, evolution] = [Math.max(most((search) => search === "exact"), front.seconds, oneSize.seconds), most((search) => search.startsWith("evolution"))];
  return [
    `search for a shape of 7^12 on one core, within the sizes of SuperShaper's networks; perplexities by a pairwise predictor`,
    consoleTable(findingsTable(findings)),
    `fits: pairwise ${fitSeconds.pairwise.toFixed(2)} s, trees ${fitSeconds.trees.toFixed(2)} s`,
    `all best shapes, ${front.shapes} of them: ${front.seconds.toFixed(2)} s; the best of exactly ${oneSize.parameters} parameters: ${oneSize.seconds.toFixed(2)} s`,
    `exact search: at most ${exact.toFixed(2)} s, ${exact <= MOST_SECONDS.exact ? "within" : "not within"} ${MOST_SECONDS.exact} s`,
    `${iterations} iterations of evolution: at most ${evolution.toFixed(2)} s, ${evolution <= MOST_SECONDS.evolution ? "within" : "not within"} ${MOST_SECONDS.evolution} s`,
  ].join("\n");
}

function findingsTable(findings: readonly ShapeFinding[]): Table {
  const fixed = (digits: number) => (value: number): string => value.toFixed(digits);
  return {
    columns: [
      { label: "network" }, { label: "search" }, { label: "s", format: fixed(2) }, { label: "parameters, M", format: fixed(2) }, { label: "perplexity", format: fixed(3) }, { label: "shape", align: "left" },
    ],
    rows: findings.map(({ network, search, seconds, parameters, perplexity, shape }) => [network, search, seconds, parameters / 1e6, perplexity, shape.join(" ")]),
  };
}
