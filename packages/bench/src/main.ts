import { parseArgs } from "node:util";
import { onnxBackend } from "@bort/backend-onnx";
import { type Backend } from "@bort/graph";
import { BenchError } from "./bench-error.js";
import { type StepShape, measureGrowth, measureStep, parseStepShape } from "./step-benchmark.js";

const usage = `npm run bench -- step SHAPE [--repeats 9] [--threads N] [--json]     time of a training step
npm run bench -- memory SHAPE [--steps 300] [--threads N] [--json]   resident memory after 50 steps and after the last

  SHAPE  batch,sequence,hidden,heads,FFN,layers,vocabulary,masked per sequence, for example 16,128,256,4,1024,4,8192,20`;

interface Flags {
  readonly repeats?: string;
  readonly steps?: string;
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** Each benchmark: what it measures, and how its result reads. */
const benchmarks: Readonly<Record<string, (backend: Backend, shape: StepShape, flags: Flags) => Promise<{ readonly result: object; readonly text: string }>>> = {
  step: async (backend, shape, { repeats }) => {
    const result = await measureStep(backend, shape, repeats === undefined ? {} : { repeats: count("repeats", repeats, 1) });
    return { result, text: `median ${result.medianMs.toFixed(1)} ms, least ${result.minMs.toFixed(1)} ms, ${mebibytes(result.residentBytes)} resident` };
  },
  memory: async (backend, shape, { steps = "300" }) => {
    const result = await measureGrowth(backend, shape, count("steps", steps, 60));
    return { result, text: `${mebibytes(result.earlyBytes)} after 50 steps, ${mebibytes(result.lateBytes)} after ${result.steps}: ${result.ratio.toFixed(3)}` };
  },
};

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
  const [name = "", shape, ...rest] = positionals;
  const benchmark = benchmarks[name];
  if (benchmark === undefined || shape === undefined || rest.length > 0) {
    throw new BenchError("bench/bad-option", `bench: needs one of ${Object.keys(benchmarks).join(", ")} and a shape, got ${JSON.stringify(positionals.join(" "))}; see --help`);
  }
  const parsed = parseStepShape(shape);
  const backend = await onnxBackend(values.threads === undefined ? {} : { threads: count("threads", values.threads, 1) });
  const { result, text: line } = await benchmark(backend, parsed, values);
  process.stdout.write(values.json === true ? `${JSON.stringify({ benchmark: name, shape, backend: backend.name, ...result })}\n` : `${name} ${shape} on ${backend.name}: ${line}\n`);
}

function count(name: string, value: string, least: number): number {
  if (/^\d+$/.test(value) && Number(value) >= least) return Number(value);
  throw new BenchError("bench/bad-option", `bench: --${name} must be a whole number from ${least}, got ${JSON.stringify(value)}`);
}
