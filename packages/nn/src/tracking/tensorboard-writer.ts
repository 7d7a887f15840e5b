import { ProtoWriter } from "@bort/graph";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeFolder, writeError } from "../atomic-write.js";
import { type TrainingEvent } from "../training-run.js";
import { tfRecord } from "./tf-record.js";
import { type Tracker, curvePoints } from "./tracker.js";

export interface TensorBoardOptions {
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly now?: () => number;
}

/** A tracker that needs no waiting for, and to which it is all the same how the run ended. */
export interface TensorBoardWriter extends Tracker {
  record(event: TrainingEvent): void;
  close(): void;
}

/** TensorBoard takes back what it has seen from the step of a START event on; of the first one in its folder its server knows that there is nothing to. */
const START = 1;

/**
 * Writes the curves of a run to an event file in `folder`, as TensorBoard reads them, with its first event. A resumed run goes on in a file of its own, which
 * takes back what came after the step that it resumes from. A record is written at once, so a crash cuts the last one short at worst, which TensorBoard skips.
 *
 * @throws NnError `nn/write-failed`, when an event is recorded
 */
export function tensorBoardWriter(folder: string, { now = Date.now }: TensorBoardOptions = {}): TensorBoardWriter {
  let file: number | undefined;
  const write = (step: number, content: (event: ProtoWriter) => ProtoWriter): void => {
    try {
      file ??= created(folder, now());
      const record = tfRecord(content(new ProtoWriter().double(1, now() / 1000).int(2, step)).finish());
      for (let written = 0; written < record.length;) written += writeSync(file, record, written);
    } catch (error) {
      throw writeError(folder, error);
    }
  };
  return {
    record: (event) => {
      if (file === undefined) {
        write(0, (first) => first.text(3, "brain.Event:2"));
        write(event.type === "resumed" ? event.step + 1 : 0, (start) => start.message(7, new ProtoWriter().int(1, START)));
      }
      const points = curvePoints(event);
      if (points.length === 0) return;
      const summary = new ProtoWriter().messages(1, points.map(([curve, value]) => new ProtoWriter().text(1, curve).float(2, value)));
      write(event.step, (scalars) => scalars.message(5, summary));
    },
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** A new file, with a name that TensorBoard looks for and sorts by time. */
function created(folder: string, nowMs: number): number {
  makeFolder(folder);
  const time = (nowMs / 1000).toFixed(3).padStart(14, "0");
  return openSync(join(folder, `events.out.tfevents.${time}.${hostname()}.${process.pid}.${randomBytes(3).toString("hex")}`), "wx");
}
