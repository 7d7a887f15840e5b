import { BenchError } from "../bench-error.js";
import { thisMachine } from "../machine.js";
import { type ProfiledStep, profileStep } from "../profile-benchmark.js";
import { parseStepShape } from "../step-shape.js";
import { type Table } from "../table.js";
import { consoleTable } from "../terminal/console-table.js";
import { type Command, countFlag, onlyArgument } from "./command.js";
import { engineText, onEngine } from "./on-engine.js";

/** Where the time of a training step on the native engine goes. */
export const command: Command = {
  flags: ["threads", "repeats", "top"],
  run: async (positionals, flags) => {
    const text = onlyArgument(positionals, "one SHAPE");
    const shape = parseStepShape(text);
    const top = countFlag(flags, "top", { fallback: 20 });
    return onEngine({ ...flags, engine: "native" }, async (backend, facts) => {
      if (backend.engine !== "native") throw new BenchError("bench/bad-option", `bench: only the native engine can be profiled, got ${backend.engine}`);
      const { steps, totalMs } = await profileStep(backend, shape, { repeats: countFlag(flags, "repeats", { fallback: 5 }) });
      const tables = [consoleTable(kindTable(steps, totalMs)), consoleTable(stepTable(steps.slice(0, top), totalMs))];
      return {
        result: { machine: thisMachine(), shape: text, ...facts, totalMs, steps },
        text: [`profile ${text} on ${engineText(facts)}: ${totalMs.toFixed(1)} ms in ${steps.length} steps`, ...tables].join("\n\n"),
      };
    });
  },
};

const fixed = (digits: number) => (value: number): string => value.toFixed(digits);
const share = { label: "share", format: (value: number) => `${(100 * value).toFixed(1)}%` };

/** Milliseconds by program and kind of step: the first word that the plan prints. */
function kindTable(steps: readonly ProfiledStep[], totalMs: number): Table {
  const sums = new Map<string, { ms: number; gflop: number }>();
  for (const { program, step, ms, gflopsPerSecond } of steps) {
    const kind = `${program} ${step.split(" ", 1)[0]!}`;
    const sum = sums.get(kind) ?? { ms: 0, gflop: 0 };
    sums.set(kind, { ms: sum.ms + ms, gflop: sum.gflop + (gflopsPerSecond ?? 0) * ms / 1000 });
  }
  const rows = [...sums].toSorted(([, a], [, b]) => b.ms - a.ms).map(([kind, { ms, gflop }]) => [kind, ms, ms / totalMs, gflop === 0 ? null : 1000 * gflop / ms]);
  return { columns: [{ label: "program and kind" }, { label: "ms", format: fixed(2) }, share, { label: "GFLOP/s", format: fixed(1) }], rows };
}

function stepTable(steps: readonly ProfiledStep[], totalMs: number): Table {
  return {
    columns: [{ label: "ms", format: fixed(2) }, share, { label: "GFLOP/s", format: fixed(1) }, { label: "runs", format: fixed(0) }, { label: "program" }, { label: "step" }],
    rows: steps.map(({ program, step, runs, ms, gflopsPerSecond }) => [ms, ms / totalMs, gflopsPerSecond, runs, program, step.replace(/\s+/g, " ")]),
  };
}
