import { corpusFingerprint, documents, openCorpus, prepareCorpus } from "@bort/data";
import { join } from "node:path";
import { BenchError } from "../bench-error.js";
import { thisMachine } from "../machine.js";
import { parseStepShape } from "../step-shape.js";
import { studySupernet } from "../supernet-study/study-supernet.js";
import { supernetFindings } from "../supernet-study/supernet-findings.js";
import { proportionalWidths, sandwichNetworks, type SupernetSetting, supernetSetting } from "../supernet-study/supernet-setting.js";
import { supernetText } from "../supernet-study/supernet-tables.js";
import { type Command, countFlag, type Flags, jsonFile, textFlag } from "./command.js";
import { engineFlags, engineText, onEngine } from "./on-engine.js";

/** Super-networks by sandwich and by random sampling; what their shapes are worth against the same trained from scratch, and in what time. */
export const command: Command = {
  flags: [...engineFlags, "folder", "backbone", "steps", "backbone-steps", "scratch-steps", "shapes", "seeds", "minutes", "out"],
  run: async (paths, flags) => {
    if (paths.length === 0) throw new BenchError("bench/bad-option", "bench: supernet-study needs files or folders of text, got none; see --help");
    const folder = textFlag(flags, "folder");
    if (folder === undefined) throw new BenchError("bench/bad-option", "bench: supernet-study needs a folder for its trainings as --folder, got none; see --help");
    const setting = settingOf(flags);
    const end = performance.now() + 60_000 * countFlag(flags, "minutes", { fallback: Infinity });
    const tell = (line: string): void => void process.stderr.write(`${line}\n`);
    const text = await openCorpus(paths);
    const corpus = await prepareCorpus(join(folder, "corpus"), () => documents(text), { tokenizer: { vocabSize: setting.backbone.vocabSize }, source: corpusFingerprint(text) });
    try {
      return await onEngine(flags, async (backend, facts) => {
        const study = await studySupernet({ backend, engine: facts, corpus, folder, setting, tell, isOver: () => performance.now() > end });
        const findings = { ...study, ...supernetFindings(study) };
        const result = { machine: thisMachine(), ...facts, setting, ...findings };
        return { result, text: `super-networks on ${engineText(facts)}\n${supernetText(findings)}`, files: { "supernet-study.json": jsonFile(result) } };
      });
    } finally {
      corpus.close();
    }
  },
};

/** Further training takes a tenth of `--steps`; the backbone takes as many, and a training from scratch as many as the sandwich has networks. */
function settingOf(flags: Flags): SupernetSetting {
  const { backbone: defaultBackbone, steps: defaultSteps, shapes, seeds } = supernetSetting;
  const given = textFlag(flags, "backbone");
  const backbone = given === undefined ? defaultBackbone : parseStepShape(given);
  const steps = countFlag(flags, "steps", { fallback: defaultSteps });
  return {
    ...supernetSetting, backbone, widths: proportionalWidths(backbone.hiddenSize, backbone.heads), steps,
    backboneSteps: countFlag(flags, "backbone-steps", { least: 0, fallback: steps }), scratchSteps: countFlag(flags, "scratch-steps", { fallback: sandwichNetworks * steps }), furtherSteps: Math.ceil(steps / 10),
    shapes: countFlag(flags, "shapes", { fallback: shapes }), seeds: Array.from({ length: countFlag(flags, "seeds", { fallback: seeds.length }) }, (_, seed) => seed),
  };
}
