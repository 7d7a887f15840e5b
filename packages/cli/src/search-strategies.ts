import { type GridSpace } from "@bort/arch";
import {
  exhaustiveSearch, extract, randomSearch, regularizedEvolution, type SearchEvent, type SearchOptions, successiveHalving,
} from "@bort/fptas";
import { usageError } from "./cli-error.js";
import { type Option, type OptionValues, choice, described, integer, withDefault } from "./options.js";
import { type Found } from "./search-report.js";

const names = ["fptas", "exhaustive", "random", "evolution", "halving"] as const;
type StrategyName = (typeof names)[number];

// A type, not an interface: a table of options is indexed by any name.
type NumberOptions = { readonly [Name in "epsilon" | "trials" | "population" | "sample" | "eta" | "rungs"]: Option<number | undefined> };
export type StrategyOptions = NumberOptions & { readonly strategy: Option<StrategyName> };

/** How a search chooses what to try. */
export const strategyOptions: StrategyOptions = {
  strategy: withDefault(choice(names, "how to choose what to try"), "fptas"),
  epsilon: described(integer("fptas: stride through the space, ordered by size; 1 tries every point", 1), "2"),
  trials: described(integer("random, evolution: trials to make; halving: candidates in the first rung", 1), "20; halving: all"),
  population: described(integer("evolution: architectures alive at a time", 1), "20, or all trials where there are fewer"),
  sample: described(integer("evolution: drawn from these, the best to be the parent", 1), "5"),
  eta: described(integer("halving: one in so many goes on, for so many times the steps", 2), "2"),
  rungs: described(integer("halving: how often", 1), "until one is left"),
};

/** A strategy and the numbers that decide what it tries, as plain JSON. */
export interface StrategySettings extends Partial<Readonly<Record<keyof NumberOptions, number>>> {
  readonly strategy: StrategyName;
}

const own: Readonly<Record<StrategyName, readonly (keyof NumberOptions)[]>> = {
  fptas: ["epsilon"], exhaustive: [], random: ["trials"], evolution: ["trials", "population", "sample"], halving: ["trials", "eta", "rungs"],
};
const defaults: Readonly<Record<StrategyName, Partial<StrategySettings>>> = { fptas: { epsilon: 2 }, exhaustive: {}, random: { trials: 20 }, evolution: { trials: 20 }, halving: {} };

/** What the options say of the strategy, defaults included; @throws CliError `cli/usage` for an option of another strategy */
export function strategySettings({ strategy, ...options }: OptionValues<StrategyOptions>): StrategySettings {
  const given = (Object.keys(strategyOptions) as (keyof NumberOptions)[]).filter((name) => name in options && options[name] !== undefined);
  const foreign = given.find((name) => !own[strategy].includes(name));
  if (foreign !== undefined) throw usageError(`--${foreign} says nothing to --strategy ${strategy}; leave it out`);
  return { ...defaults[strategy], ...Object.fromEntries(given.map((name) => [name, options[name]])), strategy };
}

export interface StrategySearchOptions<Theta> extends SearchOptions<Theta> {
  readonly space: GridSpace;
  /** Training steps of a candidate, or of the first rung. */
  readonly steps: number;
  readonly seed: number;
}

/** Searches by a strategy; the settings must be those of `strategySettings`. */
export function searchBy<Theta>(
  { strategy, epsilon = 2, trials, ...numbers }: StrategySettings, options: StrategySearchOptions<Theta>,
): AsyncGenerator<SearchEvent, Found, void> {
  switch (strategy) {
    case "fptas": return extract({ ...options, epsilon });
    case "exhaustive": return exhaustiveSearch(options);
    case "random": return randomSearch({ ...options, trials: trials! });
    case "evolution": return regularizedEvolution({ ...options, ...numbers, trials: trials! });
    case "halving": return successiveHalving({ ...options, ...numbers, ...(trials !== undefined && { candidates: trials }) });
  }
}
