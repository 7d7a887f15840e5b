import { join } from "node:path";
import { type Tokenizer } from "@bort/data";
import { exportOnnx, type Model, saveModel, writeFileAtomically } from "@bort/nn";

/** Writes a model as a folder that opens here, with `onnx/model.onnx`, which opens anywhere; throws what `saveModel` throws. */
export function saveWithOnnx(folder: string, model: Model, tokenizer: Tokenizer): void {
  saveModel(folder, { model, tokenizer });
  writeFileAtomically(join(folder, "onnx", "model.onnx"), [exportOnnx(model)]);
}
