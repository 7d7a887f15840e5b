import { type AgoraEvent, type AgoraRecord, type AgoraResult, type FineTuningSet, type TimaeusStep } from "@bort/agora";
import { type Journal } from "@bort/trials";
import { afterAll, expect, it } from "vitest";
import { followAgora } from "./follow-agora.js";
import { barsOn } from "./progress.js";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

const nowhere = { write: (): void => undefined };

it("ends a run whose journal cannot be written, and fails with the journal's error", async () => {
  const notes: string[] = [];
  const endless = async function* (): AsyncGenerator<AgoraEvent<FineTuningSet, TimaeusStep>, AgoraResult<FineTuningSet>, void> {
    try {
      for (let round = 1; ; round++) yield { type: "record", record: { type: "generated", round, replay: 0, examples: [], transformed: 0 }, resumed: false };
    } finally {
      notes.push("the run has ended");
    }
  };
  const error = new Error("the disk is full");
  const journal: Journal<AgoraRecord> = { fingerprint: "", settings: {}, entries: [], append: () => Promise.reject(error), close: () => Promise.resolve() };
  const bars = barsOn({ stdout: nowhere, stderr: nowhere }, true);
  const following = followAgora(endless(), { run: place, journal, bars, signal: new AbortController().signal, tell: () => undefined });
  await expect(following).rejects.toBe(error);
  expect(notes).toEqual(["the run has ended"]);
});
