import { type FileHandle, open, readFile, rm } from "node:fs/promises";
import { isJsonObject, type JsonObject, type LockAttempt, tryProcessLock } from "@bort/data";
import { canonicalJson, type Settings, settingsFingerprint } from "./settings-fingerprint.js";
import { TrialsError } from "./trials-error.js";

export interface JournalFormat<Entry> {
  /** Its name, which the file begins with. */
  readonly name: string;
  /** Whether the JSON of a line is one of its entries. */
  readonly isEntry: (value: unknown) => value is Entry;
}

/** What a journal holds. */
export interface JournalContents<Entry> {
  readonly fingerprint: string;
  readonly settings: Settings;
  /** In the order of writing. */
  readonly entries: readonly Entry[];
}

/** A journal open for writing; `entries` are those that it held when it was opened. */
export interface Journal<Entry> extends JournalContents<Entry> {
  /** Writes an entry and waits until it is on the disk. @throws TrialsError `trials/write-failed` */
  append(entry: Entry): Promise<void>;
  close(): Promise<void>;
}

export interface OpenJournalOptions {
  /** Whether to begin anew, whatever the file holds. Default false. */
  readonly isNew?: boolean;
}

/**
 * Opens the journal of some work, or starts it where there is none, so that the work can go on where it was stopped.
 *
 * The file is JSONL: a header with the settings and their fingerprint, then a line per entry, each flushed to the disk before `append` resolves. A last line
 * that a crash cut short is removed. One process may have a journal open at a time: a lock file beside it names that process, and one whose process is gone
 * is taken over.
 *
 * @throws TrialsError `trials/locked` while another process has it open, `trials/other-settings` for the journal of other settings, `trials/bad-journal` for a
 * file that is none of this format, `trials/bad-settings`, `trials/read-failed`, `trials/write-failed`
 */
export async function openJournal<Entry>(path: string, settings: Settings, format: JournalFormat<Entry>, { isNew = false }: OpenJournalOptions = {}): Promise<Journal<Entry>> {
  const header = headerLine(settings, format);
  const attempt = lockAttempt(path);
  if (!attempt.taken) {
    throw new TrialsError("trials/locked",
      `trials: a journal must be written by one process, got ${path}, which ${attempt.holder} has open; wait until that ends, or take another file`);
  }
  const { lock } = attempt;
  try {
    if (isNew) await rm(path, { force: true }).catch((cause: unknown) => { throw writeFailed(path, cause); });
    const { contents, file } = await openLocked(path, header, settings, format);
    return {
      ...contents,
      append: (entry) => appendLine(file, `${JSON.stringify(entry)}\n`, path),
      close: () => file.close().finally(() => lock.release()),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Reads a journal without changing it; a last line that is incomplete is left out.
 *
 * @throws TrialsError `trials/bad-journal`, `trials/read-failed`
 */
export async function readJournal<Entry>(path: string, format: JournalFormat<Entry>): Promise<JournalContents<Entry>> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => { throw readFailed(path, cause); });
  return parse(wholeLines(text), path, format);
}

function lockAttempt(path: string): LockAttempt {
  try {
    return tryProcessLock(`${path}.lock`);
  } catch (error) {
    throw writeFailed(path, error);
  }
}

async function openLocked<Entry>(
  path: string, header: string, settings: Settings, format: JournalFormat<Entry>,
): Promise<{ readonly contents: JournalContents<Entry>; readonly file: FileHandle }> {
  const { bytes, text } = await readWholeLines(path, header, format);
  const contents = parse(text === "" ? header : text, path, format);
  requireSameSettings(contents, settings, path);
  const failing = (cause: unknown): never => { throw writeFailed(path, cause); };
  const file = await open(path, "a").catch(failing);
  try {
    await file.truncate(bytes).catch(failing);
    if (text === "") await appendLine(file, header, path);
    return { contents, file };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function appendLine(file: FileHandle, line: string, path: string): Promise<void> {
  await file.appendFile(line).then(() => file.sync()).catch((cause: unknown) => { throw writeFailed(path, cause); });
}

const version = 1;

function headerLine(settings: Settings, { name }: Pick<JournalFormat<never>, "name">): string {
  return `${canonicalJson({ log: name, version, fingerprint: settingsFingerprint(settings), settings })}\n`;
}

/** The whole lines of a journal and their length in bytes; none if there is no file, or only the beginning of `header`. */
async function readWholeLines<Entry>(path: string, header: string, format: JournalFormat<Entry>): Promise<{ readonly text: string; readonly bytes: number }> {
  const all = await readFile(path).catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return Buffer.alloc(0);
    throw readFailed(path, cause);
  });
  const bytes = all.lastIndexOf("\n") + 1; // Of the file, and not of its text: bytes that are no text become others there.
  if (bytes === 0 && !header.startsWith(all.toString("utf8"))) throw badJournal(path, format, 1, "it is no header");
  return { text: all.toString("utf8", 0, bytes), bytes };
}

function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

function requireSameSettings({ fingerprint, settings: kept }: JournalContents<unknown>, settings: Settings, path: string): void {
  if (fingerprint === settingsFingerprint(settings)) return;
  const text = (value: unknown): string => (value === undefined ? "nothing" : canonicalJson(value));
  const keys = [...new Set([...Object.keys(settings), ...Object.keys(kept)])];
  const different = keys.filter((key) => text(settings[key]) !== text(kept[key]));
  throw new TrialsError("trials/other-settings",
    `trials: a journal must be of the same work, got ${path} of one with other ${different.join(", ")}; restore the settings or take another file`);
}

function parse<Entry>(text: string, path: string, format: JournalFormat<Entry>): JournalContents<Entry> {
  const [first = "", ...rest] = text.split("\n").slice(0, -1);
  const { log, version: written, fingerprint, settings } = parseLine(first, path, format, 1);
  if (log !== format.name || typeof fingerprint !== "string" || !isJsonObject(settings)) throw badJournal(path, format, 1, "it is no header");
  if (written !== version) throw badJournal(path, format, 1, `it is of version ${String(written)}, not ${version}`);
  const entries = rest.map((line, index) => {
    const entry: unknown = parseLine(line, path, format, index + 2);
    if (!format.isEntry(entry)) throw badJournal(path, format, index + 2, "it is no entry");
    return entry;
  });
  return { fingerprint, settings, entries };
}

function parseLine(line: string, path: string, format: Pick<JournalFormat<never>, "name">, number: number): JsonObject {
  try {
    const value: unknown = JSON.parse(line);
    if (isJsonObject(value)) return value;
  } catch {
    // Not JSON: told below, as what is JSON but no object.
  }
  throw badJournal(path, format, number, "it is no JSON object");
}

function writeFailed(path: string, cause: unknown): TrialsError {
  return new TrialsError("trials/write-failed", `trials: the journal ${path} must be writable, got ${messageOf(cause)}; check the folder`, { cause });
}

function readFailed(path: string, cause: unknown): TrialsError {
  return new TrialsError("trials/read-failed", `trials: the journal ${path} must be readable, got ${messageOf(cause)}; check the path`, { cause });
}

function badJournal(path: string, { name }: Pick<JournalFormat<never>, "name">, line: number, problem: string): TrialsError {
  return new TrialsError("trials/bad-journal", `trials: ${path} must be a ${name} journal, got a line ${line} that cannot be read: ${problem}; take another file`);
}

function messageOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]!;
}
