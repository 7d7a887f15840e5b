import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { corpusFingerprint, documents, openCorpus, prepareCorpus } from "@bort/data";
import { BenchError } from "../bench-error.js";
import { thisMachine } from "../machine.js";
import { measureErrors } from "../regret/measure-errors.js";
import { regretFindings } from "../regret/regret-findings.js";
import { type RegretSettings, regretSettings } from "../regret/regret-settings.js";
import { renderReport } from "../report/report.js";
import { type Command, type Flags, countFlag, jsonFile, textFlag } from "./command.js";
import { engineFlags, onEngine } from "./on-engine.js";
import { regretReport, regretText } from "./regret-report.js";

/** The FPTAS's picks against exhaustive and random search's, on a grid of which everything is trained in full. */
export const command: Command = {
  flags: [...engineFlags, "steps", "teacher-steps", "folder", "out"],
  run: async (paths, flags) => {
    if (paths.length === 0) throw new BenchError("bench/bad-option", "bench: regret needs files or folders of text, got none; see --help");
    const settings = settingsOf(flags);
    const corpus = await openCorpus(paths);
    const given = textFlag(flags, "folder");
    const folder = given ?? mkdtempSync(join(tmpdir(), "bort-bench-regret-"));
    const tell = (line: string): void => void process.stderr.write(`${line}\n`);
    try {
      const prepared = await prepareCorpus(join(folder, "corpus"), () => documents(corpus), { tokenizer: { vocabSize: settings.vocabSize }, source: corpusFingerprint(corpus) });
      try {
        return await onEngine(flags, async (backend, facts) => {
          const measured = await measureErrors({ backend, corpus: prepared, folder, settings, tell });
          const result = { machine: thisMachine(), ...facts, settings, ...regretFindings(measured) };
          return { result, text: regretText(result), files: { "regret.json": jsonFile(result), "regret.html": renderReport(regretReport(result)) } };
        });
      } finally {
        prepared.close();
      }
    } finally {
      if (given === undefined) rmSync(folder, { recursive: true });
    }
  },
};

function settingsOf(flags: Flags): RegretSettings {
  const { teacher, convergence } = regretSettings;
  return {
    ...regretSettings,
    teacher: { ...teacher, steps: countFlag(flags, "teacher-steps", { fallback: teacher.steps }) },
    convergence: { ...convergence, steps: countFlag(flags, "steps", { fallback: convergence.steps }) },
  };
}
