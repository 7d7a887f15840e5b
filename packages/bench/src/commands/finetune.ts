import { measureFinetune, type TrainingStart } from "../finetune-benchmark.js";
import { finetuneShapes, parseFinetuneShape } from "../finetune-shape.js";
import { type Command, type Finding, type Flags, countFlag, onlyArgument } from "./command.js";
import { type ComparedWork, compareAll, comparisonFlags, refuseComparisonFlags } from "./compare-all.js";
import { engineFlags, engineText, onEngine } from "./on-engine.js";

/** The peer: Hugging Face's classifier with torch's optimizer and clipping. */
const work: ComparedWork = {
  command: "finetune", peers: ["hf-finetune"], script: () => "benchmarks/peer/finetune_torch.py", shapes: finetuneShapes, parseShape: parseFinetuneShape,
};

/** The time of a fine-tuning step and of a training's start: of one shape, or of many in turn with PyTorch. */
export const command: Command = {
  flags: [...engineFlags, "repeats", ...comparisonFlags],
  switches: ["all"],
  run: (positionals, flags) => (flags["all"] === true ? compareAll(work, positionals, flags) : one(positionals, flags)),
};

async function one(positionals: readonly string[], flags: Flags): Promise<Finding> {
  refuseComparisonFlags(work, flags);
  const text = onlyArgument(positionals, "one CSHAPE, or --all");
  const shape = parseFinetuneShape(text);
  return onEngine(flags, async (backend, facts) => {
    const times = await measureFinetune(backend, shape, { repeats: countFlag(flags, "repeats", { fallback: 9 }) });
    const time = `median ${times.medianMs.toFixed(1)} ms, least ${times.minMs.toFixed(1)} ms, ${(1000 / times.medianMs).toFixed(2)} steps a second`;
    const starts = `training 1: ${startText(times.first)}; training 2: ${startText(times.second)}`;
    return { result: { shape: text, ...facts, node: process.versions.node, ...times }, text: `finetune ${text} on ${engineText(facts)}: ${time}\n${starts}` };
  });
}

const startText = ({ compileMs, firstStepMs }: TrainingStart): string => `compilation ${compileMs.toFixed(1)} ms, first step ${firstStepMs.toFixed(1)} ms`;
