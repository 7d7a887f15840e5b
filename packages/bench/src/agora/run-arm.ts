import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  type AgoraEvent, type AgoraOptions, type AgoraResult, type FineTuningSet, openAgoraJournal, type RoundSummary, timaeusExecutor, type TimaeusOptions, type TimaeusStep,
} from "@bort/agora";
import { type TextTask } from "@bort/data";
import { loadClassifier, makeFolder } from "@bort/nn";
import { type Settings } from "@bort/trials";
import { type Cell } from "./draw-cell.js";
import { testScore, type TestScore } from "./test-score.js";

/** What a way to fine-tune came to. */
export interface ArmResult {
  /** Accuracy on E of the best model, which was chosen by it. */
  readonly evaluation: number;
  readonly test: TestScore;
  readonly theta: FineTuningSet;
  readonly rounds: readonly RoundSummary[];
  readonly trainings: number;
  /** |Theta| (|Theta| + 1) / 2. */
  readonly mostTrainings: number;
  /** Examples that tau and Socrates made. */
  readonly generated: number;
  /** Of all trainings, with their evaluation on E. */
  readonly seconds: number;
}

/** What a run of Agora and one of plain fine-tuning have in common. */
export type CommonOptions = Pick<AgoraOptions<FineTuningSet, TimaeusStep>, "completed" | "evaluation" | "executor" | "hyperparameters" | "onDiscard" | "seed" | "train">;

export type ArmRun = AsyncGenerator<AgoraEvent<FineTuningSet, TimaeusStep>, AgoraResult<FineTuningSet>, void>;

export interface RunArmOptions extends Pick<TimaeusOptions, "backend" | "batchSize" | "maxLength" | "model" | "tokenizer"> {
  readonly task: TextTask;
  /** Where the task's files are. */
  readonly data: string;
  readonly cell: Cell;
  readonly hyperparameters: readonly FineTuningSet[];
  /** Of this arm alone: its journal, from which it goes on, and its models. */
  readonly folder: string;
  /** All that the run depends on. */
  readonly settings: Settings;
  /** Told of each round. */
  readonly onRound: (summary: RoundSummary) => void;
  readonly start: (common: CommonOptions) => ArmRun;
}

/** Runs an arm of a cell to its end and measures its model on the dev split; throws what Agora, its journal and the trainings throw. */
export async function runArm({ task, data, cell, hyperparameters, folder, settings, onRound, start, ...training }: RunArmOptions): Promise<ArmResult> {
  makeFolder(folder);
  const models = modelsOf(folder);
  const journal = await openAgoraJournal(join(folder, "agora.jsonl"), settings);
  try {
    const { train, evaluation, seed, epochs } = cell;
    const executor = timaeusExecutor({ ...training, labels: task.labels, evaluation, epochs, folder: models });
    const onDiscard = (name: string): void => rmSync(join(models, name), { recursive: true, force: true });
    const running = start({ train, evaluation, seed, hyperparameters, executor, onDiscard, completed: journal.entries });
    let [seconds, generated] = [0, 0];
    let next = await running.next();
    for (; next.done !== true; next = await running.next()) {
      const event = next.value;
      if (event.type === "round") onRound(event.summary);
      if (event.type !== "record") continue;
      if (!event.resumed) await journal.append(event.record);
      if (event.record.type === "generated") generated += event.record.examples.length;
      else seconds += event.record.seconds;
    }
    const { model, accuracy, theta, rounds, trainings, mostTrainings } = next.value;
    const test = await testScore({ ...training, model: loadClassifier(join(models, model)).model, task, directory: data });
    return { evaluation: accuracy, test, theta, rounds, trainings, mostTrainings, generated, seconds };
  } finally {
    await journal.close();
  }
}

/** Deletes the models of an arm, whose result is kept elsewhere. */
export const discardModels = (folder: string): void => rmSync(modelsOf(folder), { recursive: true, force: true });

const modelsOf = (folder: string): string => join(folder, "models");
