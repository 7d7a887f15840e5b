import { expect, it } from "vitest";
import { type AgoraResult } from "./agora-events.js";
import { type TimaeusTask } from "./agora-options.js";
import { plainFineTuning, type PlainFineTuningOptions } from "./plain-fine-tuning.js";
import { toyExecutor, toyOptions, type ToySet, toySets } from "./toy-agora.js";

const seeded: ToySet[] = toySets.slice(0, 3).map((set, seed) => ({ ...set, seed }));

async function run(changes: Partial<PlainFineTuningOptions<ToySet, string>>): Promise<{ tasks: TimaeusTask<ToySet>[]; result: AgoraResult<ToySet> }> {
  const tasks: TimaeusTask<ToySet>[] = [];
  const { train, evaluation } = toyOptions;
  const running = plainFineTuning({ train, evaluation, hyperparameters: seeded, executor: toyExecutor(tasks), ...changes });
  let next = await running.next();
  for (; next.done !== true; next = await running.next());
  return { tasks, result: next.value };
}

it("trains on the same balanced data with each set once, and keeps the best", async () => {
  const { tasks, result } = await run({});
  expect(tasks.map(({ theta }) => theta)).toEqual(seeded);
  expect(new Set(tasks.map(({ examples }) => JSON.stringify(examples))).size).toBe(1);
  expect(result).toMatchObject({ trainings: 3, rounds: [{ round: 1, sets: 3, generated: 0 }] });
});

it("makes as many trainings as it is told, the sets in turn with new seeds", async () => {
  const { tasks } = await run({ trainings: 8 });
  expect(tasks.map(({ theta: { bias, noise } }) => [bias, noise])).toEqual([0, 1, 2, 0, 1, 2, 0, 1].map((i) => [seeded[i]!.bias, seeded[i]!.noise]));
  expect(new Set(tasks.map(({ theta }) => theta["seed"])).size).toBe(8);
  expect((await run({ trainings: 2 })).tasks).toHaveLength(2);
});

it.each([0, 1.5, Number.NaN])("refuses %d trainings", async (trainings) => {
  expect(() => plainFineTuning({ ...toyOptions, trainings })).toThrow(expect.objectContaining({ code: "agora/bad-option" }));
});

it("refuses more trainings than sets where these have no seed", () => {
  expect(() => plainFineTuning({ ...toyOptions, trainings: 10 })).toThrow(expect.objectContaining({ code: "agora/bad-option", message: expect.stringContaining("seed") }));
});
