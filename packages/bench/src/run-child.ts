import { spawn } from "node:child_process";
import { BenchError } from "./bench-error.js";

/**
 * Runs a command in a process of its own and gives the JSON of the last line that it prints.
 *
 * What it says on standard error is passed on in the error alone.
 *
 * @throws BenchError `bench/child-failed` where it cannot be started, fails or prints no JSON
 */
export async function runChild(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<unknown> {
  const { status, stdout, stderr } = await outputOf(command, args, env);
  const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1)!;
  const failed = (what: string, cause?: unknown): BenchError => new BenchError("bench/child-failed", `bench: ${[command, ...args].join(" ")} ${what}`, { cause });
  if (status !== 0) throw failed(`ended with ${status}: ${lastLine(stderr) || "it said nothing"}; run it by itself to see why`);
  try {
    return JSON.parse(lastLine(stdout)) as unknown;
  } catch (cause) {
    throw failed(`must print a line of JSON at its end, got ${JSON.stringify(lastLine(stdout))}`, cause);
  }
}

interface ChildOutput {
  /** The exit status, or the name of the signal or the message of the error that ended it. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

function outputOf(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<ChildOutput> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => void (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => void (stderr += text));
    child.on("error", ({ message }) => resolve({ status: message, stdout, stderr }));
    child.on("close", (status, signal) => resolve({ status: status ?? signal ?? "an unknown status", stdout, stderr }));
  });
}
