import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onnxBackend } from "@bort/backend-onnx";
import { type PreparedCorpus, prepareCorpus } from "@bort/data";
import { type Backend } from "@bort/graph";
import { extractSubnetwork } from "@bort/supershaper";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { madeUpDocuments } from "../made-up-documents.js";
import { StudyNetworks } from "./study-networks.js";
import { studySupernet, type SupernetStudy, type SupernetWork } from "./study-supernet.js";
import { type SupernetSetting } from "./supernet-setting.js";

const folder = mkdtempSync(join(tmpdir(), "bort-bench-"));
const setting: SupernetSetting = {
  backbone: { batchSize: 4, sequenceLength: 16, hiddenSize: 16, heads: 2, intermediateSize: 32, depth: 2, vocabSize: 280, maskedPerSequence: 3 },
  widths: [4, 8, 16], shapes: 2, seeds: [0], steps: 10, scratchSteps: 10, backboneSteps: 5, furtherSteps: 2, learningRate: 1e-2, scratchLearningRate: 5e-3, beta2: 0.98, panelShapes: 1, heldOutBatches: 2,
};

let corpus: PreparedCorpus;
let backend: Backend;
beforeAll(async () => {
  backend = await onnxBackend({ threads: 1 });
  corpus = await prepareCorpus(join(folder, "corpus"), madeUpDocuments, { tokenizer: { vocabSize: 280 } });
});
afterAll(() => {
  corpus.close();
  rmSync(folder, { recursive: true });
});

const workIn = (name: string, changes: Partial<SupernetWork> = {}): SupernetWork =>
  ({ backend, engine: { engine: "onnx" }, corpus, folder: join(folder, name), setting, tell: () => undefined, ...changes });
/** What does not depend on times; the steps of the last super-network do. */
const losses = ({ panel, supernets, shapes }: SupernetStudy): unknown => ({
  panel, supernets: supernets.slice(0, 2).map(({ seconds: _, ...rest }) => rest),
  shapes: shapes.map(({ shape, inherited, further, fromScratch }) => [shape, inherited.loss, further.loss, fromScratch.map(({ loss }) => loss)]),
});

describe("studySupernet", () => {
  it("has both samplings in as many passes, and each shape by three ways", async () => {
    const told: string[] = [];
    const study = await studySupernet(workIn("whole", { tell: (line) => told.push(line) }));
    expect(study.panel.slice(0, 2)).toEqual([[16, 16], [4, 4]]);
    const [sandwich, passes, seconds] = study.supernets;
    expect([sandwich!.steps, passes!.steps, sandwich!.passes, passes!.passes]).toEqual([10, 30, 30, 30]);
    expect(seconds!.steps).toBe(Math.max(1, Math.round((30 * sandwich!.seconds) / passes!.seconds)));
    expect(new Set(study.supernets.flatMap((each) => each.losses)).size).toBe(seconds!.steps === 30 ? 6 : 9);
    for (const { inherited, further, fromScratch: [scratch] } of study.shapes) {
      expect(further.loss).not.toBe(inherited.loss);
      expect(scratch!.loss).not.toBe(further.loss);
    }
    expect(study.shapes[0]!.parameters).toBeLessThan(study.shapes[1]!.parameters);
    expect(told[0]).toMatch(/^a backbone of 5 steps; .* 2 trainings of 10 steps from scratch, 2 of 2 further steps; .* TFLOP in all, about 1 minutes/);
  }, 60_000);

  it("cut off within trainings, ends as if it was not", async () => {
    const whole = await studySupernet(workIn("whole"));
    for (const line of [/^sandwich: step 4,/, /^scratch 0 .*: step 6,/, /^random, as many passes: step 12,/]) {
      const tell = (told: string): void => {
        if (line.test(told)) throw new Error("cut off");
      };
      await expect(studySupernet(workIn("cut", { tell }))).rejects.toThrow("cut off");
    }
    const told: string[] = [];
    const resumed = await studySupernet(workIn("cut", { tell: (line) => told.push(line) }));
    expect(losses(resumed)).toEqual(losses(whole));
    expect(told.filter((line) => line.startsWith("random, as many passes: step")).map((line) => Number(/step (\d+)/.exec(line)![1]))).toEqual([12, 18, 24, 30]);
  }, 60_000);

  it("does nothing again that is done, and reports what there is when time is over", async () => {
    const told: string[] = [];
    const tell = (line: string): void => void told.push(line);
    const whole = await studySupernet(workIn("whole"));
    expect(await studySupernet(workIn("whole", { tell }))).toEqual(whole);
    expect(told.filter((line) => line.includes(": step"))).toEqual([]);
    const over = await studySupernet(workIn("over", { isOver: () => true }));
    expect(over).toMatchObject({ shapes: [], supernets: [{ name: "sandwich", losses: whole.supernets[0]!.losses }] });
    cpSync(join(folder, "over"), join(folder, "other"), { recursive: true });
    await expect(studySupernet(workIn("other", { setting: { ...setting, steps: 11 } }))).rejects.toMatchObject({ code: "bench/other-run" });
  }, 60_000);
});

describe("StudyNetworks", () => {
  it("trains from scratch what the super-network has for a shape, from what its seed says, and leaves no checkpoint of it", async () => {
    const networks = new StudyNetworks({ ...workIn("networks"), setting: { ...setting, backboneSteps: 0 } });
    const fresh = await networks.backbone();
    expect(fresh.seconds).toBe(0);
    expect(networks.space.arch([4, 16])).toEqual(extractSubnetwork(fresh.model, [4, 16], { merge: false }).arch);
    const [first, second] = [await networks.fromScratch([4, 16], 0), await networks.fromScratch([4, 16], 1)];
    expect(first.loss).not.toBe(second.loss);
    expect((await networks.fromScratch([4, 16], 0)).loss).toBe(first.loss);
    expect(readdirSync(join(folder, "networks"))).toEqual([]);
  });

  it("leaves the super-network as it was when a shape of it is trained on", async () => {
    const networks = new StudyNetworks({ ...workIn("networks"), setting: { ...setting, backboneSteps: 0 } });
    const fresh = await networks.backbone();
    const before = await networks.inherited(fresh.model, [8, 8]);
    const after = await networks.further(fresh.model, [8, 8]);
    expect(after.loss).toBeLessThan(before.loss);
    expect((await networks.inherited(fresh.model, [8, 8])).loss).toBe(before.loss);
  });
});
