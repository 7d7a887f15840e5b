import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Journal, type JournalFormat, openJournal, readJournal } from "./journal.js";

interface Entry {
  readonly loss: number;
}

const settings = { epsilon: 2, space: { depth: [2, 4] }, hyperparameters: [{ learningRate: 5e-4 }] };
const format: JournalFormat<Entry> = {
  name: "toy", isEntry: (value): value is Entry => typeof value === "object" && value !== null && "loss" in value && typeof value.loss === "number",
};
const entries: readonly Entry[] = [{ loss: 0.1 + 0.2 }, { loss: 1 / 3 }, { loss: 5e-324 }];

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "journal-"));
  path = join(folder, "toy.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

const open = (): Promise<Journal<Entry>> => openJournal(path, settings, format);

async function written(): Promise<string> {
  const journal = await open();
  for (const entry of entries) await journal.append(entry);
  await journal.close();
  return readFile(path, "utf8");
}

describe("a journal", () => {
  it("gives back what was written, to the last bit", async () => {
    await written();
    const journal = await open();
    await journal.close();
    expect(journal).toMatchObject({ entries, settings });
    expect(await readJournal(path, format)).toEqual({ fingerprint: journal.fingerprint, settings, entries });
  });

  it("cuts off a last line by the bytes of the file, some of which may be no text", async () => {
    const whole = Buffer.from(await written());
    const damaged = Buffer.concat([whole, Buffer.from('{"loss": 1, "note": "'), Buffer.of(0xff, 0xfe), Buffer.from('"}\n{"loss": 2')]);
    await writeFile(path, damaged);
    const journal = await open();
    await journal.append({ loss: 3 });
    await journal.close();
    expect((await readFile(path)).subarray(0, -11)).toEqual(damaged.subarray(0, -10));
    expect((await readJournal(path, format)).entries.map(({ loss }) => loss)).toEqual([...entries.map(({ loss }) => loss), 1, 3]);
  });

  it("has each entry in the file, as one line of JSON, when `append` resolves", async () => {
    const journal = await open();
    for (const entry of entries) {
      await journal.append(entry);
      const text = await readFile(path, "utf8");
      expect(text.endsWith("\n")).toBe(true);
      expect(JSON.parse(text.trimEnd().split("\n").at(-1)!)).toEqual(entry);
    }
    await journal.close();
  });

  it("survives a crash at any byte: whole lines are kept, and writing goes on behind them", async () => {
    const bytes = Buffer.from(await written());
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([index]) => index + 1);
    for (let length = 0; length <= bytes.length; length += 7) {
      await writeFile(path, bytes.subarray(0, length));
      const whole = ends.filter((end) => end <= length).length;
      const journal = await open();
      expect(journal.entries).toEqual(entries.slice(0, Math.max(0, whole - 1)));
      await journal.append({ loss: 7 });
      await journal.close();
      expect((await readJournal(path, format)).entries).toEqual([...journal.entries, { loss: 7 }]);
    }
  });

  it("is open to one at a time, and leaves no lock behind", async () => {
    const journal = await open();
    await expect(open()).rejects.toMatchObject({ code: "trials/locked", message: expect.stringContaining(`process ${process.pid}`) });
    await journal.close();
    await (await open()).close();
    await expect(openJournal(path, { ...settings, epsilon: 3 }, format)).rejects.toMatchObject({ code: "trials/other-settings" });
    expect(await readdir(folder)).toEqual(["toy.jsonl"]);
  });

  it("is taken over from a process that was killed", async () => {
    await written();
    await writeFile(`${path}.lock`, JSON.stringify({ pid: 2 ** 22 + 1 })); // Beyond any number that Linux gives.
    await (await open()).close();
  });

  it("of other settings is refused and left alone, with what differs named", async () => {
    const text = await written();
    await expect(openJournal(path, { ...settings, epsilon: 3, seed: 1 }, format)).rejects.toMatchObject({
      code: "trials/other-settings", message: expect.stringContaining("with other epsilon, seed;"),
    });
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it("takes equal settings in any order", async () => {
    await written();
    const { hyperparameters, space, epsilon } = settings;
    const journal = await openJournal(path, { hyperparameters, space, epsilon }, format);
    expect(journal.entries).toHaveLength(3);
    await journal.close();
  });

  it.each(["notes of mine", "notes of mine\n", "{}\n", "[1]\n"])("is not made out of another file, %j, which is left alone", async (text) => {
    await writeFile(path, text);
    await expect(open()).rejects.toMatchObject({ code: "trials/bad-journal" });
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it.each(["not json", "null", "[]", '{"loss":"1"}', "{}"])("names the line that cannot be read: %s", async (line) => {
    await written();
    await appendFile(path, `${line}\n${JSON.stringify(entries[0])}\n`);
    await expect(readJournal(path, format)).rejects.toMatchObject({ code: "trials/bad-journal", message: expect.stringContaining("a line 5 that") });
  });

  it("of a later version or another format is refused", async () => {
    await writeFile(path, (await written()).replace('"version":1', '"version":2'));
    await expect(readJournal(path, format)).rejects.toMatchObject({ code: "trials/bad-journal", message: expect.stringContaining("version 2") });
    await expect(readJournal(path, { ...format, name: "other" })).rejects.toMatchObject({ code: "trials/bad-journal", message: expect.stringContaining("other journal") });
  });

  it("says what cannot be read or written", async () => {
    await expect(readJournal(path, format)).rejects.toMatchObject({ code: "trials/read-failed" });
    await expect(openJournal(folder, settings, format)).rejects.toMatchObject({ code: "trials/read-failed" });
    await expect(openJournal(join(folder, "absent", "toy.jsonl"), settings, format)).rejects.toMatchObject({ code: "trials/write-failed" });
  });
});
