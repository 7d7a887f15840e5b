import { isJsonObject } from "@bort/data";
import { type JournalContents, type JournalFormat, openJournal, readJournal, type Settings } from "@bort/trials";
import { type SearchEvent } from "./search.js";
import { isMeasured, isTrial } from "./trial-record.js";
import { type MeasuredCandidate, type Trial } from "./trial.js";

/** What a trial log holds. */
export interface TrialLogContents {
  readonly fingerprint: string;
  readonly settings: Settings;
  /** Latencies, in the order of writing: the `measured` option of a search. */
  readonly measured: readonly MeasuredCandidate[];
  /** Trials, in the order of their ends: the `completed` option of a search. */
  readonly trials: readonly Trial[];
}

/** A trial log open for writing; `measured` and `trials` are what it held when it was opened. */
export interface TrialLog extends TrialLogContents {
  /** Writes what a `measured` event or a new `trial` event carries and waits until it is on the disk; passes over every other event. */
  record(event: SearchEvent): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the log of a search, or starts it where there is none, so that the search can go on where it was stopped. `settings` are all that the search depends
 * on: space, maximum point, epsilon, hyperparameters, steps, data, seed. The log is a journal of `@bort/trials`, and throws what that throws.
 */
export async function openTrialLog(path: string, settings: Settings): Promise<TrialLog> {
  const journal = await openJournal(path, settings, format);
  return {
    ...contentsOf(journal),
    record: async (event) => {
      const entry = entryOf(event);
      if (entry !== undefined) await journal.append(entry);
    },
    close: () => journal.close(),
  };
}

/** Reads a trial log without changing it; throws what `readJournal` of `@bort/trials` throws. */
export async function readTrialLog(path: string): Promise<TrialLogContents> {
  return contentsOf(await readJournal(path, format));
}

type Entry = { readonly measured: readonly MeasuredCandidate[] } | { readonly trial: Trial };

const format: JournalFormat<Entry> = {
  name: "bort-trials",
  isEntry: (value): value is Entry => isJsonObject(value) && (Array.isArray(value.measured) ? value.measured.every(isMeasured) : isTrial(value.trial)),
};

function entryOf(event: SearchEvent): Entry | undefined {
  if (event.type === "measured") return { measured: event.candidates };
  return event.type === "trial" && !event.resumed ? { trial: event.trial } : undefined;
}

function contentsOf({ fingerprint, settings, entries }: JournalContents<Entry>): TrialLogContents {
  return {
    fingerprint, settings,
    measured: entries.flatMap((entry) => ("measured" in entry ? entry.measured : [])),
    trials: entries.flatMap((entry) => ("trial" in entry ? entry.trial : [])),
  };
}
