import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ArchTuple, gridSpace } from "@bort/arch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { analyticParameters } from "./analytic-surrogates.js";
import { extract, type ExtractEvent, type ExtractOptions, type Extraction } from "./extract.js";
import { type MeasuredCandidate, type Trial } from "./trial.js";
import { openTrialLog, readTrialLog } from "./trial-log.js";

const settings = { epsilon: 2, space: { depth: [2, 4] }, hyperparameters: [{ learningRate: 5e-4 }] };
const measured: readonly MeasuredCandidate[] = [{ arch: [2, 2, 64, 64], parameters: 1000, latencyMs: 1.25 }];
const scored: Trial = { status: "scored", ...measured[0]!, theta: 0, error: 0.1 + 0.2, w: 1 / 3, seconds: 0.5 };
const failed: Trial = { status: "failed", ...measured[0]!, theta: 1, reason: "its error is NaN", seconds: 0.5 };

function trialEvent(trial: Trial, resumed: boolean = false): ExtractEvent {
  return { type: "trial", index: 1, of: 2, trial, resumed };
}

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "trial-log-"));
  path = join(folder, "trials.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

async function writeLog(): Promise<string> {
  const log = await openTrialLog(path, settings);
  await log.record({ type: "measured", candidates: measured });
  await log.record(trialEvent(scored));
  await log.record(trialEvent(failed));
  await log.close();
  return readFile(path, "utf8");
}

describe("openTrialLog", () => {
  it("gives back what was recorded, to the last bit", async () => {
    await writeLog();
    const log = await openTrialLog(path, settings);
    await log.close();
    expect(log).toMatchObject({ measured, trials: [scored, failed], settings });
    expect(await readTrialLog(path)).toEqual({ fingerprint: log.fingerprint, settings, measured, trials: [scored, failed] });
  });

  it("keeps the errors of every seed, and what was seen of the steps", async () => {
    const log = await openTrialLog(path, settings);
    const movement = { parameterNorm: 12.5, updateNorm: 1e-3, gradientChangeNorm: 1 / 7 };
    const observations = [{ step: 1, learningRate: 0.1, loss: 2, gradientNorm: 0.3, movement }, { step: 2, learningRate: 0.1, loss: 1 / 3, gradientNorm: 0.2 }];
    const trials: Trial[] = [{ ...scored, errors: [0.1, 0.5], observations }, { ...failed, observations }];
    for (const trial of trials) await log.record(trialEvent(trial));
    await log.close();
    expect((await readTrialLog(path)).trials).toEqual(trials);
  });

  it.each([{ observations: [{ step: 1 }] }, { observations: {} }, { errors: ["1"] }, { observations: [{ step: 1, learningRate: 1, loss: 1, gradientNorm: 1, movement: {} }] }])(
    "throws trials/bad-journal for a trial with %j", async (broken) => {
      await writeLog();
      await appendFile(path, `${JSON.stringify({ trial: { ...scored, ...broken } })}\n`);
      await expect(readTrialLog(path)).rejects.toMatchObject({ code: "trials/bad-journal" });
    });

  it("keeps the steps of a trial where the search decided them", async () => {
    const log = await openTrialLog(path, settings);
    const trials: Trial[] = [{ ...scored, steps: 6 }, { ...failed, steps: 12 }];
    for (const trial of trials) await log.record(trialEvent(trial));
    await log.close();
    expect((await readTrialLog(path)).trials).toEqual(trials);
  });

  it("passes over resumed trials and events that carry nothing to keep", async () => {
    const log = await openTrialLog(path, settings);
    await log.record(trialEvent(scored, true));
    await log.record({ type: "selected", candidates: [], gridSize: 0, spaceSize: 0, dropped: 0 });
    await log.close();
    expect((await readTrialLog(path)).trials).toEqual([]);
  });

  it("names the line that cannot be read", async () => {
    const spoilt = [
      "{}", JSON.stringify({ trial: { ...scored, w: null } }), JSON.stringify({ trial: { ...scored, steps: "6" } }), JSON.stringify({ trial: { ...failed, reason: 1 } }),
      JSON.stringify({ trial: { ...scored, arch: [2, 2, 64] } }), JSON.stringify({ measured: [{ arch: [2, 2, 64, 64] }] }),
    ];
    for (const line of spoilt) {
      await rm(path, { force: true });
      await writeLog();
      await appendFile(path, `${line}\n${JSON.stringify({ trial: scored })}\n`);
      await expect(readTrialLog(path)).rejects.toMatchObject({ code: "trials/bad-journal", message: expect.stringContaining("a line 5 that") });
    }
  });

});

describe("a search with a trial log", () => {
  const parameters = analyticParameters({ vocabSize: 100, positions: 16 });

  function search(trained: ArchTuple[]): ExtractOptions<string> {
    return {
      space: gridSpace({ depth: [2, 4], heads: [2], hidden: [32, 64], intermediate: [64, 128] }),
      maximumPoint: { parameters: parameters([6, 2, 128, 256]), latencyMs: 10 },
      epsilon: 1,
      hyperparameters: ["only"],
      objectives: {
        parameters,
        latenciesMs: async (archs) => archs.map(([depth, , hidden]) => (depth * hidden) / 64),
        error: async (arch) => {
          trained.push(arch);
          return arch[2] === 32 && arch[0] === 4 ? NaN : 10 / arch[3];
        },
      },
    };
  }

  async function loggedRun(trained: ArchTuple[], most: number): Promise<Extraction | undefined> {
    const log = await openTrialLog(path, settings);
    try {
      for await (const event of extract({ ...search(trained), measured: log.measured, completed: log.trials })) {
        await log.record(event);
        if (event.type === "chosen") return event.extraction;
        if (event.type === "trial" && event.index === most) return undefined;
      }
    } finally {
      await log.close();
    }
    return undefined;
  }

  it("goes on where it was stopped and repeats no trial", async () => {
    const trained: ArchTuple[] = [];
    expect(await loggedRun(trained, 3)).toBeUndefined();
    expect(trained).toHaveLength(3);
    const resumed = await loggedRun(trained, Infinity);
    expect(trained).toHaveLength(8);

    await rm(path);
    const whole = await loggedRun([], Infinity);
    expect(resumed?.chosen).toEqual(whole?.chosen);
    expect(resumed?.trials.map(({ arch, w }) => [arch, w])).toEqual(whole?.trials.map(({ arch, w }) => [arch, w]));
    expect(resumed?.failed).toHaveLength(2);
  });
});
