import { type BortSet, convergentSets, type FineTuningSet, fineTuningSets, grid, type HyperparameterSet, paperTheta, repositoryTheta, smallTheta } from "@bort/agora";
import { isJsonObject } from "@bort/data";
import { usageError } from "./cli-error.js";
import { type Option, described, text } from "./options.js";
import { readJsonFile } from "./read-json-file.js";

/** Which hyperparameter sets a run tries. */
export const thetaOption: Option<string | undefined> = described(
  text("small|paper|repository|chs|FILE", "hyperparameter sets: 12 for small encoders, Bort's 500, its repository's 48, the convergent set of the task, or a JSON file"), "small");

const presets: Readonly<Record<string, readonly BortSet[]>> = { small: smallTheta, paper: paperTheta, repository: repositoryTheta };

/**
 * The sets that `--theta` names for a task. A file holds an array of sets, or an object with an array of values for each name, of which every combination is a set.
 *
 * @throws CliError `cli/usage` for a task without a convergent set and a file that holds neither, what `readJsonFile` throws; AgoraError `agora/bad-option`
 */
export function thetaOf(name: string = "small", task: string): readonly FineTuningSet[] {
  const preset = presets[name];
  if (preset !== undefined) return preset;
  if (name === "chs") return [convergentSetOf(task)];
  const content = readJsonFile(name);
  if (Array.isArray(content) && content.length > 0 && content.every(isJsonObject)) return fineTuningSets(content as HyperparameterSet[]);
  if (isJsonObject(content) && Object.values(content).every((values) => Array.isArray(values) && values.length > 0)) return fineTuningSets(grid(content as Record<string, number[]>));
  throw usageError(`--theta ${name} needs an array of sets like {"learningRate": 0.0003, "weightDecay": 0, "warmupRatio": 0.1, "seed": 0}, or an object with an array for each name; correct it`);
}

/** With the batch size that it was found with. */
function convergentSetOf(task: string): FineTuningSet {
  const convergent = convergentSets[task];
  if (convergent !== undefined) return { ...convergent.set, batchSize: convergent.batchSize };
  throw usageError(`--theta chs needs a task with a convergent set in Bort's tables, got ${task}; they are of ${Object.keys(convergentSets).join(", ")}`);
}
