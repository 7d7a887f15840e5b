import { join } from "node:path";
import { corpusFingerprint, documents, openCorpus, prepareCorpus } from "@bort/data";
import { BenchError } from "../bench-error.js";
import { thisMachine } from "../machine.js";
import { type PruningArm, pruningArms } from "../pruning-study/pruning-arms.js";
import { pruningFindings } from "../pruning-study/pruning-findings.js";
import { type PruningSetting, pruningSetting, type TimedSize } from "../pruning-study/pruning-setting.js";
import { pruningText } from "../pruning-study/pruning-tables.js";
import { studyPruning } from "../pruning-study/study-pruning.js";
import { parseStepShape, type StepShape } from "../step-shape.js";
import { type Command, countFlag, type Flags, folderFlag, jsonFile, textFlag } from "./command.js";
import { engineFlags, engineText, onEngine } from "./on-engine.js";

/** A pre-trained encoder pruned by schuBERT, its baselines and its variants; what is left is trained for equal time and measured; what a round costs. */
export const command: Command = {
  flags: [
    ...engineFlags, "data", "folder", "base", "shallow-depth", "shallow-steps", "base-steps", "alpha-steps", "finetune-steps", "tuning-steps", "task-examples", "task-steps", "fractions", "variant-fraction", "timed-sizes", "arms", "seeds",
    "minutes", "out",
  ],
  run: async (paths, flags) => {
    if (paths.length === 0) throw new BenchError("bench/bad-option", "bench: pruning-study needs files or folders of text, got none; see --help");
    const [data, folder] = [folderFlag(flags, "data"), folderFlag(flags, "folder")];
    const [setting, arms] = [settingOf(flags), armsFlag(flags)];
    const end = performance.now() + 60_000 * countFlag(flags, "minutes", { fallback: Infinity });
    const tell = (line: string): void => void process.stderr.write(`${line}\n`);
    const text = await openCorpus(paths);
    const source = corpusFingerprint(text);
    const corpus = await prepareCorpus(join(folder, "corpus"), () => documents(text), { tokenizer: { vocabSize: setting.base.vocabSize }, source });
    try {
      return await onEngine(flags, async (backend, facts) => {
        const study = await studyPruning({ backend, engine: facts, source, corpus, data, folder, setting, arms, tell, isOver: () => performance.now() > end });
        const findings = { ...study, ...pruningFindings(study, setting.timing) };
        const result = { machine: thisMachine(), ...facts, setting, ...findings };
        return { result, text: `pruning on ${engineText(facts)}\n${pruningText(findings)}`, files: { "pruning-study.json": jsonFile(result) } };
      });
    } finally {
      corpus.close();
    }
  },
};

function settingOf(flags: Flags): PruningSetting {
  const { baseSteps, alphaSteps, finetuneSteps, tuningSteps, seeds, task, timing } = pruningSetting;
  const baseText = textFlag(flags, "base");
  const base = baseText === undefined ? pruningSetting.base : parseStepShape(baseText);
  const fractions = fractionsFlag(flags, "fractions") ?? pruningSetting.fractions;
  const [variantFraction = pruningSetting.variantFraction] = fractionsFlag(flags, "variant-fraction") ?? [];
  if (!fractions.includes(variantFraction)) throw new BenchError("bench/bad-option", `bench: --variant-fraction must be one of --fractions, ${fractions.join(", ")}, got ${variantFraction}`);
  return {
    ...pruningSetting, base, shallow: shallowFlags(flags, base), fractions, variantFraction,
    baseSteps: countFlag(flags, "base-steps", { fallback: baseSteps }), alphaSteps: countFlag(flags, "alpha-steps", { fallback: alphaSteps }),
    finetuneSteps: countFlag(flags, "finetune-steps", { fallback: finetuneSteps }), tuningSteps: countFlag(flags, "tuning-steps", { fallback: tuningSteps }),
    task: { ...task, examples: countFlag(flags, "task-examples", { fallback: task.examples }), steps: countFlag(flags, "task-steps", { fallback: task.steps }) },
    timing: { ...timing, sizes: sizesFlag(flags) }, seeds: Array.from({ length: countFlag(flags, "seeds", { fallback: seeds.length }) }, (_, seed) => seed),
  };
}

/** The network that a base begins as. */
function shallowFlags(flags: Flags, base: StepShape): PruningSetting["shallow"] {
  const depth = countFlag(flags, "shallow-depth", { fallback: pruningSetting.shallow.depth });
  if (base.depth % depth !== 0) throw new BenchError("bench/bad-option", `bench: --shallow-depth must divide the ${base.depth} layers of --base, got ${depth}`);
  return { depth, steps: countFlag(flags, "shallow-steps", { fallback: pruningSetting.shallow.steps }) };
}

/** Numbers between 0 and 1, the largest first. */
function fractionsFlag(flags: Flags, name: string): readonly number[] | undefined {
  const text = textFlag(flags, name);
  const fractions = text?.split(",").map(Number).sort((a, b) => b - a);
  if (fractions?.every((fraction, i) => fraction > 0 && fraction < 1 && fraction !== fractions[i - 1]) ?? true) return fractions;
  throw new BenchError("bench/bad-option", `bench: --${name} takes different numbers between 0 and 1, with commas between, got ${JSON.stringify(text)}`);
}

function sizesFlag(flags: Flags): readonly TimedSize[] {
  const text = textFlag(flags, "timed-sizes");
  return text?.split(",").map((word) => {
    const [, layers, hiddenSize] = /^([1-9]\d*)x([1-9]\d*)$/.exec(word) ?? [];
    if (hiddenSize !== undefined) return { layers: Number(layers), hiddenSize: Number(hiddenSize) };
    throw new BenchError("bench/bad-option", `bench: --timed-sizes takes layers and widths as 4x128,12x256, got ${JSON.stringify(text)}`);
  }) ?? pruningSetting.timing.sizes;
}

function armsFlag(flags: Flags): readonly PruningArm[] {
  const text = textFlag(flags, "arms");
  if (text === undefined) return pruningArms;
  return text.split(",").map((name) => {
    const arm = pruningArms.find((each) => each.name === name);
    if (arm !== undefined) return arm;
    throw new BenchError("bench/bad-option", `bench: --arms must be of ${pruningArms.map((each) => each.name).join(", ")}, with commas between, got ${JSON.stringify(text)}`);
  });
}
