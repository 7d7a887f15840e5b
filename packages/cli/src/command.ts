import { type CommandDef, type ArgsDef, renderUsage } from "citty";
import { type Option, type OptionTable, type OptionValues, flag } from "./options.js";
import { type CommandLine, readOptions } from "./read-options.js";
import { usageError } from "./cli-error.js";
import { type Terminal } from "./terminal.js";

/** What a command runs with, beside its options. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Aborts when the user wants to leave. */
  readonly signal: AbortSignal;
  readonly positionals: readonly string[];
  /** The arguments as they were given, the command's name first. */
  readonly args: readonly string[];
}

/** One subcommand of `bort`. */
export interface Command {
  readonly name: string;
  readonly description: string;
  readonly options: OptionTable;
  /** What may stand beside the options, for the help. Default: nothing. */
  readonly positional?: { readonly name: string; readonly description: string };
  /** Reads the command line and does the work; the result is what `--json` prints. */
  readonly run: (args: readonly string[], context: Omit<CommandContext, "positionals">) => Promise<object>;
}

interface CommandDefinition<Table extends OptionTable> extends Omit<Command, "options" | "run"> {
  readonly options: Table;
  readonly run: (options: OptionValues<Table & EverywhereOptions>, context: CommandContext) => Promise<object>;
}

type EverywhereOptions = { readonly json: Option<boolean> };

/** Options that every command has. */
const everywhere: EverywhereOptions = { json: flag("print the result as one JSON object, in the last line of standard output") };

/** Makes a command whose `run` gets its options read and checked. */
export function command<Table extends OptionTable>({ run, ...definition }: CommandDefinition<Table>): Command {
  const options = { ...definition.options, ...everywhere };
  return {
    ...definition,
    options,
    run: (args, context) => {
      const line: CommandLine<typeof options> = readOptions(args, options);
      const [unexpected] = line.positionals.slice(definition.positional === undefined ? 0 : 1);
      if (unexpected !== undefined) throw usageError(`"bort ${definition.name}" takes no ${JSON.stringify(unexpected)} there; see --help`);
      return run(line.options as OptionValues<Table & EverywhereOptions>, { ...context, positionals: line.positionals });
    },
  };
}

/** The help of one command: every option, with its default. */
export function helpOf({ name, description, options, positional }: Command): Promise<string> {
  const args: ArgsDef = {
    ...(positional !== undefined && { [positional.name]: { type: "positional", description: positional.description, required: false } }),
    ...Object.fromEntries(Object.entries(options).map(([option, definition]) => [option, helpArg(definition)])),
  };
  return renderUsage({ meta: { name, description }, args } as CommandDef, { meta: { name: "bort" } });
}

function helpArg({ description, hint, required, defaultText }: Option<unknown>): ArgsDef[string] {
  const text = `${description}${defaultText === undefined ? "" : ` (default: ${defaultText})`}`;
  return hint === undefined ? { type: "boolean", description: text } : { type: "string", description: text, valueHint: hint, required: required === true };
}
