import { parameterCount, presetNamed, presets } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { paper, printedFigures } from "./paper.js";
import { planOf } from "./plan.js";
import { toy } from "./toy.js";

describe("the plan of the paper", () => {
  const plan = planOf(paper);

  it("has RoBERTa-large, 355 million parameters, above 180 candidates of a grid of 360, 300 of which can be built", () => {
    expect(plan.maximumPoint.arch).toEqual({ ...presetNamed("roberta-large"), pooler: false });
    expect(plan.maximumPoint.parameters).toBe(354_310_144);
    expect(parameterCount({ ...plan.maximumPoint.arch, pooler: true }).total).toBe(355_359_744);
    expect([plan.search.gridSize, plan.search.spaceSize, plan.search.candidates.length, plan.search.trials]).toEqual([360, 300, 180, 180]);
    expect(plan.search.candidates.filter(({ parameters }) => parameters > plan.maximumPoint.parameters)).toEqual([]);
  });

  it("has the three architectures of Table 1 among the candidates", () => {
    const tuples = plan.search.candidates.map(({ tuple }) => tuple.join());
    for (const tuple of ["4,8,1024,768", "4,16,1024,512", "4,8,1024,512"]) expect(tuples).toContain(tuple);
  });

  it("counts the paper's choice exactly, not as its Table 1 prints it", () => {
    const { tuple, parameters } = plan.pretraining.student;
    expect(tuple).toEqual([4, 8, 1024, 768]);
    expect(parameters).toBe(75_109_376);
    expect(parameterCount(presetNamed("bort-paper"), { accounting: "bort-paper" }).total).toBe(76_161_024);
    expect(presets["bort-paper"].printed?.millions).toBe(printedFigures.choiceMillions); // What that follows from is in docs/errata.md.
  });

  it("downloads the weights in float32, the head for masked words with them", () => {
    expect(plan.maximumPoint.downloadBytes).toBe(4 * (354_310_144 + 1024 * 1024 + 3 * 1024 + 50_265));
  });

  it("takes as many FLOPs as its parts by hand", () => {
    const layer = (s: number, h: number, i: number): number => 2 * s * (4 * h * h + 2 * h * i) + 4 * s * s * h;
    const head = (masked: number, h: number): number => 2 * masked * (h * h + h * 50_265);
    const teacher = 24 * layer(512, 1024, 4096) + head(80, 1024);
    const student = 4 * layer(512, 1024, 768) + head(80, 1024);
    expect(plan.pretraining.sequences).toBe(25_000 * 1024);
    expect(plan.pretraining.teacherFlops).toBe(25_600_000 * teacher);
    expect(plan.pretraining.studentFlops).toBe(3 * 25_600_000 * student);
    expect(plan.search.logitsBytes).toBe(4 * (3 * 1024 + 11_828) * 77 * 50_265);
  });

  it("computes the maximum point again for each candidate, but for the logits that are kept", () => {
    const once = (3 * 1024 + 11_828) / 4;
    const ofBatch = plan.search.teacherFlops / (8 + 180 * (once - 8));
    expect(ofBatch / 1e12).toBeCloseTo(4 * 0.3432, 2);
  });

  it("is the same for fewer sequences at once, with less memory", () => {
    const { search, pretraining, memoryBytes } = planOf({ ...paper, sequencesAtOnce: 2 });
    expect([search.candidateFlops, pretraining]).toEqual([plan.search.candidateFlops, plan.pretraining]);
    expect(memoryBytes).toBeLessThan(plan.memoryBytes);
  });
});

describe("the plan of the toy", () => {
  const plan = planOf(toy);

  it("pre-trains a maximum point that lies outside of its space and above all of it", () => {
    const { maximumPoint } = toy;
    expect(maximumPoint.kind === "pretrained" && [...toy.search.space].map(String).includes(maximumPoint.tuple.join())).toBe(false);
    expect(plan.maximumPoint.flops).toBeGreaterThan(0);
    expect(plan.maximumPoint.downloadBytes).toBeUndefined();
    expect(plan.search.candidates.filter(({ parameters }) => parameters >= plan.maximumPoint.parameters)).toEqual([]);
  });

  it("counts the largest candidate, and the maximum point once for all of them", () => {
    expect(plan.pretraining.student).toEqual(plan.search.candidates.at(-1));
    const sequences = toy.trial.steps * toy.trial.shape.batchSize + toy.trial.heldOutSequences;
    const perSequence = plan.pretraining.teacherFlops / plan.pretraining.sequences;
    expect(plan.search.teacherFlops).toBe(sequences * perSequence);
  });
});
