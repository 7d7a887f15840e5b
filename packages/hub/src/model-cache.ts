import { join } from "node:path";
import { sizeOf } from "./download-file.js";
import { type HubSettings } from "./hub-settings.js";
import { CONFIG_FILE, TOKENIZER_FILES, WEIGHT_FILES, isWeightIndex, shardsOf } from "./model-files.js";
import { type ModelName } from "./model-name.js";
import { RepositoryCache, textOf, writeWhole } from "./repository-cache.js";

/** Written last into the folder of a commit: the files of the model and their sizes in bytes. */
const MANIFEST = ".complete.json";

/** The models downloaded so far: a commit's folder holds its files, and a note of them when all are there. */
export class ModelCache extends RepositoryCache {
  constructor(settings: Pick<HubSettings, "cacheFolder">, name: ModelName) {
    super(settings, name, "models");
  }

  /** Notes that all files of a commit are there, and that the revision is this commit. */
  async complete(commit: string, files: Readonly<Record<string, number>>): Promise<void> {
    await writeWhole(join(this.folder(commit), MANIFEST), `${JSON.stringify(files, null, 2)}\n`);
    await this.remember(commit);
  }

  /** Whether all files of a commit are there. */
  async isComplete(commit: string): Promise<boolean> {
    return (await textOf(join(this.folder(commit), MANIFEST))) !== undefined && (await this.#missing(commit)).length === 0;
  }

  /** The folder of the model from the cache alone; @throws HubError `hub/offline` with what is missing */
  async offlineFolder(): Promise<string> {
    const commit = await this.commit();
    if (commit !== undefined && await this.isComplete(commit)) return this.folder(commit);
    const missing = commit === undefined ? [CONFIG_FILE, TOKENIZER_FILES[0], WEIGHT_FILES[0]] : await this.#missing(commit);
    throw this.notWhole(missing);
  }

  async #missing(commit: string): Promise<string[]> {
    const folder = this.folder(commit);
    const noted = await textOf(join(folder, MANIFEST));
    return noted === undefined ? missingByName(folder) : missingBySize(folder, noted);
  }
}

async function missingBySize(folder: string, manifest: string): Promise<string[]> {
  const files = Object.entries(JSON.parse(manifest) as Readonly<Record<string, number>>);
  const sizes = await Promise.all(files.map(([file]) => sizeOf(join(folder, file))));
  return files.flatMap(([file, size], i) => (sizes[i] === size ? [] : [file]));
}

/** What a model needs at least, of a download that did not end: one weights file with its shards, and a vocabulary. */
async function missingByName(folder: string): Promise<string[]> {
  const has = async (file: string): Promise<boolean> => (await sizeOf(join(folder, file))) !== undefined;
  const missing = (await has(CONFIG_FILE)) ? [] : [CONFIG_FILE as string];
  const tokenizers = await Promise.all(TOKENIZER_FILES.slice(0, 3).map(has));
  if (!tokenizers.includes(true)) missing.push(TOKENIZER_FILES[0]);
  for (const file of WEIGHT_FILES) {
    if (!(await has(file))) continue;
    const shards = isWeightIndex(file) ? [...new Set(shardsOf(await textOf(join(folder, file)) ?? "")?.values())] : [];
    const present = await Promise.all(shards.map(has));
    return [...missing, ...shards.filter((_, i) => !present[i])];
  }
  return [...missing, WEIGHT_FILES[0]];
}
