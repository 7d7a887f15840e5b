import { paperTheta, repositoryTheta, smallTheta } from "@bort/agora";
import { sharePrograms } from "@bort/graph";
import { loadEncoder, loadMlmModel } from "@bort/nn";
import { type AgoraSetting, agoraSetting } from "../agora/agora-setting.js";
import { agoraText } from "../agora/agora-tables.js";
import { summarizeSizes } from "../agora/agora-summary.js";
import { simulateCosts } from "../agora/prune-costs.js";
import { armNames, studyAgora } from "../agora/study-agora.js";
import { studyRules } from "../agora/study-rules.js";
import { BenchError } from "../bench-error.js";
import { thisMachine } from "../machine.js";
import { type Command, countFlag, type Flags, folderFlag, jsonFile, noArguments, textFlag } from "./command.js";
import { engineFlags, engineText, onEngine } from "./on-engine.js";

/** Seeds of the simulated prune rules. */
const SIMULATED_SEEDS = 20;

/** Agora against plain fine-tuning in as many trainings, and against its new data alone; trainings by prune rule. */
export const command: Command = {
  flags: [...engineFlags, "data", "student", "socrates-base", "folder", "tasks", "seeds", "epochs", "max-length", "rule", "minutes", "out"],
  run: async (positionals, flags) => {
    noArguments(positionals);
    const setting = settingOf(flags);
    const [data, folder] = [folderFlag(flags, "data"), folderFlag(flags, "folder")];
    const [student, socratesBase] = [loadEncoder(folderFlag(flags, "student")), loadMlmModel(folderFlag(flags, "socrates-base"))];
    const tell = (line: string): void => void process.stderr.write(`${line}\n`);
    const end = performance.now() + 60_000 * countFlag(flags, "minutes", { fallback: Infinity });
    tell(expectation(setting));
    return onEngine(flags, async (engine, facts) => {
      const backend = sharePrograms(engine);
      try {
        const tasks = await studyAgora({ backend, engine: facts, setting, student, socratesBase, data, folder, tell, isOver: () => performance.now() > end });
        const simulated = simulateCosts({ presets: { small: smallTheta, repository: repositoryTheta, paper: paperTheta }, rules: studyRules, seeds: SIMULATED_SEEDS });
        const findings = { tasks, sizes: summarizeSizes(tasks), simulated };
        const result = { machine: thisMachine(), ...facts, setting, ...findings };
        return { result, text: `agora on ${engineText(facts)}\n${agoraText(findings)}`, files: { "agora.json": jsonFile(result) } };
      } finally {
        await backend.disposePrograms();
      }
    });
  },
};

/** How much work a setting is, by what its rules take on random accuracies. */
function expectation({ tasks, seeds, theta, rule, rules }: AgoraSetting): string {
  const cells = seeds.length * tasks.reduce((sum, { sizes }) => sum + sizes.length, 0);
  const costs = (sets: typeof theta): ReturnType<typeof simulateCosts> =>
    simulateCosts({ presets: { theta: sets }, rules: studyRules, seeds: SIMULATED_SEEDS }).filter(({ accuracies }) => accuracies === "random");
  const { trainings: { median }, mostTrainings } = costs(theta).find((cost) => cost.rule === rule)!;
  const ofRules = tasks.some(({ name }) => name === rules.task) ? costs(rules.theta).reduce((sum, { trainings }) => sum + trainings.median, 0) : 0;
  return `${tasks.length} teachers, ${cells} cells of ${armNames.length} arms, each expected to take ${median} trainings, at most ${mostTrainings}; ${
    ofRules} trainings to compare prune rules; about ${cells * armNames.length * median + ofRules} in all`;
}

function settingOf(flags: Flags): AgoraSetting {
  const { student, socrates, seeds, maxLength, rule } = agoraSetting;
  const setting = {
    ...agoraSetting, tasks: tasksFlag(flags), seeds: Array.from({ length: countFlag(flags, "seeds", { fallback: seeds.length }) }, (_, seed) => seed),
    maxLength: countFlag(flags, "max-length", { least: 3, fallback: maxLength }), rule: textFlag(flags, "rule") ?? rule,
  };
  const rules = studyRules.map(({ name }) => name);
  if (!rules.includes(setting.rule)) throw new BenchError("bench/bad-option", `bench: --rule must be one of ${rules.join(", ")}, got ${JSON.stringify(setting.rule)}`);
  if (textFlag(flags, "epochs") === undefined) return setting;
  const epochs = countFlag(flags, "epochs", { fallback: student.epochs });
  return { ...setting, student: { ...student, epochs, leastSteps: 1 }, socrates: { ...socrates, epochs, leastSteps: 1 } };
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
