import { type TrainingEvent } from "../training-run.js";

/** How a run ended; an interrupted one may go on later. */
export type RunOutcome = "finished" | "failed" | "interrupted";

/** Takes the events of a training run to where curves are looked at. */
export interface Tracker {
  record(event: TrainingEvent): void | Promise<void>;
  /** To be called once, also where the run failed. */
  close(outcome: RunOutcome): void | Promise<void>;
}

/** What an event says, as points of curves at its step: each curve's name and value. */
export function curvePoints(event: TrainingEvent): (readonly [curve: string, value: number])[] {
  const named = (group: string, metrics: Readonly<Record<string, number>>): [string, number][] =>
    Object.entries(metrics).map(([name, value]) => [`${group}/${name}`, value]);
  switch (event.type) {
    case "step":
      return named("train", { ...event.metrics, learning_rate: event.learningRate, gradient_norm: event.gradientNorm });
    case "evaluation":
      return named("evaluation", event.metrics);
    default:
      return [];
  }
}
