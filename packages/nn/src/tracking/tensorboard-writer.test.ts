import { mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../temporary-folder.js";
import { type TrainingEvent } from "../training-run.js";
import { tensorBoardWriter } from "./tensorboard-writer.js";
import { crc32c, tfRecord } from "./tf-record.js";

const at = temporaryFolder();
const golden = readFileSync(new URL("../../test-fixtures/tensorboard.tfevents", import.meta.url)); // test-fixtures/make-tensorboard.py tells how
const now = (): number => 1_700_000_000_250;
const stepEvent = (step: number, metrics: Readonly<Record<string, number>>, learningRate: number, gradientNorm: number): TrainingEvent =>
  ({ type: "step", step, steps: 300, loss: metrics["loss"]!, metrics, gradientNorm, learningRate, seconds: 1 });
const events: readonly TrainingEvent[] = [
  { type: "resumed", step: 40 },
  stepEvent(41, { loss: 2.5, mlm: 1.25 }, 0.001, 0.75),
  { type: "evaluation", step: 41, seconds: 1, metrics: { validationLoss: 2.125 } },
  { type: "checkpoint", step: 41, folder: "checkpoint" },
  stepEvent(300, { loss: Number.NaN }, 0, 1e-8),
];
const written = (folder: string): Buffer[] => readdirSync(folder).map((name) => readFileSync(join(folder, name)));
function record(folder: string, given: readonly TrainingEvent[]): void {
  const tracker = tensorBoardWriter(folder, { now });
  for (const event of given) tracker.record(event);
  tracker.close();
}

/** The data of a file's whole records, their checksums checked. */
function recordsIn(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let start = 0; start + 12 <= file.length;) {
    const end = start + 12 + Number(file.readBigUInt64LE(start)) + 4;
    if (end > file.length) break;
    const data = file.subarray(start + 12, end - 4);
    expect(Buffer.from(tfRecord(data))).toEqual(file.subarray(start, end));
    records.push(data);
    start = end;
  }
  return records;
}

describe("tensorBoardWriter", () => {
  it("writes the bytes that protobuf and TFRecord have for a resumed run's curves", () => {
    record(at("golden"), events);
    expect(readdirSync(at("golden"))).toEqual([expect.stringMatching(/^events\.out\.tfevents\.1700000000\.250\./)]);
    expect(written(at("golden"))[0]!.equals(golden)).toBe(true);
  });

  it("goes on in another file after a resumption, which takes back what came later", () => {
    record(at("parts"), events.slice(1, 3));
    record(at("parts"), events);
    const parts = written(at("parts")).map(recordsIn).sort((a, b) => a.length - b.length);
    expect(parts.map(({ length }) => length)).toEqual([4, 5]);
    // After the time: the step, 0 or 41, and a session that starts.
    expect(parts.map(([, start]) => start!.subarray(9).toString("hex"))).toEqual(["1000" + "3a020801", "1029" + "3a020801"]);
  });

  it("has each event in the file at once, whole, with no record to lose but one that is cut short", () => {
    const tracker = tensorBoardWriter(at("crash"), { now });
    for (const event of events) tracker.record(event);
    const [file] = written(at("crash"));
    expect(recordsIn(file!)).toHaveLength(5);
    const path = join(at("crash"), readdirSync(at("crash"))[0]!);
    truncateSync(path, file!.length - 3);
    expect(recordsIn(readFileSync(path))).toHaveLength(4);
    tracker.close();
  });

  it("leaves no file where nothing happened", () => {
    mkdirSync(at("nothing"));
    record(at("nothing"), []);
    expect(readdirSync(at("nothing"))).toEqual([]);
  });

  it("says where it cannot write", () => {
    writeFileSync(at("taken"), "a file");
    expect(() => record(at("taken"), events)).toThrow(expect.objectContaining({ code: "nn/write-failed" }));
  });
});

describe("crc32c", () => {
  it.each([
    ["the check value of the polynomial", Buffer.from("123456789"), 0xe3069283],
    ["32 zeros (RFC 3720, appendix B.4)", Buffer.alloc(32), 0x8a9136aa],
    ["32 ones", Buffer.alloc(32, 0xff), 0x62a8ab43],
    ["32 rising bytes", Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ])("is right for %s", (_, bytes, wanted) => {
    expect(crc32c(bytes)).toBe(wanted);
  });
});
