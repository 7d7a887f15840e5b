import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { DataError } from "../data-error.js";
import { type TaskRow } from "./task-row.js";
import { type Split } from "./text-task.js";
import { tsvRows } from "./tsv-rows.js";

/**
 * The rows of a file of MRPC. `train.tsv` and the others have theirs alone; Microsoft's own `msr_paraphrase_train.txt` has those of train and dev, and GLUE's
 * list `dev_ids.tsv` beside it says which are which. Throws `data/missing-path` without that list.
 */
export async function* mrpcRows(path: string, split: Split): AsyncGenerator<TaskRow> {
  if (!path.endsWith("_train.txt")) return yield* tsvRows(path);
  const dev = await devIds(join(dirname(path), "dev_ids.tsv"), path);
  for await (const row of tsvRows(path)) {
    if (dev.has(`${row.text("#1 ID")} ${row.text("#2 ID")}`) === (split === "dev")) yield row;
  }
}

async function devIds(path: string, corpus: string): Promise<ReadonlySet<string>> {
  if (!existsSync(path)) {
    throw new DataError("data/missing-path", `data: ${path} does not exist; ${corpus} needs GLUE's list of the pairs that are for development beside it`);
  }
  const ids = new Set<string>();
  for await (const row of tsvRows(path, { columns: ["first", "second"] })) ids.add(`${row.text("first")} ${row.text("second")}`);
  return ids;
}
