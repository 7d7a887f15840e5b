import { random, type TextExample } from "@bort/data";
import { inProcessExecutor, type TrialExecutor } from "@bort/trials";
import { type AgoraOptions, type Socrates, type Tau, type TimaeusResult, type TimaeusTask } from "./agora-options.js";
import { grid } from "./hyperparameter-sets.js";

/** A toy of Agora, for tests: texts are numbers in [0, 1), "high" above 0.6 and "low" below; Timaeus cuts them at the middle of its training data's means. */
export interface ToySet {
  readonly bias: number;
  readonly noise: number;
  readonly [name: string]: number;
}

export const toySets: readonly ToySet[] = grid({ bias: [-0.3, -0.1, 0.2], noise: [0, 0.1, 0.3] });

const truthOf = (x: number): string => (x > 0.6 ? "high" : "low");

export function toyExamples(count: number, seed: number): TextExample[] {
  const rng = random(seed, "toy");
  return Array.from({ length: count }, () => rng.uniform()).map((x) => ({ text: String(x), label: truthOf(x) }));
}

export const toyEvaluation: readonly TextExample[] = toyExamples(60, 1);

/** Knows the truth, but for a few numbers. */
export const toySocrates: Socrates = async (examples) =>
  examples.map((example) => ({ ...example, label: Number(example.text) > 0.58 ? "high" : "low" }));

/** Moves a number a little. */
export const toyTau: Tau = {
  name: "jitter",
  transform: async (examples, { random: rng }) => examples.map(({ text }) => ({ text: String(Math.min(0.999, Math.max(0, Number(text) + 0.1 * (rng.uniform() - 0.5)))) })),
};

/** What Timaeus comes to. */
export function toyTraining({ theta: { bias, noise }, examples, round, replay }: TimaeusTask<ToySet>): TimaeusResult {
  const meanOf = (label: string): number => {
    const xs = examples.filter((example) => example.label === label).map(({ text }) => Number(text));
    return xs.reduce((sum, x) => sum + x, 0) / xs.length;
  };
  const rng = random(7, "noise", bias, noise, round, replay);
  const cut = (meanOf("low") + meanOf("high")) / 2 + bias;
  const mistakes = toyEvaluation.flatMap(({ text, label }, i) => ((Number(text) + noise * rng.normal() > cut ? "high" : "low") === label ? [] : [i]));
  return { accuracy: 1 - mistakes.length / toyEvaluation.length, mistakes, model: `${round}.${replay} ${bias} ${noise}` };
}

/** Trains here; `tasks` lists what was trained. */
export function toyExecutor(tasks: TimaeusTask<ToySet>[] = [], train: typeof toyTraining = toyTraining): TrialExecutor<TimaeusTask<ToySet>, string, TimaeusResult> {
  return inProcessExecutor(async (task, { onProgress }) => {
    tasks.push(task);
    onProgress(`training ${task.round}`);
    return train(task);
  });
}

export const toyOptions: AgoraOptions<ToySet, string> = {
  train: toyExamples(30, 2), evaluation: toyEvaluation, hyperparameters: toySets, executor: toyExecutor(), socrates: toySocrates, tau: toyTau,
};
