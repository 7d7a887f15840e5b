import { type CompileTimes, measureCompile } from "../compile-benchmark.js";
import { type Machine, thisMachine } from "../machine.js";
import { type Report, renderReport } from "../report/report.js";
import { type ScalingCurve, measureScaling } from "../scaling-benchmark.js";
import { parseStepShape } from "../step-shape.js";
import { type Table } from "../table.js";
import { consoleTable } from "../terminal/console-table.js";
import { type Command, countFlag, jsonFile, noArguments, textFlag } from "./command.js";
import { type EngineFacts, engineFlags, engineText, onEngine } from "./on-engine.js";

/** How step time grows with what a step computes, and what compilation takes. */
export const command: Command = {
  flags: [...engineFlags, "repeats", "base", "out"],
  run: async (positionals, flags) => {
    noArguments(positionals);
    const base = textFlag(flags, "base");
    const options = { repeats: countFlag(flags, "repeats", { fallback: 9 }), ...(base !== undefined && { base: parseStepShape(base) }) };
    return onEngine(flags, async (backend, facts) => {
      const compile = await measureCompile(backend);
      const curves: ScalingCurve[] = [];
      for await (const curve of measureScaling(backend, options)) {
        process.stderr.write(`${curve.axis}: measured\n`);
        curves.push(curve);
      }
      const machine = thisMachine();
      const result = { machine, ...facts, compile, curves };
      const page = renderReport(reportOf(curves, compile, facts, machine));
      return { result, text: textOf(curves, compile, facts), files: { [`scaling-${facts.engine}.json`]: jsonFile(result), [`scaling-${facts.engine}.html`]: page } };
    });
  },
};

const percent = (share: number): string => `${share < 0 ? "" : "+"}${(100 * share).toFixed(1)}%`;
const fixed = (digits: number) => (value: number): string => value.toFixed(digits);

function curveTable({ axis, points }: ScalingCurve): Table {
  return {
    columns: [
      { label: axis }, { label: "shape" }, { label: "GFLOP", format: fixed(2) }, { label: "ms", format: fixed(2) }, { label: "GFLOP/s", format: fixed(1) },
      { label: "from the line", format: percent },
    ],
    rows: points.map(({ size, shape, flops, ms, deviation }) => [size, shape, flops / 1e9, ms, flops / ms / 1e6, deviation]),
  };
}

function compileTable(compile: readonly CompileTimes[]): Table {
  return {
    columns: [{ label: "shape" }, ...["compile, ms", "first step, ms", "second step, ms"].map((label) => ({ label, format: fixed(0) }))],
    rows: compile.map(({ shape, compileMs, firstStepMs, secondStepMs }) => [shape, compileMs, firstStepMs, secondStepMs]),
  };
}

const lineText = ({ axis, fixedMs, msPerGflop, worst }: ScalingCurve): string =>
  `${axis}: ${fixedMs.toFixed(2)} ms + ${msPerGflop.toFixed(2)} ms a GFLOP, at most ${(100 * worst).toFixed(1)}% from that line`;

function textOf(curves: readonly ScalingCurve[], compile: readonly CompileTimes[], facts: EngineFacts): string {
  const sections = curves.map((curve) => `${lineText(curve)}\n${consoleTable(curveTable(curve))}`);
  return [`scaling on ${engineText(facts)}`, ...sections, `compilation at 24 layers, in turn\n${consoleTable(compileTable(compile))}`].join("\n\n");
}

function reportOf(curves: readonly ScalingCurve[], compile: readonly CompileTimes[], facts: EngineFacts, machine: Machine): Report {
  return {
    title: "A training step's time against its work",
    subtitle: engineText(facts),
    generated: `${machine.date}, ${machine.cores} x ${machine.processor}, Node ${machine.node}`,
    facts: curves.map(({ axis, worst }) => ({ label: `${axis}: most from linear`, value: `${(100 * worst).toFixed(1)}%` })),
    sections: [
      ...curves.map((curve) => ({
        heading: curve.axis,
        text: [lineText(curve)],
        chart: {
          kind: "line" as const, title: `Step time against ${curve.axis}`, x: { label: "GFLOP of a step", log: true }, y: { label: "ms", log: true },
          series: [
            { name: "measured", points: curve.points.map(({ flops, ms }) => [flops / 1e9, ms] as const) },
            { name: "the line", points: curve.points.map(({ flops }) => [flops / 1e9, curve.fixedMs + curve.msPerGflop * flops / 1e9] as const) },
          ],
        },
        table: curveTable(curve),
      })),
      { heading: "Compilation at 24 layers", text: ["Every program of a training step, the second shape after the first."], table: compileTable(compile) },
    ],
  };
}
