import { join } from "node:path";
import { type LogitsCacheSet, type PublishedObjective, cachePretrainingLogits, openLogitsCaches } from "@bort/distill";
import { type MlmModel, type PretrainOptions } from "@bort/nn";
import { usageError } from "./cli-error.js";
import { Interruption } from "./interruption.js";
import { type LossOptions } from "./loss-options.js";
import { type Option, type OptionValues, described, integer, text } from "./options.js";
import { type NewBar } from "./progress.js";

// A type, not an interface: a table of options is indexed by any name.
export type KeptLogitsOptions = {
  readonly "cache-logits": Option<number | undefined>;
  readonly "logits-cache": Option<string | undefined>;
};

/** Whether teachers run once, and where what they said is kept. */
export const keptLogitsOptions: KeptLogitsOptions = {
  "cache-logits": described(integer("run the teachers once, before, and keep their N largest logits at each masked place on disk", 1), "they run on every batch"),
  "logits-cache": described(text("DIR", "where to keep these, to be shared by runs that train on the same batches"), "logits/ in --out"),
};

type Flags = OptionValues<KeptLogitsOptions & Pick<LossOptions, "combine-teachers">>;

/** Throws, before any work, CliError `cli/usage` for what a cache cannot be or cannot teach. */
export function checkKeptLogits(flags: Flags, { terms }: PublishedObjective, vocabSize: number): void {
  const { "cache-logits": topK, "logits-cache": folder, "combine-teachers": combine } = flags;
  if (topK === undefined) {
    if (folder !== undefined) throw usageError("--logits-cache needs --cache-logits N, how many logits to keep");
    return;
  }
  if (topK > vocabSize) throw usageError(`--cache-logits must be at most ${vocabSize}, the vocabulary, got ${topK}`);
  const other = terms.find(({ name }) => name !== "distillation");
  if (other !== undefined) throw usageError(`--cache-logits keeps logits alone, and the loss ${other.name} reads the teacher's layers; leave one of them out`);
  if (topK < vocabSize && combine === "logits") {
    throw usageError(`--combine-teachers logits needs every logit; give --cache-logits ${vocabSize}, or leave one of them out`);
  }
}

export interface KeepLogitsOptions {
  readonly teachers: readonly MlmModel[];
  readonly training: PretrainOptions;
  readonly folder: string;
  readonly topK: number;
  /** At which the mass of the other logits is kept exactly, as it is at 1 and 2. Default: none besides. */
  readonly temperature: number | undefined;
  readonly bars: NewBar;
}

/**
 * Runs each teacher over the batches of a training that it has not been run over, with a bar, and opens what they said: `teacher-1` and so on in the folder.
 *
 * @throws Interruption; what `cachePretrainingLogits` and `openLogitsCaches` throw
 */
export async function keepLogits({ teachers, folder, ...options }: KeepLogitsOptions): Promise<LogitsCacheSet[]> {
  const folders = teachers.map((_, i) => join(folder, `teacher-${i + 1}`));
  for (const [i, teacher] of teachers.entries()) {
    await runOnce(teacher, folders[i]!, teachers.length === 1 ? "teacher's logits" : `logits of teacher ${i + 1}`, options);
  }
  return folders.map(openLogitsCaches);
}

async function runOnce(
  teacher: MlmModel, folder: string, label: string, { training, topK, temperature = 1, bars }: Omit<KeepLogitsOptions, "teachers" | "folder">,
): Promise<void> {
  const caching = cachePretrainingLogits({ ...training, teacher, folder, topK, temperatures: [...new Set([1, 2, temperature])] });
  let bar: ReturnType<NewBar> | undefined;
  try {
    for (;;) {
      const { value, done } = await caching.next();
      if (done !== true) {
        bar ??= bars(label, value.of, value.batches);
        bar.update(value.batches);
      } else if (training.signal?.aborted === true) throw new Interruption(`interrupted after ${value} batches of the ${label}`, true);
      else return;
    }
  } finally {
    bar?.finish();
  }
}
