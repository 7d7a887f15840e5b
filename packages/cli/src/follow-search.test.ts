import { type SearchEvent, type TrialLog } from "@bort/fptas";
import { afterAll, describe, expect, it } from "vitest";
import { followSearch } from "./follow-search.js";
import { Interruption } from "./interruption.js";
import { barsOn } from "./progress.js";
import { type Found } from "./search-report.js";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

const nowhere = { write: (): void => undefined };
const bars = barsOn({ stdout: nowhere, stderr: nowhere }, true);

/** A search that goes on until it is ended, and notes that it is. */
async function* endless(notes: string[]): AsyncGenerator<SearchEvent, Found, void> {
  try {
    for (;;) yield { type: "measured", candidates: [] };
  } finally {
    notes.push("the search has ended");
  }
}

/** A log whose disk is full, and which notes that it is closed. */
const fullLog = (error: Error, notes: string[]): TrialLog => ({
  fingerprint: "", settings: {}, measured: [], trials: [], record: () => Promise.reject(error), close: async () => void notes.push("the log is closed"),
});

describe("a search whose log cannot be written", () => {
  it("is ended before its log is closed, and fails with the log's error", async () => {
    const [error, notes]: [Error, string[]] = [new Error("the disk is full"), []];
    const following = followSearch(endless(notes), fullLog(error, notes), { run: place, bars, seeds: 1, signal: new AbortController().signal });
    await expect(following).rejects.toBe(error);
    expect(notes).toEqual(["the search has ended", "the log is closed"]);
  });

  it("is ended, too, where the user left at the same time", async () => {
    const [error, notes]: [Error, string[]] = [new Error("the disk is full"), []];
    const following = followSearch(endless(notes), fullLog(error, notes), { run: place, bars, seeds: 1, signal: AbortSignal.abort() });
    await expect(following).rejects.toThrow(Interruption);
    expect(notes).toEqual(["the search has ended", "the log is closed"]);
  });
});
