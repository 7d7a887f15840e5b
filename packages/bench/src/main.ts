import { parseArgs } from "node:util";
import { onnxBackend } from "@bort/backend-onnx";
import { measureStep, parseStepShape } from "./step-benchmark.js";

const usage = `npm run bench -- step SHAPE [--repeats 9] [--threads N] [--json]

  SHAPE  batch,sequence,hidden,heads,FFN,layers,vocabulary,masked per sequence, for example 16,128,256,4,1024,4,8192,20`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    await run(args);
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
}

async function run(args: readonly string[]): Promise<void> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { repeats: text, threads: text, json: flag, help: flag } });
  const [benchmark, shapeText, ...rest] = positionals;
  if (values.help === true) return void process.stdout.write(`${usage}\n`);
  if (benchmark !== "step" || shapeText === undefined || rest.length > 0) throw new Error(`bench: needs a benchmark and a shape\n${usage}`);
  const shape = parseStepShape(shapeText);
  const backend = await onnxBackend(values.threads === undefined ? {} : { threads: count("threads", values.threads) });
  const times = await measureStep(backend, shape, values.repeats === undefined ? {} : { repeats: count("repeats", values.repeats) });
  const result = { benchmark, shape: shapeText, backend: backend.name, ...times };
  const { medianMs, minMs, residentBytes } = times;
  process.stdout.write(values.json === true
    ? `${JSON.stringify(result)}\n`
    : `a training step of ${shapeText} on ${backend.name}: median ${medianMs.toFixed(1)} ms, least ${minMs.toFixed(1)} ms, ${(residentBytes / 2 ** 20).toFixed(0)} MiB resident\n`);
}

function count(name: string, value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`bench: --${name} must be a whole number from 1, got ${JSON.stringify(value)}`);
  return Number(value);
}
