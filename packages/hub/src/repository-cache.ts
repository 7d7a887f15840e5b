import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFailed } from "./download-file.js";
import { HubError } from "./hub-error.js";
import { type HubSettings } from "./hub-settings.js";
import { type ModelName, isCommit } from "./model-name.js";

/**
 * What was downloaded of a repository: `KIND/ORG--NAME/COMMIT/` holds files of one commit, `KIND/ORG--NAME/refs/REVISION` the commits that a
 * branch or tag was known to be, a line each, the newest first.
 */
export class RepositoryCache {
  readonly #root: string;
  readonly #name: ModelName;

  constructor({ cacheFolder }: Pick<HubSettings, "cacheFolder">, name: ModelName, kind: "models" | "datasets") {
    this.#root = join(cacheFolder, kind, name.repository.replace("/", "--"));
    this.#name = name;
  }

  /** The folder of a commit's files. */
  folder(commit: string): string {
    return join(this.#root, commit);
  }

  /** The commit that the revision is, or was when it was last downloaded. */
  async commit(): Promise<string | undefined> {
    return (await this.commits())[0];
  }

  /** That commit, then those that the revision was before when it was downloaded, the newest first. */
  async commits(): Promise<readonly string[]> {
    const { revision } = this.#name;
    if (isCommit(revision)) return [revision];
    return (await textOf(this.#ref()) ?? "").split("\n").filter(isCommit);
  }

  /** Notes that the revision is this commit, before those that it was. */
  async remember(commit: string): Promise<void> {
    if (isCommit(this.#name.revision)) return;
    const earlier = (await this.commits()).filter((each) => each !== commit);
    await writeWhole(this.#ref(), [commit, ...earlier].join("\n"));
  }

  /** The error for what is missing where nothing may be downloaded. */
  notWhole(missing: readonly string[]): HubError {
    const { repository, revision } = this.#name;
    return new HubError("hub/offline",
      `hub: ${repository} at ${revision} is not whole in ${this.#root}, and downloading is off: missing ${missing.join(", ") || "the note that its download ended"}; `
      + "download it once without BORT_OFFLINE, or give a folder");
  }

  #ref(): string {
    return join(this.#root, "refs", encodeURIComponent(this.#name.revision));
  }
}

/** The text of a file; `undefined` where there is none. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Writes a file whole or not at all. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    throw writeFailed(path, error);
  }
}
