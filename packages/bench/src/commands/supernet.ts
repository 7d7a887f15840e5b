import { geometricMean } from "../spread.js";
import { formatStepShape, parseStepShape } from "../step-shape.js";
import { measureSupernetStep, type SupernetTimes } from "../supernet-benchmark.js";
import { consoleTable } from "../terminal/console-table.js";
import { type Command, countFlag, jsonFile, noArguments, textFlag } from "./command.js";
import { engineFlags, engineText, onEngine } from "./on-engine.js";
import { thisMachine } from "../machine.js";

/** Six layers of which each may be up to 256 wide. */
const BACKBONE = "32,64,256,4,1024,6,8192,10";
const SHAPES = "256,256,256,256,256,256 128,64,192,32,256,96 128,128,128,128,128,128 64,64,64,64,64,64 32,32,32,32,32,32";

/** Training steps of shapes of a super-network against those of the same networks alone. */
export const command: Command = {
  flags: [...engineFlags, "backbone", "shapes", "rounds", "steps", "out"],
  run: (positionals, flags) => {
    noArguments(positionals);
    const backbone = parseStepShape(textFlag(flags, "backbone") ?? BACKBONE);
    const shapes = (textFlag(flags, "shapes") ?? SHAPES).split(" ").map((text) => text.split(",").map(Number));
    const options = { rounds: countFlag(flags, "rounds", { fallback: 7 }), steps: countFlag(flags, "steps", { fallback: 4 }) };
    return onEngine(flags, async (backend, facts) => {
      const measured: SupernetTimes[] = [];
      for (const widths of shapes) {
        measured.push(await measureSupernetStep(backend, backbone, widths, options));
        process.stderr.write(`${widths.join(",")}: ratio ${measured.at(-1)!.ratio.median.toFixed(3)}\n`);
      }
      const ratio = geometricMean(measured.map(({ ratio: { median } }) => median));
      const result = { machine: thisMachine(), ...facts, backbone: formatStepShape(backbone), ...options, shapes: measured, geometricMean: ratio };
      return { result, text: `supernet ${formatStepShape(backbone)} on ${engineText(facts)}\n${table(measured)}\ngeometric mean of the ratios ${ratio.toFixed(3)}`, files: { "supernet.json": jsonFile(result) } };
    });
  },
};

const table = (measured: readonly SupernetTimes[]): string => consoleTable({
  columns: [{ label: "widths" }, { label: "super-network ms" }, { label: "alone ms" }, { label: "ratio" }, { label: "least to most" }],
  rows: measured.map(({ widths, supernetMs, staticMs, ratio }) =>
    [widths.join(","), supernetMs.median.toFixed(1), staticMs.median.toFixed(1), ratio.median.toFixed(3), `${ratio.least.toFixed(3)} to ${ratio.most.toFixed(3)}`]),
});
