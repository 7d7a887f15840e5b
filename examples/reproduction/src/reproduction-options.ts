import { parseArgs } from "node:util";
import { type EngineName } from "@bort/backend";
import { paper } from "./paper.js";
import { ReproductionError } from "./reproduction-error.js";
import { type LatencyMeasure } from "./search-architecture.js";
import { type Setting } from "./setting.js";
import { toy } from "./toy.js";

/** What the command line asks for. */
export interface ReproductionOptions {
  readonly setting: Setting;
  /** Only says what would be done. */
  readonly dryRun: boolean;
  /** Folder of the run. */
  readonly out: string;
  /** Files and folders of text. Default: the documentation in the installed packages. */
  readonly corpus?: readonly string[];
  readonly engine: "auto" | EngineName;
  readonly threads?: number;
  readonly seed: number;
  readonly latency: LatencyMeasure;
}

export const usage = `npm run reproduce -- toy|paper [options]

  toy                the whole path at a size for two cores, in two to three minutes
  paper              Bort from RoBERTa-large, as the paper set it up: years on a CPU; needs --corpus

  --dry-run          say what would be done, with counts and an estimate of the time; download and train nothing
  --corpus PATH      text to train on, a file or a folder; may be given again (toy: default the documentation in the installed packages)
  --out DIR          folder for the results (default runs/toy or runs/paper); a run that is there goes on
  --teacher MODEL    paper: a folder or a name on Hugging Face's hub in place of RoBERTa-large (default FacebookAI/roberta-large)
  --at-once N        paper: sequences of a batch that are computed at once (default 4); less memory with fewer
  --latency MEASURE  how the search tells speed: measured, or flops, which depend on no machine (default measured)
  --engine E         native, onnx, or auto, the native engine where it can start (default auto)
  --threads N        threads of the engine (default: all cores)
  --seed N           seed of every random choice (default 0)
  --help             print this

Ctrl-C stops after the step in progress, a second one at once; the same command goes on from there.`;

/** Reads the command line; undefined where it asks for help. @throws ReproductionError `reproduction/usage` */
export function parseReproductionOptions(args: readonly string[]): ReproductionOptions | undefined {
  const { values, positionals } = parsed(args);
  if (values.help === true || args.length === 0) return undefined;
  const [name, ...more] = positionals;
  if (more.length > 0 || (name !== "toy" && name !== "paper")) throw usageError(`give one setting, toy or paper, got ${positionals.join(" ") || "none"}`);
  const dryRun = values["dry-run"] === true;
  if (name === "paper" && values.corpus === undefined && !dryRun) throw usageError("paper needs text of your own by --corpus PATH, or --dry-run");
  const threads = wholeNumber("threads", values.threads, 1);
  return {
    setting: settingOf(name, values), dryRun, out: values.out ?? `runs/${name}`,
    ...(values.corpus !== undefined && { corpus: values.corpus }),
    engine: oneOf("engine", values.engine ?? "auto", ["auto", "native", "onnx"]),
    ...(threads !== undefined && { threads }),
    seed: wholeNumber("seed", values.seed, 0) ?? 0,
    latency: oneOf("latency", values.latency ?? "measured", ["measured", "flops"]),
  };
}

type Parsed = ReturnType<typeof parsed>;

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    "dry-run": flag, corpus: { ...text, multiple: true }, out: text, teacher: text, "at-once": text, latency: text, engine: text, threads: text, seed: text, help: flag,
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw usageError((error as Error).message.split("\n")[0]!);
  }
}

function settingOf(name: "toy" | "paper", values: Parsed["values"]): Setting {
  const { teacher } = values;
  const atOnce = wholeNumber("at-once", values["at-once"], 1);
  if (name === "toy") {
    if (teacher !== undefined || atOnce !== undefined) throw usageError("--teacher and --at-once are for paper alone");
    return toy;
  }
  const { maximumPoint, trial: { shape } } = paper;
  if (atOnce !== undefined && shape.batchSize % atOnce !== 0) throw usageError(`--at-once must divide the batch of ${shape.batchSize}, got ${atOnce}`);
  return {
    ...paper,
    ...(atOnce !== undefined && { sequencesAtOnce: atOnce }),
    ...(teacher !== undefined && maximumPoint.kind === "published" && { maximumPoint: { ...maximumPoint, name: teacher } }),
  };
}

function oneOf<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (found === undefined) throw usageError(`--${option} must be ${names.join(", ")}, got ${JSON.stringify(value)}`);
  return found;
}

function wholeNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < least) throw usageError(`--${option} must be a whole number from ${least}, got ${JSON.stringify(text)}`);
  return value;
}

const usageError = (message: string): ReproductionError => new ReproductionError("reproduction/usage", message);
