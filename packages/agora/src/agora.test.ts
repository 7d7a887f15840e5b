import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { agora } from "./agora.js";
import { type AgoraEvent, type AgoraRecord, type AgoraResult, type RoundSummary } from "./agora-events.js";
import { type AgoraOptions, type TimaeusTask } from "./agora-options.js";
import { socratesCondition } from "./conditions.js";
import { lcsRoot, rankPrefix, worstOnly } from "./prune-rule.js";
import { toyEvaluation, toyExecutor, toyOptions, type ToySet, toySets, toyTraining } from "./toy-agora.js";

type Options = AgoraOptions<ToySet, string>;
type Event = AgoraEvent<ToySet, string>;

interface Run {
  readonly events: Event[];
  readonly result: AgoraResult<ToySet>;
  readonly tasks: TimaeusTask<ToySet>[];
  readonly records: AgoraRecord[];
}

async function run(changes: Partial<Options> = {}, train: typeof toyTraining = toyTraining): Promise<Run> {
  const tasks: TimaeusTask<ToySet>[] = [];
  const events: Event[] = [];
  const search = agora({ ...toyOptions, executor: toyExecutor(tasks, train), ...changes });
  let next = await search.next();
  for (; next.done !== true; next = await search.next()) events.push(next.value);
  return { events, result: next.value, tasks, records: events.flatMap((event) => (event.type === "record" ? event.record : [])) };
}

const countOf = (examples: TimaeusTask<ToySet>["examples"], label: string): number => examples.filter((example) => example.label === label).length;
const untimed = (records: readonly AgoraRecord[]): unknown[] => records.map((record) => (record.type === "generated" ? record : { ...record, seconds: 0 }));

describe("agora", () => {
  it.each([lcsRoot(), lcsRoot({ order: "descending" }), worstOnly, rankPrefix(0.5)])("ends within its bound, with the best model it saw, pruning by %o", async (pruneRule) => {
    const { result, records, events } = await run({ pruneRule, stopWithoutMistakes: false });
    const accuracies = records.flatMap((record) => (record.type === "trained" ? record.result.accuracy : []));
    expect(result.accuracy).toBe(Math.max(...accuracies));
    expect(result.trainings).toBe(accuracies.length);
    expect(result.trainings).toBeLessThanOrEqual(result.mostTrainings);
    expect(result.mostTrainings).toBe(45);
    const sets = result.rounds.map((summary) => summary.sets);
    expect(sets[0]).toBe(9);
    expect(result.rounds.map((summary) => summary.sets - summary.leaving)).toEqual([...sets.slice(1), 0]);
    expect(events.at(-1)).toEqual({ type: "chosen", result });
    expect(result.convergent).toEqual(toySets[result.rounds.at(-1)!.set]);
  });

  it("has as many rounds as sets where the worst alone leaves, and fewer where its neighbours go too", async () => {
    expect((await run({ pruneRule: worstOnly, stopWithoutMistakes: false })).result.rounds).toHaveLength(9);
    expect((await run({ stopWithoutMistakes: false })).result.rounds.length).toBeLessThan(9);
  });

  it("trains on balanced data that grows by what Socrates says of tau's texts, never by the evaluation set", async () => {
    const { tasks, records, result } = await run({ stopWithoutMistakes: false });
    for (const { examples } of tasks) expect(countOf(examples, "low")).toBe(countOf(examples, "high"));
    const texts = new Set(toyEvaluation.map(({ text }) => text));
    expect(tasks.at(-1)!.examples.some(({ text }) => texts.has(text))).toBe(false);
    const generated = records.flatMap((record) => (record.type === "generated" ? record.examples : []));
    expect(generated.length).toBeGreaterThan(0);
    for (const { text, label } of generated) expect(label).toBe(Number(text) > 0.58 ? "high" : "low");
    expect(result.rounds.map(({ mistakes }) => mistakes)).toEqual(result.rounds.map((summary) => summary.generated));
    expect(Math.max(...tasks.map(({ examples }) => examples.length))).toBeGreaterThan(tasks[0]!.examples.length);
  });

  it("makes as many copies of a mistake as it is told, all different, and none that tau left as it was", async () => {
    const { records, result } = await run({ copies: 3 });
    const first = records.find((record) => record.type === "generated")!;
    expect(first).toMatchObject({ type: "generated", round: 1 });
    const texts = first.type === "generated" ? first.examples.map(({ text }) => text) : [];
    expect(texts).toHaveLength(3 * result.rounds[0]!.mistakes);
    expect(new Set(texts).size).toBe(texts.length);
    const still = await run({ tau: { name: "still", transform: async (examples) => examples.map((example, i) => (i % 2 === 0 ? { ...example } : undefined)) } });
    expect(still.result.rounds.map(({ generated }) => generated)).toEqual(still.result.rounds.map(() => 0));
  });

  it("transforms mistakes on D where it is told to", async () => {
    const { events } = await run({ mistakesOf: "training", balance: false }, (task) => ({ ...toyTraining(task), mistakes: [0, 3] }));
    const rounds = events.flatMap((event) => (event.type === "round" ? event.summary : []));
    expect(rounds.every(({ generated }) => generated === 2)).toBe(true);
    await expect(run({ mistakesOf: "training" }, (task) => ({ ...toyTraining(task), mistakes: [1000] }))).rejects.toMatchObject({ code: "agora/bad-executor" });
  });

  it("ends at once where nothing is wrong, unless it is to go on", async () => {
    const perfect: typeof toyTraining = (task) => ({ ...toyTraining(task), accuracy: 1, mistakes: [] });
    expect((await run({}, perfect)).result.rounds).toHaveLength(1);
    expect((await run({ stopWithoutMistakes: false, pruneRule: worstOnly }, perfect)).result.rounds).toHaveLength(9);
  });

  it("repeats a round that does not surpass those before, as often as it may, with the same sets on more data", async () => {
    const flat: typeof toyTraining = (task) => ({ ...toyTraining(task), accuracy: 0.75 });
    const { result } = await run({ replay: { most: 2 }, pruneRule: worstOnly, hyperparameters: toySets.slice(0, 3) }, flat);
    expect(result.rounds.map(({ round, replay, sets }) => [round, replay, sets])).toEqual([[1, 0, 3], [2, 0, 2], [2, 1, 2], [2, 2, 2], [3, 0, 1], [3, 1, 1], [3, 2, 1]]);
    const always = await run({ replay: { most: 1, when: ({ sets }: RoundSummary) => sets > 1 }, pruneRule: worstOnly, hyperparameters: toySets.slice(0, 2) }, flat);
    expect(always.result.rounds.map(({ round, replay }) => [round, replay])).toEqual([[1, 0], [1, 1], [2, 0]]);
    expect(always.result.mostTrainings).toBe(6);
  });

  it("starts from the pre-trained model each time, or from the best so far", async () => {
    expect((await run()).tasks.every(({ from }) => from === undefined)).toBe(true);
    const { tasks, result } = await run({ start: "best", pruneRule: worstOnly });
    const best = toySets.length;
    expect(tasks.slice(0, best).every(({ from }) => from === undefined)).toBe(true);
    expect(tasks[best]!.from).toMatch(/^1\.0 /);
    expect(result.rounds.length).toBeGreaterThan(1);
  });

  it("discards every model but the best", async () => {
    const discarded = new Set<string>();
    const { result, records } = await run({ onDiscard: (model) => discarded.add(model) });
    const models = records.flatMap((record) => (record.type === "trained" ? record.result.model : []));
    expect([...discarded].sort()).toEqual(models.filter((model) => model !== result.model).sort());
  });

  it("ranks trainings that failed last, and ends where all did", async () => {
    const diverging: typeof toyTraining = (task) => ({ ...toyTraining(task), ...(task.theta.noise === 0 && { accuracy: NaN }) });
    const { result, records } = await run({}, diverging);
    expect(result.rounds[0]!.failed).toBe(3);
    expect(result.theta.noise).toBeGreaterThan(0);
    expect(records).toContainEqual(expect.objectContaining({ type: "failed", reason: "its accuracy is NaN" }));
    await expect(run({}, (task) => ({ ...toyTraining(task), accuracy: NaN }))).rejects.toMatchObject({ code: "agora/no-model" });
  });

  it("stops at a condition that is violated, before anything is done, unless overridden", async () => {
    const conditions = [socratesCondition(0.6)];
    const tasks: TimaeusTask<ToySet>[] = [];
    await expect(run({ conditions, executor: toyExecutor(tasks) })).rejects.toMatchObject({ code: "agora/condition-violated", message: expect.stringContaining("is 0.6000") });
    expect(tasks).toEqual([]);
    expect((await run({ conditions, override: true })).events[0]).toEqual({ type: "conditions", conditions });
  });

  it.each([{ hyperparameters: [] }, { hyperparameters: [...toySets, { ...toySets[4]! }] }, { train: [] }, { evaluation: [] }, { copies: 0 }, { copies: 1.5 }, { replay: { most: -1 } }])("refuses %o", async (changes) => {
    await expect(run(changes)).rejects.toMatchObject({ code: "agora/bad-option" });
  });

  it.each([
    ["no outcome", []], ["an outcome nobody asked for", [{ type: "finished", id: 99, result: { accuracy: 1, mistakes: [], model: "" }, seconds: 0 } as const]],
  ])("says where an executor gives %s", async (_, reports) => {
    await expect(run({ executor: { async *run() { yield* reports; } } })).rejects.toMatchObject({ code: "agora/bad-executor" });
  });

  it("ends with the signal's reason", async () => {
    const stop = new AbortController();
    const consume = async (): Promise<void> => {
      for await (const event of agora({ ...toyOptions, signal: stop.signal })) if (event.type === "record") stop.abort(new Error("enough"));
    };
    await expect(consume()).rejects.toThrow("enough");
  });
});

describe("agora, resumed", () => {
  it("ends alike from any prefix of its records, and repeats no training", async () => {
    const whole = await run({ seed: 5, replay: { most: 1 } });
    for (let kept = 0; kept <= whole.records.length; kept += 3) {
      const resumed = await run({ seed: 5, replay: { most: 1 }, completed: JSON.parse(JSON.stringify(whole.records.slice(0, kept))) as AgoraRecord[] });
      expect(resumed.result).toEqual(whole.result);
      const done = whole.records.slice(0, kept).filter(({ type }) => type === "trained").length;
      expect(resumed.tasks).toHaveLength(whole.tasks.length - done);
      expect(untimed(resumed.records)).toEqual(untimed(whole.records));
    }
  });

  it("ends alike whatever the order in which trainings end", async () => {
    const whole = await run();
    const executor: Options["executor"] = {
      async *run(requests) {
        for (const { id, task } of random(3, "arrival", requests.length).shuffle([...requests])) yield { type: "finished", id, result: toyTraining(task), seconds: 1 };
      },
    };
    expect((await run({ executor })).result).toEqual(whole.result);
  });
});
