import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { engineText, withBackend } from "@bort/backend";
import { measureSpeed } from "./measure-speed.js";
import { planOf } from "./plan.js";
import { printPlan } from "./print-plan.js";
import { reproduce } from "./reproduce.js";
import { type ReproductionOptions, parseReproductionOptions, usage } from "./reproduction-options.js";
import { processTerminal } from "./terminal.js";
import { installedText, ownText } from "./text-source.js";

/** The workspace's packages, whose documentation is the toy's text. */
const nodeModules = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "node_modules");

const terminal = processTerminal();
const leaving = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    if (leaving.signal.aborted) process.exit(130);
    leaving.abort();
  });
}
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseReproductionOptions(args);
    if (options === undefined) terminal.line(usage);
    else if (options.dryRun) await dryRun(options);
    else await run(options);
    return 0;
  } catch (error) {
    return explain(error);
  }
}

async function run({ corpus, ...options }: ReproductionOptions): Promise<void> {
  const start = performance.now();
  const text = corpus === undefined ? await installedText(nodeModules) : await ownText(corpus, options.setting.heldOutShare);
  await reproduce({ ...options, text, terminal, signal: leaving.signal });
  terminal.line(`${((performance.now() - start) / 1000).toFixed(0)} s`);
}

function dryRun({ setting, engine, threads }: ReproductionOptions): Promise<void> {
  return withBackend({ engine, ...(threads !== undefined && { threads }), tell: (line) => terminal.remark(line) }, async (backend) => {
    const measured = { name: engineText(backend), flopsPerSecond: await measureSpeed(backend, leaving.signal) };
    for (const line of printPlan(planOf(setting), measured)) terminal.line(line);
  });
}

/** One line for what a person can mend, a stack for what only we can. */
function explain(error: unknown): number {
  if (leaving.signal.aborted) {
    terminal.remark("\nreproduction: interrupted; the same command goes on from here");
    return 130;
  }
  const { code, message } = error as { code?: unknown; message?: string };
  const expected = typeof code === "string" && /^[a-z-]+\/[a-z0-9-]+$/.test(code);
  terminal.remark(expected ? `reproduction: ${message}` : String((error as Error).stack));
  return expected ? 2 : 1;
}
