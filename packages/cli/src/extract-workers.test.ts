import { type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestProgram } from "./test-program.js";
import { TestWorkplace, untimed } from "./test-workplace.js";

const program = new TestProgram("workers");
const place = new TestWorkplace();

beforeAll(async () => {
  await program.build();
  expect((await place.bort(place.pretraining("teacher"))).code).toBe(0);
}, 60_000);
afterAll(() => {
  program.remove();
  place.remove();
});

const search = (out: string, ...more: string[]): string[] => place.search("teacher", out, "--json", ...more);
const resultOf = ({ stdout }: Ended): unknown => untimed(JSON.parse(stdout) as Record<string, unknown>);
const textOf = (path: string): string => (existsSync(place.at(path)) ? readFileSync(place.at(path), "utf8") : "");
const trialsIn = (out: string): number => textOf(`${out}/trials.jsonl`).split('{"trial":').length - 1;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program; `during` sees it while it runs. */
async function bort(args: readonly string[], during: (child: ChildProcess) => void = () => {}): Promise<Ended> {
  const { process: child, text, ended } = program.start(args);
  const watch = setInterval(() => during(child), 10);
  const code = await ended();
  clearInterval(watch);
  return { code, ...text };
}

/** Stops the program once the log of its run holds a trial. */
const stopping = (out: string, signal: NodeJS.Signals) => {
  let stopped = false;
  return (child: ChildProcess): void => {
    if (stopped || trialsIn(out) === 0) return;
    stopped = true;
    child.kill(signal);
  };
};

describe("extract --workers", () => {
  it("gives what a search in one process gives", async () => {
    const whole = await place.bort(search("whole"));
    const apart = await bort(search("apart", "--workers", "2"));
    expect([apart.code, resultOf(apart)]).toEqual([0, untimed(whole.json())]);
    expect(textOf("apart/events.jsonl")).toContain('"type":"step"');
    expect(textOf("apart/trials.jsonl")).not.toContain(place.folder);
    expect(existsSync(place.at("apart/teacher-logits"))).toBe(false);
  });

  it.each(["SIGKILL", "SIGINT"] as const)("goes on after %s with other workers, repeats no trial and ends alike", async (signal) => {
    const whole = await place.bort(search(`whole-${signal}`));
    const left = await bort(search(signal, "--workers", "1"), stopping(signal, signal));
    expect(left.code).toBe(signal === "SIGKILL" ? null : 130);
    const log = textOf(`${signal}/trials.jsonl`);
    expect(trialsIn(signal)).toBeLessThan(4);
    expect(existsSync(place.at(`${signal}/teacher-logits`))).toBe(signal === "SIGKILL");
    const resumed = await bort(search(signal, "--workers", "2", "--resume"));
    expect([resumed.code, resultOf(resumed)]).toEqual([0, untimed(whole.json())]);
    expect(textOf(`${signal}/trials.jsonl`).startsWith(log)).toBe(true);
    expect(trialsIn(signal)).toBe(4);
  });

  it("records what takes too long as failed", async () => {
    const { code, stderr } = await bort(search("late", "--workers", "2", "--trial-time-limit", "1", "--steps", "1000000"));
    expect([code, stderr]).toEqual([2, expect.stringMatching(/4 trials failed, the first because it was not over within 1000 ms/)]);
    expect(trialsIn("late")).toBe(4);
  });

  it("keeps a second process out of a run's folder, in one line, and goes on undisturbed", async () => {
    let second: Promise<Ended> | undefined;
    const first = await bort(search("shared", "--workers", "1", "--steps", "200"), () => {
      if (trialsIn("shared") > 0) second ??= bort(search("shared", "--workers", "1", "--steps", "200", "--resume"));
    });
    expect(first.code).toBe(0);
    expect(await second).toMatchObject({ code: 2, stderr: expect.stringMatching(/^bort: [^\n]*shared is in use by process \d+[^\n]*\n$/) });
    expect(existsSync(place.at("shared/run.lock"))).toBe(false);
    expect(trialsIn("shared")).toBe(4);
  });

  it("is needed for a time limit", async () => {
    expect(await place.bort(search("limited", "--trial-time-limit", "5"))).toMatchObject({ code: 2, stderr: expect.stringContaining("needs --workers") });
  });
});
