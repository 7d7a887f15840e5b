import { seedMeanText, type SeedMean } from "../seed-mean.js";
import { type Spread } from "../spread.js";
import { type Table } from "../table.js";
import { consoleTable } from "../terminal/console-table.js";
import { type SizeSummary } from "./agora-summary.js";
import { type SimulatedCost } from "./prune-costs.js";
import { type ArmName, armNames, type TaskResult } from "./study-agora.js";

/** All that a study found. */
export interface AgoraFindings {
  readonly tasks: readonly TaskResult[];
  readonly sizes: readonly SizeSummary[];
  readonly simulated: readonly SimulatedCost[];
}

const decimals = (value: number): string => value.toFixed(3);
const withInterval = (value: SeedMean): string => seedMeanText(value, decimals);
const spread = ({ median, least, most }: Spread): string => (least === most ? String(median) : `${median} (${least}, ${most})`);

/** The findings for a terminal. */
export const agoraText = ({ tasks, sizes, simulated }: AgoraFindings): string => [
  "on the dev split, mean over seeds (95% interval)", consoleTable(testTable(sizes)),
  "accuracy on E of the chosen model less its mean recall on the dev split", consoleTable(optimismTable(sizes)),
  "every seed", consoleTable(cellTable(tasks)),
  "conditions that are violated", consoleTable(conditionTable(tasks)),
  ...tasks.filter(({ rules }) => rules.length > 0).flatMap(({ task, rules }) => [`prune rules on ${task}`, consoleTable(ruleTable(rules))]),
  "prune rules on made-up accuracies, median (least, most)", consoleTable(costTable(simulated)),
].join("\n");

const testTable = (sizes: readonly SizeSummary[]): Table => ({
  columns: labelled("task", "examples", "metric", ...armNames, "agora - plain", "agora - tau alone", "trainings"),
  rows: sizes.map(({ task, size, metric, test, gain, trainings }) =>
    [task, String(size), metric, ...armNames.map((name) => withInterval(test[name])), withInterval(gain.plain), withInterval(gain["tau alone"]), trainings.mean.toFixed(1)]),
});

const optimismTable = (sizes: readonly SizeSummary[]): Table => ({
  columns: labelled("task", "examples", ...armNames), rows: sizes.map(({ task, size, optimism }) => [task, String(size), ...armNames.map((name) => withInterval(optimism[name]))]),
});

/** A row a cell; what arms have is in their order. */
const cellTable = (tasks: readonly TaskResult[]): Table => ({
  columns: labelled("task", "examples", "seed", "|D|", "|E|", "Socrates on E", "rounds", "trainings", "generated", "on E", "on dev", "seconds"),
  rows: tasks.flatMap(({ task, cells }) => cells.map(({ size, seed, examples, evaluation, socrates, arms }) => {
    const each = (value: (name: ArmName) => string): string => armNames.map(value).join(" / ");
    return [
      task, String(size), String(seed), examples, evaluation, decimals(socrates), arms.agora.rounds.length, arms.agora.trainings, arms.agora.generated,
      each((name) => decimals(arms[name].evaluation)), each((name) => decimals(arms[name].test.metric)), each((name) => arms[name].seconds.toFixed(0)),
    ];
  })),
});

const conditionTable = (tasks: readonly TaskResult[]): Table => ({
  columns: labelled("task", "examples", "seed", "condition", "what was found"),
  rows: tasks.flatMap(({ task, cells }) => cells.flatMap(({ size, seed, conditions }) =>
    conditions.filter(({ status }) => status === "violated").map(({ name, note }) => [task, String(size), String(seed), name, note]))),
});

const ruleTable = (rules: TaskResult["rules"]): Table => ({
  columns: labelled("rule", "rounds", "trainings", "at most", "on E", "on dev", "seconds"),
  rows: rules.map(({ rule, result: { rounds, trainings, mostTrainings, evaluation, test, seconds } }) =>
    [rule, rounds.length, trainings, mostTrainings, decimals(evaluation), decimals(test.metric), seconds.toFixed(0)]),
});

const costTable = (simulated: readonly SimulatedCost[]): Table => ({
  columns: labelled("Theta", "sets", "rule", "accuracies", "rounds", "trainings", "at most"),
  rows: simulated.map(({ theta, sets, rule, accuracies, rounds, trainings, mostTrainings }) => [theta, sets, rule, accuracies, spread(rounds), spread(trainings), mostTrainings]),
});

const labelled = (...labels: readonly string[]): { readonly label: string }[] => labels.map((label) => ({ label }));
