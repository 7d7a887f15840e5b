import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { madeUpTable } from "./made-up-table.js";
import { lightgbmSubject, ownSubjects } from "./subjects.js";
import { tableSplits } from "./table-splits.js";

describe("ownSubjects", () => {
  it.each(["perplexity", "latency"] as const)("say something of every row of %s, by split", async (quantity) => {
    const table = madeUpTable(60, quantity);
    const splits = tableSplits(60, { sizes: [20], draws: 1, folds: 2 });
    for (const { predictions } of ownSubjects(table)) {
      const found = await predictions(table, splits);
      expect(found.map((row) => row.length)).toEqual([60, 60]);
      expect(found[0]).not.toEqual(found[1]);
      expect(found.flat().every((value) => value > 0)).toBe(true);
    }
  });

  it("are fitted to the training rows of a split alone", async () => {
    const table = madeUpTable(40, "perplexity");
    const [split] = tableSplits(40, { sizes: ["all"], draws: 1, folds: 4 });
    const other = { ...table, rows: table.rows.map((row, i) => (split!.test.includes(i) ? { ...row, value: 1000 } : row)) };
    for (const { predictions } of ownSubjects(table)) expect(await predictions(other, [split!])).toEqual(await predictions(table, [split!]));
  });
});

describe("lightgbmSubject", () => {
  let folder = "";
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "bort-subjects-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A script that Node runs in Python's place. */
  const peer = (answer: string): ReturnType<typeof lightgbmSubject> => {
    const script = join(folder, "peer.cjs");
    writeFileSync(script, `const { features, targets, trainings } = JSON.parse(require("node:fs").readFileSync(process.argv[2], "utf8")); console.log(JSON.stringify(${answer}));`);
    return lightgbmSubject(process.execPath, script);
  };
  const splits = tableSplits(30, { sizes: [10], draws: 1, folds: 3 });

  it.each([["perplexity", 3], ["latency", 4]] as const)("hands the script features of %s, targets and the rows to fit to", async (quantity, features) => {
    const table = madeUpTable(30, quantity);
    const found = await peer("{ predictions: trainings.map((rows) => features.map((row) => row.length + rows.length + targets[rows[0]])) }").predictions(table, splits);
    expect(found).toEqual(splits.map(({ training }) => table.rows.map(() => features + 10 + table.rows[training[0]!]!.value)));
  });

  it.each(["{}", "{ predictions: [] }", "{ predictions: trainings.map(() => [1]) }", "null"])("refuses the answer %s", async (answer) => {
    await expect(peer(answer).predictions(madeUpTable(30, "latency"), splits)).rejects.toMatchObject({ code: "bench/child-failed" });
  });
});
