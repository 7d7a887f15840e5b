import { parseArgs } from "node:util";
import { type EngineName } from "@bort/backend";

export interface DemoOptions {
  readonly seed: number;
  /** Folder for everything that the demo makes. */
  readonly out: string;
  /** How long all of it should take; decides the number of training steps on this machine. */
  readonly minutes: number;
  /** Factor of the training steps, in place of `minutes`: the same on every machine. */
  readonly stepsScale?: number;
  /** What computes; `auto` is the native engine where it can start. */
  readonly engine: "auto" | EngineName;
  readonly threads?: number;
  readonly json: boolean;
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "demo/usage";
}

export const usage = `npm run demo -- [options]

  --seed N           seed of every random choice (default 0)
  --out DIR          folder for the results (default demo-out)
  --minutes M        about how long it may take; scales the training steps (default 8)
  --steps-scale S    factor of the training steps instead, the same on every machine
  --engine E         native, onnx, or auto, the native engine where it can start (default auto)
  --threads N        threads of the engine (default: all cores)
  --json             print one JSON object as the last line
  --help             print this`;

/** Reads the command line; undefined where it asks for help. @throws UsageError */
export function parseDemoOptions(args: readonly string[]): DemoOptions | undefined {
  const values = parsed(args);
  if (values.help === true) return undefined;
  if (values.minutes !== undefined && values["steps-scale"] !== undefined) throw new UsageError("--minutes and --steps-scale both decide the number of steps; give one");
  const threads = optionalNumber("threads", values.threads, (n) => Number.isInteger(n) && n >= 1, "a whole number from 1");
  const stepsScale = optionalNumber("steps-scale", values["steps-scale"], (n) => n > 0 && n <= 100, "a number in (0, 100]");
  return {
    seed: optionalNumber("seed", values.seed, (n) => Number.isSafeInteger(n) && n >= 0, "a whole number from 0") ?? 0,
    out: values.out ?? "demo-out",
    minutes: optionalNumber("minutes", values.minutes, (n) => n >= 0.5 && n <= 600, "a number in [0.5, 600]") ?? 8,
    ...(stepsScale !== undefined && { stepsScale }),
    engine: engineNamed(values.engine),
    ...(threads !== undefined && { threads }),
    json: values.json === true,
  };
}

function parsed(args: readonly string[]): { [name in "seed" | "out" | "minutes" | "steps-scale" | "engine" | "threads"]?: string } & { json?: boolean; help?: boolean } {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    const options = { seed: text, out: text, minutes: text, "steps-scale": text, engine: text, threads: text, json: flag, help: flag };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split("\n")[0]);
  }
}

function engineNamed(name: string = "auto"): DemoOptions["engine"] {
  if (name === "auto" || name === "native" || name === "onnx") return name;
  throw new UsageError(`--engine must be auto, native or onnx, got ${JSON.stringify(name)}`);
}

function optionalNumber(name: string, text: string | undefined, accepts: (n: number) => boolean, wanted: string): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!accepts(value)) throw new UsageError(`--${name} must be ${wanted}, got ${JSON.stringify(text)}`);
  return value;
}
