import { join } from "node:path";
import { type EncoderArch, hfObstacle } from "@bort/arch";
import { formatNumber } from "@bort/bench";
import { type Tokenizer } from "@bort/data";
import { exportOnnx, type Model, saveModel, writeFileAtomically } from "@bort/nn";
import { type PruneEvent, unitVectors } from "@bort/schubert-prune";

/** A network that met a target. */
export interface PrunedModel {
  /** Below the run's folder; "." is that itself. */
  readonly folder: string;
  readonly target: number;
  /** Of the objective. */
  readonly value: number;
  readonly round: number;
  /** What the task's evaluation gives. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Why transformers cannot build it from its `config.json`; null where they can. */
  readonly huggingFaceObstacle: string | null;
  /** Vectors of units that have been cut down to one, which stays. */
  readonly lastUnits: readonly string[];
}

/** Writes a model as a folder, with `onnx/model.onnx`; throws what `saveModel` throws. */
export function savePrunedModel(folder: string, model: Model, tokenizer: Tokenizer): void {
  saveModel(folder, { model, tokenizer });
  writeFileAtomically(join(folder, "onnx", "model.onnx"), [exportOnnx(model)]);
}

/** What is told of a network that met a target. */
export function prunedModel({ target, value, round, model, tunedMetrics }: Extract<PruneEvent, { readonly type: "target" }>, folder: string, whole: EncoderArch): PrunedModel {
  const before = new Map(unitVectors(whole).map(({ name, size }) => [name, size]));
  const lastUnits = unitVectors(model.arch).filter(({ name, size }) => size === 1 && before.get(name)! > 1).map(({ name }) => name);
  return { folder, target, value, round, metrics: tunedMetrics, huggingFaceObstacle: hfObstacle(model.arch) ?? null, lastUnits };
}

/** The same in words. */
export function prunedModelLines({ value, target, huggingFaceObstacle, lastUnits }: PrunedModel, unit: string, place: string): string[] {
  const standard = huggingFaceObstacle === null ? "a standard Hugging Face model" : `not a standard Hugging Face config, because ${huggingFaceObstacle}: open it here, or onnx/model.onnx anywhere`;
  return [
    `${place}: ${formatNumber(value)} ${unit} (target ${formatNumber(target)}); ${standard}`,
    ...(lastUnits.length === 0 ? [] : [`${place}: down to the last unit, which stays: ${lastUnits.join(", ")}`]),
  ];
}
