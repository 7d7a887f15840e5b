import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadOnnxModel } from "@bort/backend-onnx";
import { readTokenizerJson } from "@bort/data";

/** Classifies texts by the files of an exported folder alone, as another program would: `tokenizer.json`, `config.json` and `onnx/model.onnx`. */
export async function reloadAndPredict(folder: string, texts: readonly string[]): Promise<string[]> {
  const tokenizer = readTokenizerJson(readFileSync(join(folder, "tokenizer.json"), "utf8"));
  const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as { id2label: Record<string, string>; max_position_embeddings: number };
  const model = await loadOnnxModel(join(folder, "onnx", "model.onnx"));
  try {
    const labels: string[] = [];
    for (const text of texts) {
      const body = tokenizer.encode(text).subarray(0, config.max_position_embeddings - 2);
      const ids = BigInt64Array.from([tokenizer.special.begin, ...body, tokenizer.special.end], BigInt);
      const shape = [1, ids.length];
      const { logits } = await model.run({ input_ids: { data: ids, shape }, attention_mask: { data: new BigInt64Array(ids.length).fill(1n), shape } });
      const scores = [...(logits!.data as Float32Array)];
      labels.push(config.id2label[scores.indexOf(Math.max(...scores))]!);
    }
    return labels;
  } finally {
    await model.dispose();
  }
}
