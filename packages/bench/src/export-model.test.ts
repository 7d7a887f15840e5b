import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { trainByteLevelBpe } from "@bort/data";
import { type Backend } from "@bort/graph";
import { createModel, loadModel } from "@bort/nn";
import { afterAll, describe, expect, it } from "vitest";
import { exportModel } from "./export-model.js";

const root = mkdtempSync(join(tmpdir(), "bort-bench-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("exportModel", async () => {
  const backend = await onnxBackend({ threads: 1 });
  const tokenizer = await trainByteLevelBpe(["abc"], { vocabSize: 261 });
  const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 16, vocabSize: 261, positions: 23, padTokenId: 1 });

  it.each([{ kind: "mlm" }, { kind: "classifier", labels: ["no", "yes"] }] as const)("writes a $kind model that can be loaded, and checks it", async (head) => {
    const folder = join(root, head.kind);
    const model = createModel(arch, head, 1);
    const { files, maxAbsDifference } = await exportModel(folder, { model, tokenizer }, backend);
    expect(files.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
    expect(maxAbsDifference).toBeLessThan(1e-4);
    expect(loadModel(folder).model.parameters.flat).toEqual(model.parameters.flat);
    expect(readFileSync(join(folder, "README.md"), "utf8")).toContain("| 1,2,8,16 |");
  });

  it("refuses to vouch for a file whose logits differ", async () => {
    const crooked: Backend = {
      ...backend,
      compile: async (graph) => {
        const program = await backend.compile(graph);
        return {
          dispose: () => program.dispose(),
          run: async (feeds) => {
            const { logits } = await program.run(feeds);
            return { logits: { ...logits!, data: (logits!.data as Float32Array).map((value) => value + 1) } };
          },
        };
      },
    };
    const exported = exportModel(join(root, "crooked"), { model: createModel(arch, { kind: "mlm" } as const, 1), tokenizer }, crooked);
    await expect(exported).rejects.toMatchObject({ code: "bench/export-differs" });
  });
});
