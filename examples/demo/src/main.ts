import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder } from "@bort/nn";
import { processConsole } from "./console.js";
import { runDemo } from "./demo.js";
import { type DemoOptions, UsageError, parseDemoOptions, usage } from "./demo-options.js";

/** The workspace's packages, whose prose is the corpus. */
const nodeModules = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "node_modules");

const interrupted = new AbortController();
process.on("SIGINT", () => {
  if (interrupted.signal.aborted) process.exit(130);
  interrupted.abort();
});
process.on("SIGTERM", () => interrupted.abort());

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseDemoOptions(args);
    if (options === undefined) {
      process.stdout.write(`${usage}\n`);
      return 0;
    }
    claimFolder(options);
    const result = await runDemo(options, nodeModules, processConsole(), interrupted.signal);
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    return 0;
  } catch (error) {
    return explain(error);
  }
}

/** One line for what a person can mend, a stack for what only we can. */
function explain(error: unknown): number {
  if (interrupted.signal.aborted) {
    process.stderr.write("\ndemo: interrupted; it cannot be resumed, run it again\n");
    return 130;
  }
  const { code, message } = error as { code?: unknown; message?: string };
  const expected = typeof code === "string" && /^[a-z-]+\/[a-z0-9-]+$/.test(code);
  process.stderr.write(expected ? `demo: ${message}\n` : `${(error as Error).stack}\n`);
  return expected ? 2 : 1;
}

/** Makes the folder; one with files that are not an earlier demo's is left alone. */
function claimFolder({ out }: DemoOptions): void {
  if (existsSync(out) && !existsSync(join(out, "events.jsonl")) && isUsed(out)) throw new UsageError(`${out} holds other files; give an empty folder with --out`);
  makeFolder(out);
  try {
    accessSync(out, constants.W_OK);
  } catch (error) {
    throw new UsageError(`cannot write to ${out} (${(error as NodeJS.ErrnoException).code}); give another folder with --out`);
  }
}

function isUsed(path: string): boolean {
  try {
    return readdirSync(path).length > 0;
  } catch {
    return true;
  }
}
