import { type GridSpace } from "@bort/arch";
import {
  exhaustiveSearch, extract, randomSearch, regularizedEvolution, type SearchEvent, type SearchOptions, successiveHalving, type TupleMeasure,
} from "@bort/fptas";
import { usageError } from "./cli-error.js";
import { type Option, type OptionValues, choice, described, flag, integer, withDefault } from "./options.js";
import { type Found } from "./search-report.js";

const names = ["fptas", "exhaustive", "random", "evolution", "halving"] as const;
type StrategyName = (typeof names)[number];

// Types, not interfaces: a table of options is indexed by any name.
type NumberName = "epsilon" | "offset" | "trials" | "population" | "sample" | "eta" | "rungs";
type OwnOptions = { readonly [Name in NumberName]: Option<number | undefined> } & { readonly "filter-first": Option<boolean>; readonly "order-by": Option<Order | undefined> };
export type StrategyOptions = OwnOptions & { readonly strategy: Option<StrategyName> };
type Order = "flops" | "parameters";

/** How a search chooses what to try. */
export const strategyOptions: StrategyOptions = {
  strategy: withDefault(choice(names, "how to choose what to try"), "fptas"),
  epsilon: described(integer("fptas: stride through the space, ordered by size; 1 tries every point", 1), "2"),
  offset: described(integer("fptas: place of the first point that is taken, from 0", 0), "epsilon - 1"),
  "filter-first": flag("fptas: leave out points whose heads do not divide the hidden size before the stride is counted, not after"),
  "order-by": described(choice(["parameters", "flops"], "fptas: what the space is ordered by"), "parameters"),
  trials: described(integer("random, evolution: trials to make; halving: candidates in the first rung", 1), "20; halving: all"),
  population: described(integer("evolution: architectures alive at a time", 1), "20, or all trials where there are fewer"),
  sample: described(integer("evolution: drawn from these, the best to be the parent", 1), "5"),
  eta: described(integer("halving: one in so many goes on, for so many times the steps", 2), "2"),
  rungs: described(integer("halving: how often", 1), "until one is left"),
};

/** A strategy and what decides what it tries, as plain JSON. */
export interface StrategySettings extends Partial<Readonly<Record<NumberName, number>>> {
  readonly strategy: StrategyName;
  readonly "filter-first"?: boolean;
  readonly "order-by"?: Order;
}

const own: Readonly<Record<StrategyName, readonly (keyof OwnOptions)[]>> = {
  fptas: ["epsilon", "offset", "filter-first", "order-by"], exhaustive: [], random: ["trials"], evolution: ["trials", "population", "sample"], halving: ["trials", "eta", "rungs"],
};
const defaults: Readonly<Record<StrategyName, Partial<StrategySettings>>> = { fptas: { epsilon: 2 }, exhaustive: {}, random: { trials: 20 }, evolution: { trials: 20 }, halving: {} };

/** What the options say of the strategy, defaults included; @throws CliError `cli/usage` for an option of another strategy */
export function strategySettings({ strategy, ...options }: OptionValues<StrategyOptions>): StrategySettings {
  const table: Readonly<Record<string, unknown>> = options;
  const names = Object.keys(strategyOptions).filter((name): name is keyof OwnOptions => name !== "strategy");
  const given = names.filter((name) => table[name] !== undefined && table[name] !== false);
  const foreign = given.find((name) => !own[strategy].includes(name));
  if (foreign !== undefined) throw usageError(`--${foreign} says nothing to --strategy ${strategy}; leave it out`);
  return { ...defaults[strategy], ...Object.fromEntries(given.map((name) => [name, table[name]])), strategy };
}

export interface StrategySearchOptions<Theta> extends SearchOptions<Theta> {
  readonly space: GridSpace;
  /** Training steps of a candidate, or of the first rung. */
  readonly steps: number;
  readonly seed: number;
  /** The other order of the space; asked about points that cannot be built, too. */
  readonly flops: TupleMeasure;
}

/** Searches by a strategy; the settings must be those of `strategySettings`. */
export function searchBy<Theta>(
  { strategy, epsilon = 2, trials, "filter-first": filterFirst, "order-by": order, offset, ...numbers }: StrategySettings, options: StrategySearchOptions<Theta>,
): AsyncGenerator<SearchEvent, Found, void> {
  switch (strategy) {
    case "fptas": return extract({
      ...options, epsilon,
      ...(offset !== undefined && { offset }),
      ...(filterFirst !== undefined && { filterFirst }),
      ...(order === "flops" && { orderBy: options.flops }),
    });
    case "exhaustive": return exhaustiveSearch(options);
    case "random": return randomSearch({ ...options, trials: trials! });
    case "evolution": return regularizedEvolution({ ...options, ...numbers, trials: trials! });
    case "halving": return successiveHalving({ ...options, ...numbers, ...(trials !== undefined && { candidates: trials }) });
  }
}
