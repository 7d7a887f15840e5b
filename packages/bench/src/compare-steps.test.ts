import { describe, expect, it } from "vitest";
import { type CompareStepsOptions, type StepComparison, type StepRunEvent, compareSteps } from "./compare-steps.js";

/** Runs that take the next of the times listed for their subject and shape. */
function script(times: Readonly<Record<string, number[]>>): CompareStepsOptions["run"] {
  return async (subject, shape) => ({ medianMs: times[`${subject} ${shape}`]!.shift()!, version: `${subject} 1.0` });
}

async function finish(options: CompareStepsOptions): Promise<{ events: StepRunEvent[]; comparison: StepComparison }> {
  const events: StepRunEvent[] = [];
  const runs = compareSteps(options);
  for (;;) {
    const { done, value } = await runs.next();
    if (done) return { events, comparison: value };
    events.push(value);
  }
}

describe("compareSteps", () => {
  it("runs ours before each peer, every round, and divides neighbours", async () => {
    const { events, comparison } = await finish({
      shapes: ["s"], engines: ["native"], peers: ["step", "hf-step"], rounds: 2,
      run: script({ "native s": [10, 20, 11, 20], "step s": [15, 22], "hf-step s": [60, 80] }),
    });
    expect(events.map(({ subject, round }) => `${subject} ${round}`)).toEqual([
      "native 1", "step 1", "native 1", "hf-step 1", "native 2", "step 2", "native 2", "hf-step 2",
    ]);
    expect(comparison.steps).toEqual([{
      shape: "s", engine: "native", ms: { median: 15.5, least: 10, most: 20 },
      peers: [
        { peer: "step", ms: { median: 18.5, least: 15, most: 22 }, ratio: { median: 1.75, least: 1.5, most: 2 } },
        { peer: "hf-step", ms: { median: 70, least: 60, most: 80 }, ratio: { median: 3.5, least: 3, most: 4 } },
      ],
    }]);
    expect(comparison.versions).toEqual({ native: "native 1.0", step: "step 1.0", "hf-step": "hf-step 1.0" });
  });

  it("compares two engines with one run of the peer, and takes means over shapes", async () => {
    const { events, comparison } = await finish({
      shapes: ["a", "b"], engines: ["onnx", "native"], peers: ["step"], rounds: 1,
      run: script({ "onnx a": [20], "native a": [5], "step a": [10], "onnx b": [40], "native b": [10], "step b": [80] }),
    });
    expect(events.map(({ subject, shape }) => `${subject} ${shape}`)).toEqual(["onnx a", "native a", "step a", "onnx b", "native b", "step b"]);
    expect(comparison.geometricMeans.map(({ engine, peer }) => [engine, peer])).toEqual([["onnx", "step"], ["native", "step"]]);
    expect(comparison.geometricMeans[0]!.ratio).toBeCloseTo(1, 12); // Of 1/2 and 2.
    expect(comparison.geometricMeans[1]!.ratio).toBeCloseTo(4, 12); // Of 2 and 8.
  });

  it("times ours alone without a peer", async () => {
    const { comparison } = await finish({ shapes: ["s"], engines: ["onnx"], run: script({ "onnx s": [3, 1, 2] }) });
    expect(comparison).toEqual({
      rounds: 3, steps: [{ shape: "s", engine: "onnx", ms: { median: 2, least: 1, most: 3 }, peers: [] }], geometricMeans: [], versions: { onnx: "onnx 1.0" },
    });
  });
});
