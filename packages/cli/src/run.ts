import { stripVTControlCharacters } from "node:util";
import { renderUsage } from "citty";
import { usageError } from "./cli-error.js";
import { type Command, helpOf } from "./command.js";
import { agora } from "./commands/agora.js";
import { arch } from "./commands/arch.js";
import { distill } from "./commands/distill.js";
import { evaluate } from "./commands/eval.js";
import { exportCommand } from "./commands/export.js";
import { extract } from "./commands/extract.js";
import { finetune } from "./commands/finetune.js";
import { pretrain } from "./commands/pretrain.js";
import { prune } from "./commands/prune.js";
import { pruneEmbeddings } from "./commands/prune-embeddings.js";
import { supernetAnalyse } from "./commands/supernet-analyse.js";
import { supernetExtract } from "./commands/supernet-extract.js";
import { supernetSample } from "./commands/supernet-sample.js";
import { supernetSearch } from "./commands/supernet-search.js";
import { supernetTrain } from "./commands/supernet-train.js";
import { editDistance } from "./edit-distance.js";
import { Interruption, isInterruption, resumeLine } from "./interruption.js";
import { type Terminal, printLine } from "./terminal.js";
import { version } from "./version.js";

/** The subcommands of `bort`; the names of some have two words, of which the first is their group. */
export const commands: readonly Command[] = [
  pretrain, extract, distill, supernetTrain, supernetSample, supernetSearch, supernetExtract, supernetAnalyse, prune, pruneEmbeddings, finetune, agora, evaluate, exportCommand, arch,
];

const description = "find, train, prune and ship the right-sized BERT";

/** The codes of errors that say all that their reader needs: `package/reason`, of any package here. */
const explained = /^[a-z-]+\/[a-z0-9-]+$/;

/**
 * Runs a command line, without the program's name, and returns the exit code: 0; 2 for bad input, told in one line; 130 where `signal` ended
 * the work; 1 for a fault of the program, told with its stack.
 */
export async function run(args: readonly string[], terminal: Terminal, signal: AbortSignal = new AbortController().signal): Promise<number> {
  try {
    const [first = "--help", second] = args;
    if (isHelp(first)) return await printHelp(await overviewOf(commands), terminal);
    if (first === "--version") {
      printLine(terminal.stdout, version);
      return 0;
    }
    const group = commandsOf(first);
    if (group.length > 0 && second !== undefined && isHelp(second)) return await printHelp(await overviewOf(group), terminal);
    const { command, rest } = commandOf(args);
    if (rest.some(isHelp)) return await printHelp(await helpOf(command), terminal);
    const result = await command.run(rest, { terminal, signal, args });
    if (rest.includes("--json")) printLine(terminal.stdout, JSON.stringify(result));
    return 0;
  } catch (error) {
    return report(error, args, terminal, signal);
  }
}

function report(error: unknown, args: readonly string[], { stderr }: Terminal, signal: AbortSignal): number {
  if (isInterruption(error, signal)) {
    const { message, resumable } = error instanceof Interruption ? error : { message: "interrupted before anything new was kept", resumable: false };
    printLine(stderr, resumable ? `${message}; go on with: ${resumeLine(args)}` : message);
    return 130;
  }
  if (error instanceof Error && "code" in error && explained.test(String(error.code))) {
    printLine(stderr, `bort: ${error.message.replace(/\s*\n\s*/g, " ")}`);
    return 2;
  }
  printLine(stderr, error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

const isHelp = (word: string): boolean => word === "--help" || word === "-h";

/** The commands of a group: those whose names begin with that word and have another. */
const commandsOf = (group: string): readonly Command[] => commands.filter(({ name }) => name.startsWith(`${group} `));

/** The command that a line names, by two words or one, and what follows; @throws CliError `cli/usage` where there is none */
function commandOf(args: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } {
  for (const words of [2, 1]) {
    const command = commands.find(({ name }) => name === args.slice(0, words).join(" "));
    if (command !== undefined) return { command, rest: args.slice(words) };
  }
  const group = commandsOf(args[0]!);
  const among = group.length > 0 ? group : commands;
  const given = (words: number): string => args.slice(0, words).filter((word, i) => i === 0 || !word.startsWith("-")).join(" ");
  const names = among.map(({ name }) => name);
  const distance = (name: string): number => editDistance(given(name.split(" ").length), name);
  const nearest = names.reduce((best, next) => (distance(next) < distance(best) ? next : best));
  throw usageError(`there is no command ${JSON.stringify(given(nearest.split(" ").length))}; did you mean ${nearest}? The commands are ${names.join(", ")}`);
}

const overviewOf = (listed: readonly Command[]): Promise<string> => renderUsage({
  meta: { name: "bort", version, description },
  args: {
    help: { type: "boolean", description: "say this, or all about the command that stands before it" },
    version: { type: "boolean", description: "print the version" },
  },
  subCommands: Object.fromEntries(listed.map((command) => [command.name, { meta: { name: command.name, description: command.description } }])),
});

async function printHelp(help: string, { stdout }: Terminal): Promise<number> {
  printLine(stdout, stdout.isTTY === true ? help : stripVTControlCharacters(help));
  return 0;
}
