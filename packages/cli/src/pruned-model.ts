import { type EncoderArch, hfObstacle } from "@bort/arch";
import { formatNumber } from "@bort/bench";
import { type PrunedRound, unitVectors } from "@bort/schubert-prune";
import { layerSizes } from "./pruning-table.js";

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

/** What is told of a network that met a target. */
export function prunedModel({ target, value, round, arch, tunedMetrics }: PrunedRound, folder: string, whole: EncoderArch): PrunedModel {
  const before = new Map(unitVectors(whole).map(({ name, size }) => [name, size]));
  const lastUnits = unitVectors(arch).filter(({ name, size }) => size === 1 && before.get(name)! > 1).map(({ name }) => name);
  return { folder, target, value, round, metrics: tunedMetrics, huggingFaceObstacle: hfObstacle(arch) ?? null, lastUnits };
}

/** The same in words. */
export function prunedModelLines({ folder, target, huggingFaceObstacle, lastUnits }: PrunedModel, size: string): string[] {
  const place = folder === "." ? "the model" : folder;
  const standard = huggingFaceObstacle === null ? "its config.json is a standard one"
    : `no standard config.json can say it, because ${huggingFaceObstacle}: it opens here, and as onnx/model.onnx anywhere`;
  return [
    `${place}: ${size}, for a target of ${formatNumber(target)}; ${standard}`,
    ...(lastUnits.length === 0 ? [] : [`${place}: down to the last unit, which stays, in ${lastUnitsText(lastUnits)}`]),
  ];
}

/** `layers.0.k` and `layers.2.k` as "keys of layers 1, 3". */
function lastUnitsText(names: readonly string[]): string {
  const layersOf = (dimension: string): string[] => names.filter((name) => name.endsWith(`.${dimension}`)).map((name) => String(1 + Number(name.split(".")[1])));
  const inLayers = layerSizes.map(({ dimension, name }) => ({ name, layers: layersOf(dimension) })).filter(({ layers }) => layers.length > 0);
  return [...(names.includes("h") ? ["the hidden size"] : []), ...inLayers.map(({ name, layers }) => `${name} of ${layers.length === 1 ? "layer" : "layers"} ${layers.join(", ")}`)].join("; ");
}
