import { parseArgs } from "node:util";
import { usageError } from "./cli-error.js";
import { editDistance } from "./edit-distance.js";
import { type Option, type OptionTable, type OptionValues } from "./options.js";

/** A command line, read. */
export interface CommandLine<Table extends OptionTable> {
  readonly options: OptionValues<Table>;
  /** What stands beside the options. */
  readonly positionals: readonly string[];
}

/**
 * Reads the arguments of a command: `--name value`, `--name=value`, `--flag`, and `--name value value ...` for a list.
 *
 * @throws CliError `cli/usage` for an option that is unknown (the nearest one is named), missing, given twice, without its value or with one of another kind
 */
export function readOptions<Table extends OptionTable>(args: readonly string[], table: Table): CommandLine<Table> {
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  let openList: string[] | undefined;
  for (const token of tokensOf(args, table)) {
    if (token.kind === "option-terminator") openList = undefined;
    else if (token.kind === "positional") (openList ?? positionals).push(token.value);
    else {
      const option = optionNamed(token.name, token.rawName, table);
      const values = valuesOf(option, token);
      if (given.has(token.name) && option.list !== true) throw usageError(`${token.rawName} is given twice; give it once`);
      const all = [...(given.get(token.name) ?? []), ...values];
      given.set(token.name, all);
      openList = option.list === true ? all : undefined;
    }
  }
  const read = Object.entries(table).map(([name, option]) => [name, option.read(given.get(name) ?? [], name)]);
  return { options: Object.fromEntries(read) as OptionValues<Table>, positionals };
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

function tokensOf(args: readonly string[], table: OptionTable): readonly Token[] {
  const options = Object.fromEntries(Object.entries(table).map(([name, { hint }]) =>
    [name, { type: hint === undefined ? "boolean" as const : "string" as const, multiple: true }]));
  return parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function optionNamed(name: string, rawName: string, table: OptionTable): Option<unknown> {
  if (Object.hasOwn(table, name)) return table[name]!;
  const names = Object.keys(table);
  const nearest = names.reduce((best, next) => (editDistance(next, name) < editDistance(best, name) ? next : best), names[0]!);
  throw usageError(`there is no option ${rawName}; did you mean --${nearest}? See --help for all`);
}

/** A flag's presence, or the value of an option; what looks like an option is none, unless it is a number or stands behind `=`. */
function valuesOf({ hint }: Option<unknown>, { rawName, value, inlineValue }: OptionToken): string[] {
  if (hint === undefined) {
    if (value !== undefined) throw usageError(`${rawName} takes no value, got ${JSON.stringify(value)}`);
    return [""];
  }
  const isValue = value !== undefined && value !== "" && (inlineValue || !/^-[^\d.]/.test(value));
  if (!isValue) throw usageError(`${rawName} needs a value (${hint}), got ${value === undefined || value === "" ? "none" : value}`);
  return [value];
}
