import { archOf, type ArchTuple, type EncoderArch, flops, gridSpace, parameterCount } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { createModel } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { certificateOf } from "./certificate.js";
import { type CertifiedRun } from "./certified-run.js";
import { type ErrorContext } from "./objectives.js";
import { printCertificate } from "./print-certificate.js";
import { type StepObservation } from "./step-observation.js";
import { trialFlops } from "./trial-flops.js";
import { trainingObjectives } from "./training-objectives.js";
import { type ScoredTrial } from "./trial.js";

const frame = { vocabSize: 17, positions: 10, layerNormEps: 1e-5 };
const encoderOf = (tuple: ArchTuple): EncoderArch => archOf(tuple, frame);
const space = [...gridSpace({ depth: [2, 4], heads: [1, 2], hidden: [8, 16], intermediate: [12] })];
const trialOf = (arch: ArchTuple, changed: Partial<ScoredTrial> = {}): ScoredTrial =>
  ({ status: "scored", arch, theta: 0, parameters: parameterCount(encoderOf(arch)).total, latencyMs: 3, error: 2, w: 1, seconds: 4, ...changed });
const run: CertifiedRun = {
  space, epsilon: 2, hyperparameterSets: 1, maximumPoint: { parameters: 1e6, latencyMs: 10 }, rejected: 0,
  trials: [1, 3, 5, 7].map((i) => trialOf(space[i]!)),
  training: { encoderOf, batchSize: 4, sequenceLength: 10, flopsOf: () => 100 },
};

describe("certificateOf", () => {
  it("prints the bounds of the paper and their ingredients", () => {
    const certificate = certificateOf({ ...run, hyperparameterSets: 3, epsilon: 4 });
    expect(certificate).toMatchObject({ epsilon: 4, spaceSize: 8, hyperparameterSets: 3, candidates: 4, trials: 4, printedErrorBound: 3 });
    expect(certificate.printedStepsBound).toEqual({ spaceSize: 8, largestWeightSet: 1e6, trainedExamples: (3 * 4 * 8) / 4 });
    expect(certificateOf({ ...run, epsilon: 1 }).printedErrorBound).toBe(0);
  });

  it("checks the maximum point against every trial, once a candidate, and counts what was rejected", () => {
    const status = (changed: Partial<CertifiedRun>) => certificateOf({ ...run, ...changed }).search[0]!;
    expect(status({}).status).toBe("holds");
    expect(status({ rejected: 2 })).toMatchObject({ status: "violated", note: expect.stringContaining("2 of the candidates") });
    const slow = trialOf(space[1]!, { latencyMs: 11 });
    expect(status({ trials: [...run.trials, slow, slow], rejected: 2 }).note).toContain("3 of the candidates");
    expect(status({ maximumPoint: { parameters: 1, latencyMs: 10 } }).note).toContain("4 of the candidates");
  });

  it("sets the cost against an exhaustive search, extrapolated from the mean trial", () => {
    const trials = [trialOf(space[1]!, { seconds: 1 }), trialOf(space[3]!, { seconds: 2, steps: 3 })];
    const training = { ...run.training!, flopsOf: (_: ArchTuple, steps = 1) => 100 * steps };
    const costOf = (changed: Partial<CertifiedRun>) => certificateOf({ ...run, trials, training, ...changed }).cost;
    expect(costOf({})).toEqual({ trials: 2, flops: 400, seconds: 3, exhaustive: { trials: 8, flops: 1600, seconds: 12 } });
    // Where one of three candidates lay beyond the maximum point, so do a third of the space.
    expect(costOf({ rejected: 1 }).exhaustive).toEqual({ trials: 5, flops: 1000, seconds: 7.5 });
    expect(costOf({ trials: [...trials, ...trials], hyperparameterSets: 2 })).toMatchObject({ flops: 800, exhaustive: { trials: 16, flops: 3200 } });
    // With three seeds a trial is three trainings, whose seconds it holds already.
    expect(costOf({ seeds: 3 })).toMatchObject({ trials: 2, flops: 1200, seconds: 3 });
  });

  it("leaves out what depends on a training that is not known", () => {
    const { training, ...unknown } = run;
    expect(certificateOf({ ...unknown, training: training! }).cost.flops).toBe(400);
    const certificate = certificateOf(unknown);
    expect(certificate.cost).toEqual({ trials: 4, seconds: 16, exhaustive: { trials: 8, seconds: 32 } });
    expect(certificate.printedStepsBound).toEqual({ spaceSize: 8, largestWeightSet: 1e6 });
    expect(printCertificate(certificate).join("\n")).toMatch(/O\(8 \+ 1,000,000 \(1 \+ \|Theta\| \|B\| \|Xi\| \/ epsilon \/ s.*cost: 4 trials, 16 s/s);
  });

  it("of an exhaustive search costs what it cost", () => {
    const { cost } = certificateOf({ ...run, epsilon: 1, trials: space.map((arch, i) => trialOf(arch, { seconds: 10 + i })) });
    expect(cost.exhaustive).toEqual({ trials: 8, flops: cost.flops, seconds: cost.seconds });
  });

  it("needs a trial", () => {
    expect(() => certificateOf({ ...run, trials: [] })).toThrow(expect.objectContaining({ code: "fptas/no-candidate" }));
  });

  it("finds the conditions of a real training checked, and a gradient steeper than none", async () => {
    const shape = { batchSize: 4, sequenceLength: 10, maskedPerSequence: 2 };
    const teacher = createModel(encoderOf(space[7]!), { kind: "mlm" } as const, 1, 0.5);
    const heldOut = [chainBatches(17, shape, 9).at(0)];
    const objectives = await trainingObjectives({
      backend: await onnxBackend({ threads: 1 }), teacher, shape, train: chainBatches(17, shape, 1), heldOut, steps: 5, latency: "flops", maxGradientNorm: 0.05, observe: { every: 2 },
    });
    const observations: StepObservation[] = [];
    const context: ErrorContext = { signal: new AbortController().signal, onStep: ({ observation }) => observations.push(observation!) };
    const error = await objectives.error([2, 2, 8, 12], { learningRate: 0.5, warmupRatio: 0.2 }, context);
    await objectives.dispose();
    const { gradientClip, training } = objectives;
    const certificate = certificateOf({ ...run, gradientClip: gradientClip!, training: training!, trials: [trialOf([2, 2, 8, 12], { error, observations })] });
    expect(certificate.cost.flops).toBe(trialFlops(encoderOf([2, 2, 8, 12]), { shape, steps: 5, heldOutBatches: 1 }));
    const statuses = Object.fromEntries(certificate.strong.map(({ name, status }) => [name, status]));
    expect(statuses).toEqual({
      "loss bounded below": "by-construction", "loss bounded on this run": "holds", "bounded stochastic gradients": "holds", "weights in a compact set": "by-construction",
      "loss L-Lipschitz smooth": "unchecked",
    });
    expect(certificate.lipschitzLowerBound).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(certificate))).toEqual(certificate);
  });
});

describe("printCertificate", () => {
  it("says everything in lines, and never that anything is guaranteed", () => {
    const lines = printCertificate(certificateOf({ ...run, gradientClip: 1 }));
    expect(lines.join("\n")).toMatchInlineSnapshot(`
      "4 candidates of |Xi| = 8 architectures, epsilon 2, |Theta| = 1: 4 trials
      printed bound on the error: |1 - epsilon| = 1, which at epsilon 2 or more bounds little
      printed bound on the steps: O(|Xi| + |W*_T| (1 + |Theta| |B| |Xi| / (epsilon s^(3/2)))) = O(8 + 1,000,000 (1 + 16 / s^(3/2))), its constant and s left open by the sources
      of 9 conditions 4 checked and met, 3 met by construction, 2 unchecked; the printed bounds are not shown for this run
      cost: 4 trials, 400 FLOPs, 16 s
      exhaustive search, extrapolated from the mean of these trials: 8 trials, 800 FLOPs, 32 s, 2 times as much
      the search, maximum point: holds (no candidate has more parameters or a higher latency)
      weak AB^nC property, depths in pairs of layers: holds (the depths must all be even or follow in steps of 2, and are 2, 4)
      weak AB^nC property, layers dominate in parameters: holds (embedding and pooler have no more parameters than any pair of layers in 4 of 4 candidates, than all layers together in 4)
      weak AB^nC property, layers dominate in FLOPs: holds (embedding and pooler have no more FLOPs than any pair of layers in 4 of 4 candidates, than all layers together in 4; reading a table counts as nothing)
      strong AB^nC property, loss bounded below: by-construction (an error below 0 fails its trial; the smallest loss seen is 2)
      strong AB^nC property, loss bounded on this run: unchecked (no step was observed)
      strong AB^nC property, bounded stochastic gradients: by-construction (gradients are clipped at norm 1)
      strong AB^nC property, weights in a compact set: by-construction (a candidate takes a bounded number of steps of bounded length)
      strong AB^nC property, loss L-Lipschitz smooth: unchecked (Bort's theorem 1 argues so for weights in a compact set; a run cannot show it)"
    `);
    for (const line of lines) expect(line).not.toMatch(/guarantee|\n/);
  });

  it("calls the bounds those of the theorem where no condition is in doubt", () => {
    const certificate = certificateOf({ ...run, epsilon: 1, gradientClip: 1 });
    const sound = { ...certificate, search: [], weak: [], strong: certificate.strong.filter(({ status }) => status === "by-construction") };
    expect(printCertificate(sound).join("\n")).toContain("those of the theorem, as far as this run can tell");
  });
});

describe("trialFlops", () => {
  it("counts forward and backward passes with the MLM head, and the held-out batches", () => {
    const arch = archOf([2, 2, 8, 12], { ...frame, pooler: true });
    const shape = { batchSize: 4, sequenceLength: 10, maskedPerSequence: 2 };
    const forward = flops(arch, { sequence: 10, batch: 4, maskedPositions: 2, heads: { mlm: {} }, pooler: false }).total;
    expect(trialFlops(arch, { shape, steps: 3, heldOutBatches: 2 })).toBe((3 * 3 + 2) * forward);
    // Of the head: 2 x (4 x 2 positions) x (8 x 8 transform + 8 x 17 decoder).
    expect(forward - flops(arch, { sequence: 10, batch: 4, pooler: false }).total).toBe(2 * 8 * (64 + 136));
  });
});
