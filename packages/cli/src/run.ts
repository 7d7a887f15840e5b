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
import { editDistance } from "./edit-distance.js";
import { Interruption, isInterruption, resumeLine } from "./interruption.js";
import { type Terminal, printLine } from "./terminal.js";
import { version } from "./version.js";

/** The subcommands of `bort`. */
export const commands: readonly Command[] = [pretrain, extract, distill, finetune, agora, evaluate, exportCommand, arch];

const description = "find, train, prune and ship the right-sized BERT";

/** The codes of errors that say all that their reader needs: `package/reason`, of any package here. */
const explained = /^[a-z-]+\/[a-z0-9-]+$/;

/**
 * Runs a command line, without the program's name, and returns the exit code: 0; 2 for bad input, told in one line; 130 where `signal` ended
 * the work; 1 for a fault of the program, told with its stack.
 */
export async function run(args: readonly string[], terminal: Terminal, signal: AbortSignal = new AbortController().signal): Promise<number> {
  try {
    const [name = "--help", ...rest] = args;
    if (name === "--help" || name === "-h") return await printHelp(await overview(), terminal);
    if (name === "--version") {
      printLine(terminal.stdout, version);
      return 0;
    }
    const command = commandNamed(name);
    if (rest.includes("--help") || rest.includes("-h")) return await printHelp(await helpOf(command), terminal);
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

function commandNamed(name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const names = commands.map((command) => command.name);
  const nearest = names.reduce((best, next) => (editDistance(next, name) < editDistance(best, name) ? next : best));
  throw usageError(`there is no command ${JSON.stringify(name)}; did you mean ${nearest}? The commands are ${names.join(", ")}`);
}

const overview = (): Promise<string> => renderUsage({
  meta: { name: "bort", version, description },
  args: {
    help: { type: "boolean", description: "say this, or all about the command that stands before it" },
    version: { type: "boolean", description: "print the version" },
  },
  subCommands: Object.fromEntries(commands.map((command) => [command.name, { meta: { name: command.name, description: command.description } }])),
});

async function printHelp(help: string, { stdout }: Terminal): Promise<number> {
  printLine(stdout, stdout.isTTY === true ? help : stripVTControlCharacters(help));
  return 0;
}
