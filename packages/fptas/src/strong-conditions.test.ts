import { type Activation, uniformArch } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { type Condition } from "./condition.js";
import { type StepObservation } from "./step-observation.js";
import { lipschitzLowerBound, strongConditions } from "./strong-conditions.js";
import { type Trial } from "./trial.js";

const arch = uniformArch({ depth: 2, heads: 1, hidden: 8, intermediate: 8, vocabSize: 9, positions: 4 });
const observation: StepObservation = { step: 1, learningRate: 0.1, loss: 3, gradientNorm: 7 };
const moved = (updateNorm: number, gradientChangeNorm = 0.4, parameterNorm = 20): StepObservation => ({ ...observation, movement: { updateNorm, gradientChangeNorm, parameterNorm } });

interface Seen {
  readonly steps?: readonly StepObservation[];
  readonly clip?: number;
  readonly activation?: Activation;
  /** Null where the trial failed. */
  readonly error?: number | null;
}

function conditionOf(name: string, { steps: observations = [], clip, activation, error = 2 }: Seen): Condition {
  const tried = { arch: [2, 1, 8, 8], theta: 0, parameters: 1, latencyMs: 1, seconds: 1, observations } as const;
  const trial: Trial = error === null ? { status: "failed", ...tried, reason: "it threw" } : { status: "scored", ...tried, error, w: 1 };
  const training = { encoderOf: () => ({ ...arch, ...(activation && { activation }) }), batchSize: 1, sequenceLength: 4, flopsOf: () => 1 };
  return strongConditions({ space: [tried.arch], trials: [trial], training, ...(clip !== undefined && { gradientClip: clip }) }).find((condition) => condition.name === name)!;
}

describe("bounded stochastic gradients", () => {
  const of = (seen: Seen): Condition => conditionOf("bounded stochastic gradients", seen);

  it("are unchecked without clipping, whatever the steps show", () => {
    expect(of({}).status).toBe("unchecked");
    expect(of({ steps: [moved(0.01)] })).toMatchObject({ status: "unchecked", note: expect.stringContaining("norms reached 7") });
    expect(of({ clip: Infinity }).status).toBe("unchecked");
  });

  it("hold by construction where no step was looked at", () => {
    expect(of({ clip: 1 }).status).toBe("by-construction");
    expect(of({ clip: 1, steps: [observation] })).toMatchObject({ status: "by-construction", note: expect.stringContaining("before clipping, norms reached 7") });
  });

  it("hold where every step seen was short enough, up to rounding", () => {
    expect(of({ clip: 1, steps: [moved(0.05), moved(0.1), observation] })).toMatchObject({ status: "holds", note: expect.stringContaining("is 1, in 2 observed steps") });
    expect(of({ clip: 1, steps: [moved(0.100005)] }).status).toBe("holds");
    // A rate so small that rounding the parameters moves them further than the gradient does.
    const slow = { ...moved(1.5e-6, 0, 20), learningRate: 1e-6 };
    expect(of({ clip: 1, steps: [slow] }).status).toBe("holds");
  });

  it("are violated by one step that was too long", () => {
    expect(of({ clip: 1, steps: [moved(0.1), moved(0.101)] })).toMatchObject({ status: "violated", note: expect.stringContaining("1 step went beyond norm 1") });
  });
});

describe("the loss", () => {
  it("is bounded below by construction, unless a negative one was seen", () => {
    const of = (seen: Seen): Condition => conditionOf("loss bounded below", seen);
    expect(of({ steps: [observation], error: 0.5 })).toMatchObject({ status: "by-construction", note: expect.stringContaining("the smallest loss seen is 0.5") });
    expect(of({ error: null })).toMatchObject({ status: "by-construction", note: "an error below 0 fails its trial" });
    expect(of({ steps: [{ ...observation, loss: -1 }] }).status).toBe("violated");
  });

  it("was bounded on the run as far as it was seen", () => {
    const of = (seen: Seen): Condition => conditionOf("loss bounded on this run", seen);
    expect(of({}).status).toBe("unchecked");
    expect(of({ steps: [observation, { ...observation, loss: 5.25 }] })).toMatchObject({ status: "holds", note: "it lay between 3 and 5.25 in 2 steps" });
    expect(of({ steps: [observation], error: null })).toMatchObject({ status: "unchecked", note: expect.stringContaining("1 trial failed") });
    expect(of({ steps: [observation, { ...observation, loss: Infinity }] }).status).toBe("violated");
  });

  it("is never said to be Lipschitz smooth, but ReLU makes it not so", () => {
    const of = (seen: Seen): Condition => conditionOf("loss L-Lipschitz smooth", seen);
    expect(of({ clip: 1 }).status).toBe("unchecked");
    expect(of({ clip: 1, steps: [moved(0.1, 0.4), moved(0.05, 0.6)] })).toMatchObject({ status: "unchecked", note: expect.stringContaining("L is at least 12,") });
    expect(of({ activation: "relu" }).status).toBe("violated");
  });
});

describe("weights in a compact set", () => {
  const of = (seen: Seen): Condition => conditionOf("weights in a compact set", seen);

  it("follow from clipping, and show their norms", () => {
    expect(of({}).status).toBe("unchecked");
    expect(of({ clip: 1, steps: [moved(0.1, 0, 20), moved(0.1, 0, 30)] })).toMatchObject({ status: "by-construction", note: expect.stringContaining("between 20 and 30") });
  });

  it("must have a norm of 1 or more", () => {
    expect(of({ clip: 1, steps: [moved(0.1, 0, 0.5)] }).status).toBe("violated");
  });
});

describe("lipschitzLowerBound", () => {
  it("is the steepest slope seen, and nothing where nothing was", () => {
    expect(lipschitzLowerBound([observation, moved(0.1, 0.4), moved(0.05, 0.6), moved(0, 0)])).toBeCloseTo(12, 12);
    expect(lipschitzLowerBound([observation, moved(0, 0)])).toBeUndefined();
  });
});
