import { measureStep } from "../step-benchmark.js";
import { parseStepShape, stepShapes } from "../step-shape.js";
import { type Command, type Finding, type Flags, countFlag, mebibytes, onlyArgument } from "./command.js";
import { type ComparedWork, compareAll, comparisonFlags, refuseComparisonFlags } from "./compare-all.js";
import { engineFlags, engineText, onEngine } from "./on-engine.js";
import { variantFlags, variantOf, variantSwitches, variantText } from "./step-variant.js";

/** The peers: hand-tuned PyTorch, and Hugging Face's model with torch's optimizer. */
const work: ComparedWork = { command: "step", peers: ["step", "hf-step"], script: () => process.env["BORT_PEER"], shapes: stepShapes, parseShape: parseStepShape };

/** The time of a training step: of one shape, or of many in turn with PyTorch. */
export const command: Command = {
  flags: [...engineFlags, "repeats", ...variantFlags, ...comparisonFlags],
  switches: ["all", ...variantSwitches],
  run: (positionals, flags) => (flags["all"] === true ? compareAll(work, positionals, flags) : one(positionals, flags)),
};

async function one(positionals: readonly string[], flags: Flags): Promise<Finding> {
  refuseComparisonFlags(work, flags);
  const text = onlyArgument(positionals, "one SHAPE, or --all");
  const shape = parseStepShape(text);
  const variant = variantOf(flags);
  return onEngine(flags, async (backend, facts) => {
    const times = await measureStep(backend, shape, { repeats: countFlag(flags, "repeats", { fallback: 9 }), ...variant });
    const time = `median ${times.medianMs.toFixed(1)} ms, least ${times.minMs.toFixed(1)} ms`;
    const memory = `${mebibytes(times.residentBytes)} resident, at most ${mebibytes(times.peakBytes)}`;
    return { result: { shape: text, ...variant, ...facts, node: process.versions.node, ...times }, text: `step ${text}${variantText(variant)} on ${engineText(facts)}: ${time}, ${memory}` };
  });
}
