import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sizeOf, writeFailed } from "./download-file.js";
import { HubError } from "./hub-error.js";
import { type HubSettings } from "./hub-settings.js";
import { CONFIG_FILE, TOKENIZER_FILES, WEIGHT_FILES, isWeightIndex, shardsOf } from "./model-files.js";
import { type ModelName, isCommit } from "./model-name.js";

/** Written last into the folder of a commit: the files of the model and their sizes in bytes. */
const MANIFEST = ".complete.json";

/**
 * The models downloaded so far: `models/ORG--NAME/COMMIT/` holds the files of one commit, `models/ORG--NAME/refs/REVISION` the commit that a branch or
 * tag was last known to be.
 */
export class ModelCache {
  readonly #root: string;
  readonly #name: ModelName;

  constructor({ cacheFolder }: Pick<HubSettings, "cacheFolder">, name: ModelName) {
    this.#root = join(cacheFolder, "models", name.repository.replace("/", "--"));
    this.#name = name;
  }

  /** The folder of a commit's files. */
  folder(commit: string): string {
    return join(this.#root, commit);
  }

  /** The commit that the revision is, or was when it was last downloaded. */
  async commit(): Promise<string | undefined> {
    const { revision } = this.#name;
    if (isCommit(revision)) return revision;
    const text = await textOf(this.#ref()) ?? "";
    return isCommit(text) ? text : undefined;
  }

  /** Notes that all files of a commit are there, and that the revision is this commit. */
  async complete(commit: string, files: Readonly<Record<string, number>>): Promise<void> {
    await writeWhole(join(this.folder(commit), MANIFEST), `${JSON.stringify(files, null, 2)}\n`);
    await this.remember(commit);
  }

  /** Notes that the revision is this commit. */
  async remember(commit: string): Promise<void> {
    if (!isCommit(this.#name.revision)) await writeWhole(this.#ref(), commit);
  }

  /** Whether all files of a commit are there. */
  async isComplete(commit: string): Promise<boolean> {
    return (await textOf(join(this.folder(commit), MANIFEST))) !== undefined && (await this.#missing(commit)).length === 0;
  }

  /** The folder of the model from the cache alone; @throws HubError `hub/offline` with what is missing */
  async offlineFolder(): Promise<string> {
    const commit = await this.commit();
    if (commit !== undefined && await this.isComplete(commit)) return this.folder(commit);
    const { repository, revision } = this.#name;
    const missing = commit === undefined ? [CONFIG_FILE, TOKENIZER_FILES[0], WEIGHT_FILES[0]] : await this.#missing(commit);
    throw new HubError("hub/offline",
      `hub: ${repository} at ${revision} is not whole in ${this.#root}, and downloading is off: missing ${missing.join(", ") || "the note that its download ended"}; `
      + "download it once without BORT_OFFLINE, or give a folder");
  }

  async #missing(commit: string): Promise<string[]> {
    const folder = this.folder(commit);
    const noted = await textOf(join(folder, MANIFEST));
    return noted === undefined ? missingByName(folder) : missingBySize(folder, noted);
  }

  #ref(): string {
    return join(this.#root, "refs", encodeURIComponent(this.#name.revision));
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

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    throw writeFailed(path, error);
  }
}
