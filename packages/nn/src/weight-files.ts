import { existsSync } from "node:fs";
import { join } from "node:path";
import { WEIGHT_FILES, isWeightIndex, shardsOf } from "@bort/hub";
import { NnError } from "./nn-error.js";
import { readText } from "./read-text.js";
import { openSafetensors } from "./safetensors.js";
import { type StoredTensor } from "./stored-tensor.js";
import { openTorchFile } from "./torch-file.js";

/** The tensors of a model's folder, by the names that its files have. */
export interface StoredWeights {
  /** The file, or the index of shards, for messages. */
  readonly path: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * The paths of the files that hold a folder's weights: `model.safetensors`, or `pytorch_model.bin`, or the shards of either; the first that is there.
 *
 * @throws NnError `nn/missing-path`, `nn/bad-model-folder` for an index that is none
 */
export const weightFiles = (folder: string): readonly string[] => {
  const path = weightsPath(folder);
  return isWeightIndex(path) ? [...new Set(shardsAt(path).values())].sort().map((shard) => join(folder, shard)) : [path];
};

/** Opens the weights of a folder; @throws NnError as `weightFiles`, and `nn/bad-safetensors`, `nn/bad-torch-file` */
export function openWeights(folder: string): StoredWeights {
  const path = weightsPath(folder);
  return { path, tensors: isWeightIndex(path) ? openShards(folder, path) : openFile(path) };
}

const openFile = (path: string): ReadonlyMap<string, StoredTensor> => (path.endsWith(".bin") ? openTorchFile(path) : openSafetensors(path).tensors);

function weightsPath(folder: string): string {
  const found = WEIGHT_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new NnError("nn/missing-path", `nn: ${folder} must hold one of ${WEIGHT_FILES.join(", ")}, and holds none; give the folder of a saved model`);
}

function shardsAt(path: string): ReadonlyMap<string, string> {
  const shards = shardsOf(readText(path, "give the folder of a saved model"));
  if (shards !== undefined) return shards;
  throw new NnError("nn/bad-model-folder", `nn: ${path} must list the file of every tensor under "weight_map", and does not; restore it from a copy`);
}

/** All tensors of all shards; a tensor that is not where the index says counts as missing. */
function openShards(folder: string, indexPath: string): ReadonlyMap<string, StoredTensor> {
  const shards = shardsAt(indexPath);
  const files = new Map([...new Set(shards.values())].map((name) => [name, openFile(join(folder, name))]));
  return new Map([...shards].flatMap(([name, shard]) => {
    const tensor = files.get(shard)!.get(name);
    return tensor === undefined ? [] : [[name, tensor] as const];
  }));
}
