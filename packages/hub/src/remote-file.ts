import { type ContentHash, contentHashOf } from "./content-hash.js";
import { HubError } from "./hub-error.js";
import { type FileAddress, requestFile } from "./hub-request.js";
import { type HubSettings } from "./hub-settings.js";
import { isCommit } from "./model-name.js";
import { type RetryEvent, withRetries } from "./with-retries.js";

/** What the hub says of a file before it is downloaded. */
export interface RemoteFile {
  /** With the commit as the revision, so that files of one download belong together. */
  readonly address: FileAddress;
  readonly sizeBytes: number;
  readonly hash: ContentHash;
}

/**
 * Asks for size, hash and commit of a file.
 *
 * @throws HubError `hub/not-found`, `hub/no-access`, `hub/bad-answer` where the answer lacks one of them; TransientError
 */
export async function remoteFile(address: FileAddress, settings: HubSettings): Promise<RemoteFile> {
  const answers = await requestFile(address, "HEAD", settings);
  const header = (name: string): string | null => answers.find(({ headers }) => headers.has(name))?.headers.get(name) ?? null;
  const commit = header("x-repo-commit") ?? "";
  const hash = contentHashOf(header("x-linked-etag") ?? header("etag"));
  const [last] = answers;
  const sizeBytes = Number(header("x-linked-size") ?? (last.ok ? last.headers.get("content-length") : null) ?? Number.NaN); // A redirect's length is its own.
  if (hash !== undefined && isCommit(commit) && Number.isSafeInteger(sizeBytes) && sizeBytes >= 0) return { address: { ...address, revision: commit }, sizeBytes, hash };
  throw new HubError("hub/bad-answer",
    `hub: ${settings.endpoint} must say commit, hash and size of ${address.repository}/${address.file}, got "${commit}", "${hash?.hex ?? ""}" and ${sizeBytes}; `
    + "set HF_ENDPOINT to the hub, or to a mirror with its headers");
}

/** The same, asked for again while the hub cannot be reached. */
export const described = (address: FileAddress, settings: HubSettings): AsyncGenerator<RetryEvent, RemoteFile> =>
  withRetries(address.file, async function* (): AsyncGenerator<RetryEvent, RemoteFile> {
    return remoteFile(address, settings);
  }, settings);
