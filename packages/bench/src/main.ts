import { parseArgs } from "node:util";
import { onnxBackend } from "@bort/backend-onnx";
import { type Backend } from "@bort/graph";
import { measureArch } from "./arch-benchmark.js";
import { BenchError } from "./bench-error.js";
import { formatNumber } from "./format-number.js";
import { type StepShape, measureGrowth, measureStep, parseStepShape } from "./step-benchmark.js";
import { consoleTable } from "./terminal/console-table.js";

const usage = `npm run bench -- step SHAPE [--repeats 9] [--threads N] [--json]     time of a training step
npm run bench -- memory SHAPE [--steps 300] [--threads N] [--json]   resident memory after 50 steps and after the last
npm run bench -- arch [--repeats 9] [--json]                         parameter counts a second on one core

  SHAPE  batch,sequence,hidden,heads,FFN,layers,vocabulary,masked per sequence, for example 16,128,256,4,1024,4,8192,20`;

interface Flags {
  readonly repeats?: string;
  readonly steps?: string;
  readonly threads?: string;
}

/** What a benchmark found, for `--json` and for a reader. */
interface Finding {
  readonly result: object;
  readonly text: string;
}

interface Benchmark {
  /** The flags that it takes beside `--json`. */
  readonly flags: readonly (keyof Flags)[];
  /** Whether it measures a model of a shape, which it is then given. */
  readonly shaped: boolean;
  readonly run: (shape: string, flags: Flags) => Finding | Promise<Finding>;
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const thousands = (rate: number): string => formatNumber(1000 * Math.round(rate / 1000));

const benchmarks: Readonly<Record<string, Benchmark>> = {
  step: onBackend(["repeats"], async (backend, shape, flags) => {
    const result = await measureStep(backend, shape, repeatsOf(flags));
    return { result, text: `median ${result.medianMs.toFixed(1)} ms, least ${result.minMs.toFixed(1)} ms, ${mebibytes(result.residentBytes)} resident` };
  }),
  memory: onBackend(["steps"], async (backend, shape, { steps = "300" }) => {
    const result = await measureGrowth(backend, shape, count("steps", steps, 60));
    return { result, text: `${mebibytes(result.earlyBytes)} after 50 steps, ${mebibytes(result.lateBytes)} after ${result.steps}: ${result.ratio.toFixed(3)}` };
  }),
  arch: {
    flags: ["repeats"],
    shaped: false,
    run: (_, flags) => {
      const totalsPerSecond = measureArch(repeatsOf(flags));
      const columns = [{ label: "network" }, ...["median", "least", "most"].map((label) => ({ label, format: thousands }))];
      const rows = totalsPerSecond.map(({ subject, median, least, most }) => [subject, median, least, most]);
      return { result: { totalsPerSecond }, text: `on one core: parameter counts a second\n${consoleTable({ columns, rows })}` };
    },
  },
};

/** A benchmark of a model of a shape on ONNX Runtime. */
function onBackend(flags: readonly (keyof Flags)[], measure: (backend: Backend, shape: StepShape, flags: Flags) => Promise<Finding>): Benchmark {
  return {
    flags: [...flags, "threads"],
    shaped: true,
    run: async (shape, given) => {
      const parsed = parseStepShape(shape);
      const backend = await onnxBackend(given.threads === undefined ? {} : { threads: count("threads", given.threads, 1) });
      const { result, text } = await measure(backend, parsed, given);
      return { result: { shape, backend: backend.name, ...result }, text: `${shape} on ${backend.name}: ${text}` };
    },
  };
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    await run(args);
    return 0;
  } catch (error) {
    const { code, message, stack } = error as NodeJS.ErrnoException;
    const expected = code !== undefined && /^(bench|nn|arch|backend-onnx)\/|^ERR_PARSE_ARGS/.test(code);
    process.stderr.write(`${expected ? message : stack}\n`);
    return expected ? 2 : 1;
  }
}

async function run(args: readonly string[]): Promise<void> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { repeats: text, steps: text, threads: text, json: flag, help: flag } });
  if (values.help === true) return void process.stdout.write(`${usage}\n`);
  const [name = "", ...rest] = positionals;
  const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name]! : undefined;
  if (benchmark === undefined || rest.length !== (benchmark.shaped ? 1 : 0)) {
    const forms = Object.entries(benchmarks).map(([known, { shaped }]) => (shaped ? `${known} SHAPE` : known));
    throw new BenchError("bench/bad-option", `bench: needs one of ${forms.join(", ")}, got ${JSON.stringify(positionals.join(" "))}; see --help`);
  }
  const taken = [...benchmark.flags, "json"];
  const stray = Object.keys(values).find((given) => !taken.includes(given));
  if (stray !== undefined) throw new BenchError("bench/bad-option", `bench: ${name} takes --${taken.join(", --")}, got --${stray}; leave it out`);
  const { result, text: found } = await benchmark.run(rest[0] ?? "", values);
  process.stdout.write(values.json === true ? `${JSON.stringify({ benchmark: name, ...result })}\n` : `${name} ${found}\n`);
}

function repeatsOf({ repeats }: Flags): { readonly repeats?: number } {
  return repeats === undefined ? {} : { repeats: count("repeats", repeats, 1) };
}

function count(name: string, value: string, least: number): number {
  if (/^\d+$/.test(value) && Number(value) >= least) return Number(value);
  throw new BenchError("bench/bad-option", `bench: --${name} must be a whole number from ${least}, got ${JSON.stringify(value)}`);
}
