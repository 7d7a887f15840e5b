import { type ArchTuple, formatTuple, gridSpace } from "@bort/arch";
import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { analyticParameters } from "./analytic-surrogates.js";
import { extract, type ExtractEvent, type ExtractOptions, type Extraction } from "./extract.js";
import { type MeasuredCandidate, type Trial, trialKey } from "./trial.js";
import { wCoefficient } from "./w-coefficient.js";

const space = gridSpace({ depth: [2, 4], heads: [2, 3], hidden: [48, 64], intermediate: [64, 128] });
const parameters = analyticParameters({ vocabSize: 100, positions: 16 });
const maximumPoint = { parameters: parameters([6, 2, 96, 256]), latencyMs: 10 };

type Theta = { readonly name: string };
type Options = ExtractOptions<Theta>;

/** A search whose latencies and errors are random but fixed by the seed; `calls` lists what was trained. */
function randomSearch(seed: number, changes: Partial<Options> = {}): { readonly options: Options; readonly calls: string[]; readonly measured: string[] } {
  const calls: string[] = [];
  const measured: string[] = [];
  const options: Options = {
    space,
    maximumPoint,
    epsilon: 1,
    hyperparameters: [{ name: "slow" }, { name: "fast" }],
    objectives: {
      parameters,
      latenciesMs: (archs) => {
        measured.push(...archs.map(formatTuple));
        return Promise.resolve(archs.map((arch) => latencyOf(seed, arch)));
      },
      error: (arch, { name }) => {
        calls.push(`${name}:${formatTuple(arch)}`);
        return Promise.resolve(errorOf(seed, arch, name));
      },
    },
    ...changes,
  };
  return { options, calls, measured };
}

const latencyOf = (seed: number, arch: ArchTuple): number => 12 * random(seed, "latency", ...arch).uniform(); // Some are beyond T.
const errorOf = (seed: number, arch: ArchTuple, theta: string): number => random(seed, "error", theta, ...arch).uniform();

async function run(options: Options): Promise<{ readonly events: ExtractEvent[]; readonly extraction: Extraction }> {
  const events: ExtractEvent[] = [];
  const search = extract(options);
  let next = await search.next();
  for (; next.done !== true; next = await search.next()) events.push(next.value);
  return { events, extraction: next.value };
}

function trialsOf(events: readonly ExtractEvent[]): Trial[] {
  return events.flatMap((event) => (event.type === "trial" ? [event.trial] : []));
}

function withoutSeconds({ trials, failed, certificate, ...rest }: Extraction): unknown {
  const strip = (trial: Trial): unknown => ({ ...trial, seconds: 0 });
  return { ...rest, trials: trials.map(strip), failed: failed.map(strip), certificate: { ...certificate, cost: undefined } };
}

describe("extract", () => {
  it("chooses the largest W of the whole space at epsilon 1, as brute force does over random tables", async () => {
    for (let seed = 0; seed < 50; seed++) {
      const { options, calls } = randomSearch(seed);
      const table = ["slow", "fast"].flatMap((name, theta) => [...space.valid()].flatMap((arch) => {
        const surrogates = { parameters: parameters(arch), latencyMs: latencyOf(seed, arch), error: errorOf(seed, arch, name) };
        const result = wCoefficient(surrogates, maximumPoint);
        return result.status === "scored" ? [{ chosen: arch, theta, w: result.w }] : [];
      }));
      const best = table.reduce((a, b) => (b.w > a.w ? b : a));
      const { extraction } = await run(options);
      expect(extraction).toMatchObject(best);
      expect(extraction.trials.map(({ w }) => w)).toEqual(table.map(({ w }) => w).sort((a, b) => b - a));
      expect(calls).toHaveLength(table.length);
    }
  });

  it("looks at no more than every epsilon-th point", async () => {
    for (const epsilon of [2, 3, 5]) {
      const { options } = randomSearch(3, { epsilon, filterFirst: true, maximumPoint: { ...maximumPoint, latencyMs: 100 } });
      const { extraction } = await run(options);
      expect(extraction.trials).toHaveLength(2 * Math.floor(extraction.spaceSize / epsilon));
      expect(extraction).toMatchObject({ epsilon, spaceSize: 12, certificate: { printedErrorBound: epsilon - 1, spaceSize: 12, hyperparameterSets: 2 } });
    }
  });

  it("keeps the first of equal coefficients: by hyperparameter set, then by size", async () => {
    const { options } = randomSearch(0, { orderBy: () => 0 });
    const same = { ...options.objectives, parameters: () => 5, latenciesMs: async (archs: readonly ArchTuple[]) => archs.map(() => 1), error: async () => 0.5 };
    const { extraction } = await run({ ...options, objectives: same });
    expect(extraction).toMatchObject({ chosen: [2, 2, 48, 64], theta: 0 });
  });

  it("tells its story in order: selection, screening, trials with theta outermost, choice", async () => {
    const { options, calls } = randomSearch(1, { maximumPoint: { parameters: parameters([4, 2, 64, 64]), latencyMs: 6 } });
    const { events, extraction } = await run(options);
    expect(events[0]).toMatchObject({ type: "selected", gridSize: 16, spaceSize: 12, dropped: 4 });
    expect(events.at(-1)).toEqual({ type: "chosen", extraction });
    const order = ["selected", "rejected", "measured", "rejected", "trial", "chosen"];
    expect(events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1])).toEqual(order);
    const half = calls.length / 2;
    expect(calls.map((call) => call.split(":")[0])).toEqual([...Array<string>(half).fill("slow"), ...Array<string>(half).fill("fast")]);
    expect(events.flatMap((event) => (event.type === "trial" ? [[event.index, event.of]] : []))).toEqual(calls.map((_, index) => [index + 1, calls.length]));
  });

  it("neither measures what has too many parameters nor trains what is too slow", async () => {
    const { options, calls, measured } = randomSearch(1, { maximumPoint: { parameters: parameters([4, 2, 64, 64]), latencyMs: 6 } });
    const { extraction } = await run(options);
    const large = extraction.rejected.filter(({ reason }) => reason === "more-parameters");
    const slow = extraction.rejected.filter(({ reason }) => reason === "slower");
    expect(large.map(({ arch }) => formatTuple(arch))).toEqual(["4,2,64,128"]);
    expect(large[0]).not.toHaveProperty("latencyMs");
    expect(slow.length).toBeGreaterThan(0);
    expect(slow.every(({ latencyMs }) => latencyMs! > 6)).toBe(true);
    expect(measured).toHaveLength(11);
    expect(calls).toHaveLength(2 * (11 - slow.length));
    expect(extraction.certificate.search).toMatchObject([{ name: "maximum point", status: "violated" }]);
  });

  it.each([NaN, Infinity, -1])("records an error of %s as failed and never chooses it", async (bad) => {
    const { options } = randomSearch(2);
    const { extraction: before } = await run(options);
    const worst = formatTuple(before.chosen);
    const objectives = { ...options.objectives, error: (arch: ArchTuple, theta: Theta) =>
      Promise.resolve(formatTuple(arch) === worst ? bad : errorOf(2, arch, theta.name)) };
    const { extraction } = await run({ ...options, objectives });
    expect(formatTuple(extraction.chosen)).not.toBe(worst);
    expect(extraction.failed.map(({ arch, theta }) => trialKey({ arch, theta }))).toEqual([`0:${worst}`, `1:${worst}`]);
    expect(extraction.failed[0]?.reason).toContain(String(bad));
    expect(extraction.trials.length + extraction.failed.length).toBe(before.trials.length);
  });

  it("honours the order, the offset, the error floor and the clipping norm that it is given", async () => {
    const roomy = { maximumPoint: { ...maximumPoint, latencyMs: 100 }, hyperparameters: [{ name: "slow" }] };
    const { options } = randomSearch(3, { ...roomy, epsilon: 12, filterFirst: true, errorFloor: 2 });
    const only = async (changes: Partial<Options>): Promise<Extraction> => (await run({ ...options, ...changes })).extraction;
    expect((await only({})).chosen).toEqual([4, 2, 64, 128]); // The largest.
    expect((await only({ offset: 0 })).chosen).toEqual([2, 2, 48, 64]); // The smallest; its twin with three heads comes second.
    expect((await only({ orderBy: (arch) => -parameters(arch) })).chosen).toEqual([2, 3, 48, 64]); // The smallest again, of the twins the second.

    const [floored] = (await only({})).trials;
    expect(floored!.w).toBeCloseTo((await only({ errorFloor: 1e-9 })).w * (floored!.error / 2), 12);

    const bounded = ({ certificate }: Extraction): unknown => certificate.strong.find(({ name }) => name === "bounded stochastic gradients")?.status;
    expect(bounded(await only({}))).toBe("unchecked");
    expect(bounded(await only({ objectives: { ...options.objectives, gradientClip: 1 } }))).toBe("by-construction");
  });

  it("passes training steps on as events", async () => {
    const { options } = randomSearch(4, { hyperparameters: [{ name: "slow" }] });
    const objectives: Options["objectives"] = { ...options.objectives, error: async (_, __, { onStep }) => {
      for (let step = 1; step <= 3; step++) onStep({ step, steps: 3, loss: 1 / step });
      return 0.5;
    } };
    const { events } = await run({ ...options, objectives });
    const first = events.filter((event) => event.type === "step" && event.index === 1);
    expect(first).toMatchObject([1, 2, 3].map((step) => ({ theta: 0, step: { step, steps: 3, loss: 1 / step } })));
  });

  it.each([
    ["fptas/bad-epsilon", { epsilon: 13 }],
    ["fptas/bad-maximum-point", { maximumPoint: { parameters: 1, latencyMs: 0 } }],
    ["fptas/bad-error-floor", { errorFloor: -1 }],
    ["fptas/no-hyperparameters", { hyperparameters: [] }],
    ["fptas/empty-space", { space: [] }],
  ] as const)("throws %s before anything is measured", async (code, changes) => {
    const { options, measured } = randomSearch(0, changes);
    await expect(run(options)).rejects.toMatchObject({ code });
    expect(measured).toEqual([]);
  });

  it.each([
    ["one latency for all", async () => [1]],
    ["NaN", async (archs: readonly ArchTuple[]) => archs.map(() => NaN)],
  ])("throws fptas/bad-objective for latencies of %s", async (_, latenciesMs) => {
    const { options } = randomSearch(0);
    await expect(run({ ...options, objectives: { ...options.objectives, latenciesMs } })).rejects.toMatchObject({ code: "fptas/bad-objective" });
  });

  it("says why no candidate is left", async () => {
    const { options } = randomSearch(0, { hyperparameters: [{ name: "slow" }], maximumPoint: { ...maximumPoint, latencyMs: 100 } });
    const diverged = { ...options.objectives, error: async () => NaN };
    await expect(run({ ...options, objectives: diverged })).rejects.toMatchObject({
      code: "fptas/no-candidate", message: expect.stringMatching(/none of 12: .*12 trials failed, the first because its error is NaN/),
    });
    await expect(run({ ...options, maximumPoint: { parameters: 1, latencyMs: 1 } })).rejects.toMatchObject({
      code: "fptas/no-candidate", message: expect.stringContaining("12 have more parameters than the maximum point"),
    });
    await expect(run({ ...options, maximumPoint: { ...maximumPoint, latencyMs: 1e-9 } })).rejects.toMatchObject({
      code: "fptas/no-candidate", message: expect.stringContaining("12 are slower than the maximum point"),
    });
  });
});

describe("extract, resumed", () => {
  it("gives the same result from any prefix of trials and repeats none", async () => {
    for (let seed = 0; seed < 10; seed++) {
      const whole = randomSearch(seed);
      const { events, extraction } = await run(whole.options);
      const trials = trialsOf(events);
      const kept = random(seed, "cut").integer(trials.length + 1);
      const measured = events.flatMap((event) => (event.type === "measured" ? event.candidates : []));

      const rest = randomSearch(seed, { measured, completed: trials.slice(0, kept) });
      const resumed = await run(rest.options);
      expect(withoutSeconds(resumed.extraction)).toEqual(withoutSeconds(extraction));
      expect(rest.calls).toEqual(whole.calls.slice(kept));
      expect(rest.measured).toEqual([]);
      expect(resumed.events.flatMap((event) => (event.type === "trial" ? [event.resumed] : []))).toEqual(trials.map((_, index) => index < kept));
    }
  });

  it("takes latencies from completed trials, and repeats no failed trial", async () => {
    const { options } = randomSearch(5, { hyperparameters: [{ name: "slow" }], maximumPoint: { ...maximumPoint, latencyMs: 100 } });
    const error: Options["objectives"]["error"] = async (arch, theta) => (arch[0] === 2 ? NaN : errorOf(5, arch, theta.name));
    const { events } = await run({ ...options, objectives: { ...options.objectives, error } });
    const failed = trialsOf(events).filter(({ status }) => status === "failed");
    expect(failed).toHaveLength(6);
    const rest = randomSearch(5, { hyperparameters: [{ name: "slow" }], maximumPoint: { ...maximumPoint, latencyMs: 100 }, completed: failed });
    const { extraction } = await run(rest.options);
    expect(rest.calls).toHaveLength(6);
    expect(rest.measured).toHaveLength(6);
    expect(extraction.failed).toEqual(failed);
  });

  it("throws fptas/other-search for trials that it would not make", async () => {
    const { options } = randomSearch(6);
    const { events } = await run(options);
    const trial = trialsOf(events)[0]!;
    const others: readonly Trial[] = [
      { ...trial, theta: 2 },
      { ...trial, theta: -1 },
      { ...trial, arch: [8, 2, 48, 64] },
      { ...trial, parameters: trial.parameters + 1 },
      { ...trial, status: "scored", error: 0.5, w: 123 },
    ];
    for (const other of others) {
      await expect(run({ ...options, completed: [other] })).rejects.toMatchObject({ code: "fptas/other-search" });
    }
    await expect(run({ ...options, maximumPoint: { ...maximumPoint, latencyMs: 11 }, completed: [trial] })).rejects.toMatchObject({ code: "fptas/other-search" });
  });

  it("measures only what an earlier run did not", async () => {
    const known: MeasuredCandidate[] = [...space.valid()].slice(0, 5).map((arch) => ({ arch, parameters: parameters(arch), latencyMs: 1 }));
    const { options, measured } = randomSearch(7, { measured: known });
    const { extraction } = await run(options);
    expect(measured).toHaveLength(7);
    expect(extraction.trials.filter(({ latencyMs }) => latencyMs === 1)).toHaveLength(10);
  });
});

describe("extract, stopped", () => {
  it("throws the signal's reason and trains nothing more", async () => {
    const stop = new AbortController();
    const { options, calls } = randomSearch(8, { signal: stop.signal });
    const seen: Trial[] = [];
    const consume = async (): Promise<void> => {
      for await (const event of extract(options)) {
        if (event.type !== "trial") continue;
        seen.push(event.trial);
        if (seen.length === 3) stop.abort(new Error("enough"));
      }
    };
    await expect(consume()).rejects.toThrow("enough");
    expect(seen).toHaveLength(3);
    expect(calls).toHaveLength(3);
  });

  it("does not record a trial that was cut short", async () => {
    const stop = new AbortController();
    const { options } = randomSearch(8, { signal: stop.signal });
    const objectives: Options["objectives"] = { ...options.objectives, error: async (_, __, { signal }) => {
      stop.abort(new Error("enough"));
      expect(signal.aborted).toBe(true);
      return 0.1;
    } };
    const types: string[] = [];
    const consume = async (): Promise<void> => {
      for await (const { type } of extract({ ...options, objectives })) types.push(type);
    };
    await expect(consume()).rejects.toThrow("enough");
    expect(types).not.toContain("trial");
  });

  it("stops the training under way when the consumer leaves", async () => {
    const { options, calls } = randomSearch(9);
    let aborted = false;
    const objectives: Options["objectives"] = { ...options.objectives, error: async (arch, theta, { signal, onStep }) => {
      calls.push(`${theta.name}:${formatTuple(arch)}`);
      onStep({ step: 1, steps: 2, loss: 1 });
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      aborted = true;
      return 0.1;
    } };
    for await (const event of extract({ ...options, objectives })) if (event.type === "step") break;
    expect(aborted).toBe(true);
    expect(calls).toHaveLength(1);
  });

  it("does not start once the signal is aborted", async () => {
    const { options, measured } = randomSearch(0, { signal: AbortSignal.abort(new Error("enough")) });
    await expect(run(options)).rejects.toThrow("enough");
    expect(measured).toEqual([]);
  });
});
