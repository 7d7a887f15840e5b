import { thisMachine } from "../machine.js";
import { type ResidentGrowth } from "../resident-growth.js";
import { measureSoak } from "../soak-benchmark.js";
import { parseStepShape } from "../step-shape.js";
import { type Command, countFlag, jsonFile, mebibytes, noArguments, textFlag } from "./command.js";
import { engineFlags, engineText, onEngine } from "./on-engine.js";

/** The most that memory may grow by: 3%. */
const FLAT = 1.03;

/** Small, because what a cycle leaves behind is what counts, and there are many. */
const SHAPE = "8,32,64,2,256,2,1024,4";

/** Whether many trainers, and many steps of one, leave resident memory flat. */
export const command: Command = {
  flags: [...engineFlags, "shape", "cycles", "steps", "out"],
  run: async (positionals, flags) => {
    noArguments(positionals);
    const text = textFlag(flags, "shape") ?? SHAPE;
    const shape = parseStepShape(text);
    const counts = { cycles: countFlag(flags, "cycles", { least: 20, fallback: 500 }), steps: countFlag(flags, "steps", { least: 20, fallback: 2000 }) };
    return onEngine(flags, async (backend, facts) => {
      const soak = await measureSoak(backend, shape, counts);
      const flat = soak.cycles.ratio <= FLAT && soak.steps.ratio <= FLAT;
      const result = { machine: thisMachine(), shape: text, ...facts, counts, ...soak, flat };
      return {
        result,
        text: [
          `soak ${text} on ${engineText(facts)}`, partText(`${counts.cycles} compile/dispose cycles`, soak.cycles), partText(`${counts.steps} steps`, soak.steps),
        ].join("\n"),
        files: { [`soak-${facts.engine}.json`]: jsonFile(result) },
      };
    });
  },
};

function partText(what: string, { earlyBytes, lateBytes, ratio }: ResidentGrowth): string {
  const verdict = ratio <= FLAT ? "flat" : `not flat, which is at most ${FLAT}`;
  return `${what}: ${mebibytes(earlyBytes)} after a tenth, ${mebibytes(lateBytes)} at the end: ${ratio.toFixed(4)}, ${verdict}`;
}
