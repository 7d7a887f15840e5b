import { type EncoderArch, uniformArch } from "@bort/arch";
import { evaluate, referenceBackend } from "@bort/graph";
import { type MlmModel, createModel, mlmNodes } from "@bort/nn";
import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { TeacherLogits } from "./teacher-logits.js";

const shape = { batchSize: 2, sequenceLength: 6, maskedPerSequence: 2 };
const arch: EncoderArch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 12, vocabSize: 17, positions: 6 });
const teacherOf = (seed: number): MlmModel => createModel(arch, { kind: "mlm" } as const, seed, 0.5);
const [teacher, batches] = [teacherOf(1), chainBatches(17, shape, 1)];
const root = mkdtempSync(join(tmpdir(), "bort-teacher-"));
afterAll(() => rmSync(root, { recursive: true }));

interface Asked {
  readonly logits: Float32Array[];
  /** How often a program was compiled, and run. */
  readonly compiled: number;
  readonly runs: number;
}

/** The logits of batches in their order. */
async function logitsOf(indices: readonly number[], { by = teacher, folder }: { by?: MlmModel; folder?: string } = {}): Promise<Asked> {
  const backend = referenceBackend();
  const compile = vi.fn(backend.compile.bind(backend));
  let runs = 0;
  const counted: typeof backend.compile = async (graph) => {
    const program = await compile(graph);
    return { ...program, run: (...call) => { runs++; return program.run(...call); }, dispose: () => program.dispose() };
  };
  const kept = new TeacherLogits({ backend: { ...backend, compile: counted }, teacher: by, shape, ...(folder !== undefined && { logitsFolder: folder }) });
  const logits: Float32Array[] = [];
  for (const index of indices) logits.push(await kept.of(batches.at(index)));
  await kept.dispose();
  return { logits, compiled: compile.mock.calls.length, runs };
}

it("gives the teacher's logits, computed once for each batch", async () => {
  const { logits, compiled, runs } = await logitsOf([0, 1, 0]);
  expect([compiled, runs]).toEqual([1, 2]);
  expect(logits[2]).toBe(logits[0]);
  for (const index of [0, 1]) {
    const { ids, positions } = batches.at(index);
    const [expected] = evaluate([mlmNodes(arch, shape).logits], { ...teacher.parameters.views, ids, positions });
    expect(logits[index]).toEqual(Float32Array.from(expected!));
  }
});

it("leaves in a folder what another process then need not compute, of the same teacher and batches alone", async () => {
  const folder = join(root, "shared");
  const first = await logitsOf([0, 1], { folder });
  const second = await logitsOf([1, 0, 2], { folder });
  expect(second.logits.slice(0, 2)).toEqual([first.logits[1], first.logits[0]]);
  expect([second.compiled, second.runs]).toEqual([1, 1]);
  expect((await logitsOf([0, 1, 2], { folder })).compiled).toBe(0);
  const other = await logitsOf([0], { by: teacherOf(2), folder });
  expect(other.runs).toBe(1);
  expect(other.logits[0]).not.toEqual(first.logits[0]);
});

it.each([
  ["was cut short", (path: string) => truncateSync(path, 20)],
  ["is not what was written", (path: string) => writeFileSync(path, new Uint8Array(readFileSync(path).length))],
])("computes again what %s", async (how, spoil) => {
  const folder = join(root, how);
  const { logits } = await logitsOf([0], { folder });
  spoil(join(folder, readdirSync(folder)[0]!));
  expect(await logitsOf([0], { folder })).toMatchObject({ logits, runs: 1 });
  expect(await logitsOf([0], { folder })).toMatchObject({ logits, runs: 0 });
  expect(readdirSync(folder)).toHaveLength(1);
});

it("goes on where nothing can be written", async () => {
  writeFileSync(join(root, "file"), "");
  expect((await logitsOf([0, 1], { folder: join(root, "file") })).runs).toBe(2);
});
