import { expect, it } from "vitest";
import { settingsOf } from "./settings.js";

it("keeps what decides the outcome of a run, and leaves out where things are and how many processes share the work", () => {
  const circumstances = { out: "run", threads: 2, workers: 3, "trial-time-limit": 60, "training-time-limit": 60 };
  expect(settingsOf({ steps: 5, ...circumstances, seed: 0 })).toEqual({ steps: 5, seed: 0 });
});
