import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { writeFileAtomically } from "@bort/nn";
import { cannotWrite } from "./output-folder.js";

/** A file that gets one JSON object a line as a run goes. */
export interface EventLog {
  /** @throws CliError `cli/write-failed` */
  append(event: object): void;
  close(): void;
}

/**
 * Opens an event log. Of an earlier one, the events up to step `keepUpTo` stay, and an event of these is not written again; without it nothing stays.
 *
 * @throws CliError `cli/write-failed`, NnError `nn/write-failed`
 */
export function openEventLog(path: string, keepUpTo?: number): EventLog {
  const kept = keepUpTo === undefined ? [] : loggedEvents(path).filter(({ step }) => step === undefined || step <= keepUpTo);
  writeFileAtomically(path, kept.map((event) => `${JSON.stringify(event)}\n`).join(""));
  const known = new Set(kept.map(keyOf).filter((key) => key !== undefined));
  const file = openSync(path, "a");
  return {
    append: (event) => {
      const key = keyOf(event);
      if (key !== undefined && known.has(key)) return;
      try {
        writeSync(file, `${JSON.stringify(event)}\n`);
      } catch (error) {
        throw cannotWrite(path, error);
      }
    },
    close: () => closeSync(file),
  };
}

/** What every event has that is of a step. */
export interface LoggedEvent {
  readonly type?: string;
  readonly step?: number;
}

/** What a resumed run may tell a second time: the evaluation at the step that it goes on from, or its early end there. */
const keyOf = ({ type, step }: LoggedEvent): string | undefined => (type === "evaluation" || type === "stopped" ? `${type} ${step}` : undefined);

/** The events of a log, without a line that a crash cut short; numbers that are not finite, which JSON cannot say, are NaN. */
export function loggedEvents(path: string): LoggedEvent[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line, (_, value: unknown) => value ?? NaN) as LoggedEvent];
    } catch {
      return [];
    }
  });
}
