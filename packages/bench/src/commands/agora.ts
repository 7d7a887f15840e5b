import { join } from "node:path";
import { paperTheta, repositoryTheta, smallTheta } from "@bort/agora";
import { sharePrograms } from "@bort/graph";
import { loadEncoder, loadMlmModel } from "@bort/nn";
import { type AgoraSetting, agoraSetting, pruneRules, thetaOf } from "../agora/agora-setting.js";
import { agoraText } from "../agora/agora-tables.js";
import { summarizeSizes } from "../agora/agora-summary.js";
import { simulateCosts } from "../agora/prune-costs.js";
import { armNames, studyAgora } from "../agora/study-agora.js";
import { BenchError } from "../bench-error.js";
import { thisMachine } from "../machine.js";
import { type Command, countFlag, type Flags, jsonFile, noArguments, textFlag } from "./command.js";
import { engineFlags, engineText, onEngine } from "./on-engine.js";

/** Seeds of the simulated prune rules. */
const SIMULATED_SEEDS = 20;

/** Agora against plain fine-tuning in as many trainings, and against its new data alone; trainings by prune rule. */
export const command: Command = {
  flags: [...engineFlags, "data", "student", "socrates-base", "folder", "tasks", "seeds", "epochs", "out"],
  run: async (positionals, flags) => {
    noArguments(positionals);
    const setting = settingOf(flags);
    const [data, folder] = [folderFlag(flags, "data"), folderFlag(flags, "folder")];
    const [student, socratesBase] = [loadEncoder(folderFlag(flags, "student")), loadMlmModel(folderFlag(flags, "socrates-base"))];
    const tell = (line: string): void => void process.stderr.write(`${line}\n`);
    tell(expectation(setting));
    return onEngine(flags, async (engine, facts) => {
      const backend = sharePrograms(engine);
      try {
        const tasks = await studyAgora({ backend, engine: facts, setting, student, socratesBase, data, folder: join(folder, "studies"), tell });
        const simulated = simulateCosts({ presets: { small: smallTheta, repository: repositoryTheta, paper: paperTheta }, rules: pruneRules, seeds: SIMULATED_SEEDS });
        const findings = { tasks, sizes: summarizeSizes(tasks), simulated };
        const result = { machine: thisMachine(), ...facts, setting, ...findings };
        return { result, text: `agora on ${engineText(facts)}\n${agoraText(findings)}`, files: { "agora.json": jsonFile(result) } };
      } finally {
        await backend.disposePrograms();
      }
    });
  },
};

/** How much work a setting is, by what the default rule takes on random accuracies. */
function expectation({ tasks, seeds, theta, rules }: AgoraSetting): string {
  const cells = seeds.length * tasks.reduce((sum, { sizes }) => sum + sizes.length, 0);
  const costOf = (sets: typeof theta, rule: number): number => simulateCosts({ presets: { theta: sets }, rules: [pruneRules[rule]!], seeds: SIMULATED_SEEDS })[0]!.trainings.median;
  const each = costOf(thetaOf(theta, 0), 0);
  const ofRules = tasks.some(({ name }) => name === rules.task) ? pruneRules.reduce((sum, _, rule) => sum + costOf(rules.theta, rule), 0) : 0;
  return `${tasks.length} teachers, ${cells} cells of ${armNames.length} arms, at most ${(theta.length * (theta.length + 1)) / 2} trainings each, expected ${each}; ${
    ofRules} for prune rules: about ${cells * armNames.length * each + ofRules} trainings`;
}

function settingOf(flags: Flags): AgoraSetting {
  const { student, socrates } = agoraSetting;
  const seeds = Array.from({ length: countFlag(flags, "seeds", { fallback: agoraSetting.seeds.length }) }, (_, seed) => seed);
  const setting = { ...agoraSetting, tasks: tasksFlag(flags), seeds };
  if (textFlag(flags, "epochs") === undefined) return setting;
  const epochs = countFlag(flags, "epochs", { fallback: student.epochs });
  return { ...setting, student: { ...student, epochs, epochsOfFew: epochs, leastSteps: 1 }, socrates: { ...socrates, epochs, leastSteps: 1 } };
}

function tasksFlag(flags: Flags): AgoraSetting["tasks"] {
  const text = textFlag(flags, "tasks");
  if (text === undefined) return agoraSetting.tasks;
  return text.split(",").map((name) => {
    const task = agoraSetting.tasks.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (task !== undefined) return task;
    throw new BenchError("bench/bad-option", `bench: --tasks must be of ${agoraSetting.tasks.map((each) => each.name).join(", ")}, with commas between, got ${JSON.stringify(text)}`);
  });
}

/** @throws BenchError `bench/bad-option` where it is not given */
function folderFlag(flags: Flags, name: string): string {
  const folder = textFlag(flags, name);
  if (folder !== undefined) return folder;
  throw new BenchError("bench/bad-option", `bench: agora needs a folder as --${name}, got none; see --help`);
}
