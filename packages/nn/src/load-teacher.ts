import { existsSync } from "node:fs";
import { HubError, type HubEvent, type HubOptions, downloadModel, isModelName } from "@bort/hub";
import { type MlmModel } from "./model.js";
import { type ModelFolder, loadMlmModel } from "./model-folder.js";

export interface LoadTeacherOptions extends HubOptions {
  /** Told what is downloaded. Default: nobody. */
  readonly onEvent?: (event: HubEvent) => void;
}

export interface Teacher extends ModelFolder<MlmModel> {
  /** Where its files are. */
  readonly folder: string;
}

/**
 * Loads a masked language model with its tokenizer: a folder that `saveModel` wrote, a folder of Hugging Face's, or a model of the hub, `name`, `org/name`
 * or `org/name@revision`, which is downloaded once and kept in the cache. Where a folder has the name, it is taken.
 *
 * @throws what `loadMlmModel` throws for the folder, and HubError where there is none
 */
export async function loadTeacher(source: string, options: LoadTeacherOptions = {}): Promise<Teacher> {
  const folder = await locateModel(source, options);
  return { ...loadMlmModel(folder), folder };
}

/** The folder of a model: the path itself, or where the files of a model of the hub are once they are downloaded; throws what `downloadModel` throws. */
export async function locateModel(source: string, { onEvent, ...hub }: LoadTeacherOptions = {}): Promise<string> {
  if (existsSync(source) || !isModelName(source)) return source;
  try {
    const download = downloadModel(source, hub);
    let next = await download.next();
    for (; next.done !== true; next = await download.next()) onEvent?.(next.value);
    return next.value;
  } catch (error) {
    throw error instanceof HubError ? new HubError(error.code, `${error.message} (nor is there a folder ${source})`) : error;
  }
}
