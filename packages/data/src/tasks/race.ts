import { join } from "node:path";
import { WRONG_OR_RIGHT } from "./castings.js";
import { jsonRows } from "./file-rows.js";
import { filesIn } from "./find-split.js";
import { HUB_SPLITS, type PublishedTask } from "./published-task.js";
import { LETTERS, race, raceLetters } from "./question-castings.js";

const level = (name: string, folder: "middle" | "high"): PublishedTask => ({
  name, suite: "race", folders: [folder], splits: ["train", "dev", "test"], hubSplits: HUB_SPLITS,
  kind: "choice", labels: WRONG_OR_RIGHT, positive: "1", metrics: ["accuracy"], cast: race,
  castings: { "multiple-choice": { kind: "classification", labels: LETTERS, metrics: ["accuracy"], cast: raceLetters } },
  find: (root, split) => filesIn(join(root, split, folder), ".txt"),
  rows: jsonRows,
});

/** RACE (Lai et al. 2017): `{train,dev,test}/{middle,high}/N.txt`, an article with its questions in each; on the hub ehovy/race. */
export const raceTasks: readonly PublishedTask[] = [level("RACE-M", "middle"), level("RACE-H", "high")];
