import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uniformArch } from "@bort/arch";
import { trainByteLevelBpe } from "@bort/data";
import { createModel, saveModel } from "@bort/nn";
import { afterAll, expect, it, vi } from "vitest";
import { type simulateCosts, type SimulateCostsOptions } from "../agora/prune-costs.js";
import { command } from "./agora.js";

vi.mock("../agora/prune-costs.js", async (original) => {
  const actual = await original<{ readonly simulateCosts: typeof simulateCosts }>();
  return { simulateCosts: (options: SimulateCostsOptions) => actual.simulateCosts({ ...options, seeds: 1 }) };
});

const folder = mkdtempSync(join(tmpdir(), "bort-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

const log = vi.spyOn(process.stderr, "write").mockReturnValue(true);

const at = (name: string): string => join(folder, name);
const rows = (count: number): string => Array.from({ length: count }, (_, idx) =>
  JSON.stringify({ premise: `it is ${idx}`, hypothesis: "it is so", label: ["entailment", "contradiction", "neutral"][idx % 3], idx })).join("\n");
mkdirSync(at("CB"));
writeFileSync(at("CB/train.jsonl"), rows(45));
writeFileSync(at("CB/val.jsonl"), rows(12));
const tokenizer = await trainByteLevelBpe(["it is so"], { vocabSize: 265 });
const arch = uniformArch({ depth: 1, heads: 1, hidden: 8, intermediate: 8, vocabSize: tokenizer.vocabSize, positions: 32 });
saveModel(at("model"), { model: createModel(arch, { kind: "mlm" }, 0), tokenizer });

const flags = {
  engine: "onnx", threads: "1", data: folder, student: at("model"), "socrates-base": at("model"), folder: at("work"), tasks: "cb", seeds: "2", epochs: "1", "max-length": "16",
};

it("compares the arms, and the costs of prune rules in trainings and in simulations, and goes on where it was", async () => {
  const { text, files } = await command.run([], flags);
  expect(Object.keys(files!)).toEqual(["agora.json"]);
  const result = JSON.parse(files!["agora.json"]!) as { readonly simulated: readonly object[] };
  expect(result).toMatchObject({
    engine: "onnx", threads: 1, setting: { seeds: [0, 1], maxLength: 16, student: { epochs: 1 } }, sizes: [{ task: "CB", size: "all", metric: "accuracy" }],
    tasks: [{ task: "CB", cells: [{ seed: 0, drawn: 45, epochs: 2, arms: { plain: { rounds: [{ round: 1 }] } } }, { seed: 1 }] }],
  });
  expect(result.simulated).toHaveLength(3 * 5 * 2);
  for (const part of ["CB", "agora - plain", "paper", "125250"]) expect(text).toContain(part);
  expect(log.mock.calls[0]![0]).toMatch(/^1 teachers, 2 cells of 3 arms, each expected to take \d+(\.5)? trainings, at most 21; \d+(\.5)? trainings to compare prune rules; about/);
  const told = log.mock.calls.length;
  expect((await command.run([], { ...flags, minutes: "1" })).files!["agora.json"]).toBe(files!["agora.json"]);
  expect(log.mock.calls.slice(told).some(([line]) => String(line).includes(": round "))).toBe(false);
  await expect(command.run([], { ...flags, rule: "worst-only" })).rejects.toMatchObject({ code: "bench/other-run" });
});

it("refuses what it cannot do before it does anything", async () => {
  const refused = (changes: Readonly<Record<string, string | undefined>>): Promise<unknown> => command.run([], { ...flags, folder: at("other"), ...changes }).then(() => undefined, ({ code }: { code: string }) => code);
  expect(await refused({ tasks: "CB,WSC" })).toBe("bench/bad-option");
  expect(await refused({ rule: "lcs" })).toBe("bench/bad-option");
  expect(await refused({ minutes: "soon" })).toBe("bench/bad-option");
  expect(await refused({ data: undefined })).toBe("bench/bad-option");
  expect(await refused({ folder: undefined })).toBe("bench/bad-option");
  expect(await refused({ student: at("nowhere") })).toBe("nn/missing-path");
  await expect(command.run(["CB"], flags)).rejects.toMatchObject({ code: "bench/bad-option" });
  expect(existsSync(at("other"))).toBe(false);
});
