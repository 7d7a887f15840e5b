import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatTuple } from "@bort/arch";
import { type Backend } from "@bort/graph";
import { BenchError } from "../bench-error.js";
import { type LinearFit, linearFit } from "../linear-fit.js";
import { thisMachine } from "../machine.js";
import { type CandidateKind, candidateKinds } from "../search-cost/candidate-kinds.js";
import { spaceSizes } from "../search-cost/growing-space.js";
import { madeUpCorpus } from "../search-cost/made-up-corpus.js";
import { type SearchCost, measureSearchCost } from "../search-cost/measure-search-cost.js";
import { type Table } from "../table.js";
import { consoleTable } from "../terminal/console-table.js";
import { type Command, type Flags, countFlag, jsonFile, noArguments, textFlag } from "./command.js";
import { engineFlags, engineText, onEngine } from "./on-engine.js";

/** The most of a search that may be spent outside the backend. */
const MOST_OUTSIDE = 0.05;

/** What a search costs as its space grows, and how much of that is not computing. */
export const command: Command = {
  flags: [...engineFlags, "candidates", "most", "out"],
  run: async (positionals, flags) => {
    noArguments(positionals);
    const kinds = kindsOf(flags);
    const most = countFlag(flags, "most", { least: spaceSizes[1]!, fallback: spaceSizes.at(-1)! });
    const sizes = spaceSizes.filter((size) => size <= most); // At least two, for a line.
    return onEngine(flags, async (backend, facts) => {
      const measured: MeasuredKind[] = [];
      for (const kind of kinds) measured.push(await measureKind(kind, sizes, backend));
      const result = { machine: thisMachine(), ...facts, kinds: measured };
      return {
        result,
        text: [`cost of a search by the FPTAS on ${engineText(facts)}`, ...measured.map(kindText)].join("\n\n"),
        files: { [`search-cost-${facts.engine}.json`]: jsonFile(result) },
      };
    });
  },
};

interface MeasuredKind extends CandidateKind {
  readonly name: string;
  readonly costs: readonly SearchCost[];
  /** Seconds against |Xi| at each epsilon. */
  readonly lines: readonly ({ readonly epsilon: number } & LinearFit)[];
}

type NamedKind = readonly [name: string, kind: CandidateKind];

function kindsOf(flags: Flags): readonly NamedKind[] {
  const kinds = Object.entries(candidateKinds);
  const asked = textFlag(flags, "candidates");
  if (asked === undefined) return kinds;
  const named = kinds.filter(([name]) => name === asked);
  if (named.length > 0) return named;
  throw new BenchError("bench/bad-option", `bench: --candidates must be ${kinds.map(([name]) => name).join(" or ")}, got ${JSON.stringify(asked)}; leave it out for both`);
}

async function measureKind([name, kind]: NamedKind, sizes: readonly number[], backend: Backend): Promise<MeasuredKind> {
  const { epsilons, vocabSize } = kind;
  const folder = mkdtempSync(join(tmpdir(), "bort-bench-search-cost-"));
  try {
    const corpus = await madeUpCorpus(join(folder, "corpus"), vocabSize);
    const measure = async (spaceSize: number, epsilon: number, what: string): Promise<SearchCost> => {
      const cost = await measureSearchCost({ backend, corpus, log: join(folder, `${what}.jsonl`), kind, spaceSize, epsilon });
      process.stderr.write(`${name}, ${what}: ${cost.seconds.toFixed(1)} s, ${percent(cost.outsideShare)} outside the backend\n`);
      return cost;
    };
    const costs: SearchCost[] = [];
    try {
      await measure(sizes[0]!, 2, "warm-up"); // The first search of a process is slower: its code is not compiled yet.
      for (const epsilon of epsilons) for (const size of sizes) costs.push(await measure(size, epsilon, `|Xi| ${size}, epsilon ${epsilon}`));
    } finally {
      corpus.close();
    }
    const lines = epsilons.map((epsilon) => ({ epsilon, ...linearFit(costs.filter((cost) => cost.epsilon === epsilon).map(({ spaceSize, seconds }) => [spaceSize, seconds])) }));
    return { name, ...kind, costs, lines };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
const fixed = (digits: number) => (value: number): string => value.toFixed(digits);

function costTable({ costs, lines }: MeasuredKind): Table {
  return {
    columns: [
      { label: "epsilon" }, { label: "|Xi|" }, { label: "trials" }, { label: "s", format: fixed(2) }, { label: "ms a trial", format: fixed(0) },
      { label: "s outside", format: fixed(2) }, { label: "outside", format: percent }, { label: "from the line", format: percent },
    ],
    rows: lines.flatMap(({ epsilon, deviations }) => costs.filter((cost) => cost.epsilon === epsilon).map(({ spaceSize, trials, seconds, insideSeconds, outsideShare }, i) =>
      [epsilon, spaceSize, trials, seconds, (1000 * seconds) / trials, seconds - insideSeconds, outsideShare, deviations[i]!])),
  };
}

function kindText(measured: MeasuredKind): string {
  const { name, shape: { batchSize, sequenceLength }, teacher, vocabSize, steps, costs, lines } = measured;
  const worst = Math.max(...costs.map(({ outsideShare }) => outsideShare));
  return [
    `${name}: n = ${steps}, batches of ${batchSize} x ${sequenceLength} tokens out of ${vocabSize}, below a teacher of <${formatTuple(teacher)}>`,
    consoleTable(costTable(measured)),
    ...lines.map(({ epsilon, intercept, slope }) => `epsilon ${epsilon}: ${intercept.toFixed(2)} s + ${(1000 * slope).toFixed(1)} ms a point of the space`),
    `at most ${percent(worst)} outside the backend, ${worst < MOST_OUTSIDE ? "within" : "not within"} ${100 * MOST_OUTSIDE}%`,
  ].join("\n");
}
