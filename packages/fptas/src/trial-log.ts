import { type FileHandle, open, readFile } from "node:fs/promises";
import { type LockAttempt, tryProcessLock } from "@bort/data";
import { FptasError } from "./fptas-error.js";
import { type SearchEvent } from "./search.js";
import { canonicalJson, searchFingerprint, type SearchSettings } from "./search-fingerprint.js";
import { type MeasuredCandidate, type Trial } from "./trial.js";
import { isMeasured, isObject, isTrial, type Json } from "./trial-record.js";

/** What a trial log holds. */
export interface TrialLogContents {
  readonly fingerprint: string;
  readonly settings: SearchSettings;
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
 * Opens the log of a search, or starts it where there is none, so that the search can go on where it was stopped.
 *
 * The file is JSONL: a header with the settings and their fingerprint, then a line per record, each flushed to the disk before `record` resolves. A last line
 * that a crash cut short is removed. One process may have a log open at a time: a lock file beside it names that process, and one whose process is gone is
 * taken over.
 * Throws `fptas/locked` while another process has it open, `fptas/other-search` for the log of other settings, `fptas/bad-log` for a file that is no trial
 * log, `fptas/bad-settings`, `fptas/read-failed` and `fptas/write-failed`.
 */
export async function openTrialLog(path: string, settings: SearchSettings): Promise<TrialLog> {
  const header = headerLine(settings);
  const attempt = lockAttempt(path);
  if (!attempt.taken) {
    throw new FptasError("fptas/locked",
      `fptas: a trial log must be written by one process, got ${path}, which ${attempt.holder} has open; wait until that ends, or take another file`);
  }
  const { lock } = attempt;
  try {
    const { contents, file } = await openLocked(path, header, settings);
    return {
      ...contents,
      record: async (event) => {
        const line = lineOf(event);
        if (line !== undefined) await appendLine(file, line, path);
      },
      close: async () => {
        await file.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function lockAttempt(path: string): LockAttempt {
  try {
    return tryProcessLock(`${path}.lock`);
  } catch (error) {
    throw writeFailed(path, error);
  }
}

async function openLocked(path: string, header: string, settings: SearchSettings): Promise<{ readonly contents: TrialLogContents; readonly file: FileHandle }> {
  const { bytes, text } = await readWholeLines(path, header);
  const contents = parseLog(text === "" ? header : text, path);
  requireSameSettings(contents, settings, path);
  const file = await open(path, "a").catch((cause: unknown) => { throw writeFailed(path, cause); });
  try {
    await file.truncate(bytes).catch((cause: unknown) => { throw writeFailed(path, cause); });
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

/**
 * Reads a trial log without changing it; a last line that is incomplete is left out.
 *
 * Throws `fptas/bad-log` and `fptas/read-failed`.
 */
export async function readTrialLog(path: string): Promise<TrialLogContents> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw readFailed(path, cause);
  });
  return parseLog(wholeLines(text), path);
}

const format = "bort-trials";
const version = 1;

function headerLine(settings: SearchSettings): string {
  return `${canonicalJson({ log: format, version, fingerprint: searchFingerprint(settings), settings })}\n`;
}

function lineOf(event: SearchEvent): string | undefined {
  if (event.type === "measured") return `${JSON.stringify({ measured: event.candidates })}\n`;
  if (event.type === "trial" && !event.resumed) return `${JSON.stringify({ trial: event.trial })}\n`;
  return undefined;
}

/** The whole lines of a log and their length in bytes; none if there is no file, or only the beginning of `header`. */
async function readWholeLines(path: string, header: string): Promise<{ readonly text: string; readonly bytes: number }> {
  const all = await readFile(path, "utf8").catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return "";
    throw readFailed(path, cause);
  });
  const text = wholeLines(all);
  if (text === "" && !header.startsWith(all)) throw badLog(path, 1, "it is no header");
  return { text, bytes: Buffer.byteLength(text) };
}

function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

function requireSameSettings({ fingerprint, settings: logged }: TrialLogContents, settings: SearchSettings, path: string): void {
  if (fingerprint === searchFingerprint(settings)) return;
  const text = (value: unknown): string => (value === undefined ? "nothing" : canonicalJson(value));
  const keys = [...new Set([...Object.keys(settings), ...Object.keys(logged)])];
  const different = keys.filter((key) => text(settings[key]) !== text(logged[key]));
  throw new FptasError("fptas/other-search",
    `fptas: a trial log must be of the same search, got ${path} of one with other ${different.join(", ")}; restore the settings or take another file`);
}

function parseLog(text: string, path: string): TrialLogContents {
  const [first = "", ...rest] = text.split("\n").slice(0, -1);
  const { fingerprint, settings } = parseHeader(first, path);
  const measured: MeasuredCandidate[] = [];
  const trials: Trial[] = [];
  rest.forEach((line, index) => {
    const record = parseLine(line, path, index + 2);
    if (Array.isArray(record.measured) && record.measured.every(isMeasured)) measured.push(...record.measured);
    else if (isTrial(record.trial)) trials.push(record.trial);
    else throw badLog(path, index + 2, "it holds neither latencies nor a trial");
  });
  return { fingerprint, settings, measured, trials };
}

function parseHeader(line: string, path: string): Pick<TrialLogContents, "fingerprint" | "settings"> {
  const { log, version: written, fingerprint, settings } = parseLine(line, path, 1);
  if (log !== format || typeof fingerprint !== "string" || !isObject(settings)) throw badLog(path, 1, "it is no header");
  if (written !== version) throw badLog(path, 1, `it is of version ${String(written)}, not ${version}`);
  return { fingerprint, settings };
}

function parseLine(line: string, path: string, number: number): Json {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return value;
  } catch {
    // Not JSON: told below, as what is JSON but no object.
  }
  throw badLog(path, number, "it is no JSON object");
}

function writeFailed(path: string, cause: unknown): FptasError {
  return new FptasError("fptas/write-failed", `fptas: the trial log ${path} must be writable, got ${messageOf(cause)}; check the folder`, { cause });
}

function readFailed(path: string, cause: unknown): FptasError {
  return new FptasError("fptas/read-failed", `fptas: the trial log ${path} must be readable, got ${messageOf(cause)}; check the path`, { cause });
}

function badLog(path: string, line: number, problem: string): FptasError {
  return new FptasError("fptas/bad-log", `fptas: ${path} must be a trial log, got a line ${line} that cannot be read: ${problem}; take another file`);
}

function messageOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]!;
}
