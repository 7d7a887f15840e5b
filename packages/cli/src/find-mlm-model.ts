import { type MlmModel, type ModelFolder, loadMlmModel } from "@bort/nn";
import { type FindModelContext, findModel, weightsHash } from "./find-model.js";

/** A masked language model that an option names. */
export interface FoundMlmModel extends ModelFolder<MlmModel> {
  readonly folder: string;
  /** Of its weights, by which a run is resumed. */
  readonly sha256: string;
}

/** Finds and loads a masked language model; throws what `findModel` and `loadMlmModel` throw. */
export async function findMlmModel(source: string, flags: { readonly quiet: boolean }, context: FindModelContext): Promise<FoundMlmModel> {
  const folder = await findModel(source, flags, context);
  return { ...loadMlmModel(folder), folder, sha256: await weightsHash(folder) };
}
