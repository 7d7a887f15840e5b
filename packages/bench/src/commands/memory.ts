import { measureGrowth, memoryBar } from "../memory-benchmark.js";
import { thisMachine } from "../machine.js";
import { parseStepShape, stepCosts } from "../step-shape.js";
import { type Command, countFlag, mebibytes, onlyArgument } from "./command.js";
import { engineFlag, engineFlags, engineText, onEngine, threadsFlag } from "./on-engine.js";
import { stepChild } from "./step-child.js";
import { variantFlags, variantOf, variantSwitches, variantText } from "./step-variant.js";

/** Steps of the process whose peak is measured. */
const PEAK_STEPS = 10;

/** Resident memory of a training step: the peak against its bar, and growth over many steps. */
export const command: Command = {
  flags: [...engineFlags, "steps", ...variantFlags],
  switches: variantSwitches,
  run: async (positionals, flags) => {
    const text = onlyArgument(positionals, "one SHAPE");
    const shape = parseStepShape(text);
    const variant = variantOf(flags);
    const steps = countFlag(flags, "steps", { least: 60, fallback: 300 });
    // First, while this process is small: on Linux a child's peak starts at its parent's.
    const { peakBytes } = await stepChild(text, { engine: engineFlag(flags), threads: threadsFlag(flags), repeats: PEAK_STEPS, variant });
    return onEngine(flags, async (backend, facts) => {
      const growth = await measureGrowth(backend, shape, steps, variant);
      const barBytes = memoryBar(shape);
      const peak = `peak ${mebibytes(peakBytes)} of at most ${mebibytes(barBytes)} (${(peakBytes / barBytes).toFixed(2)})`;
      const grown = `${mebibytes(growth.earlyBytes)} after 50 steps, ${mebibytes(growth.lateBytes)} after ${steps}: ${growth.ratio.toFixed(3)}`;
      return {
        result: { machine: thisMachine(), shape: text, ...variant, ...facts, ...stepCosts(shape), peakBytes, barBytes, withinBar: peakBytes <= barBytes, ...growth },
        text: `memory ${text}${variantText(variant)} on ${engineText(facts)}: ${peak}; ${grown}`,
      };
    });
  },
};
