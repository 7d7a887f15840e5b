import { type FileHandle, constants, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { hasContent } from "./content-hash.js";
import { HubError } from "./hub-error.js";
import { reasonOf, requestFile } from "./hub-request.js";
import { type HubSettings } from "./hub-settings.js";
import { type RemoteFile } from "./remote-file.js";
import { TransientError } from "./transient-error.js";
import { type RetryEvent, withRetries } from "./with-retries.js";

/** What happens to one file, in this order: it is begun (or is there already), it comes in, its hash is right. */
export type FileEvent =
  | { readonly type: "file"; readonly file: string; readonly sizeBytes: number; /** What an earlier run has left of it. */ readonly presentBytes: number }
  | { readonly type: "progress"; readonly file: string; readonly receivedBytes: number; readonly sizeBytes: number }
  | { readonly type: "verified"; readonly file: string }
  | RetryEvent;

/** How many bytes come in between two progress events. */
const PROGRESS_BYTES = 2 ** 20;

/**
 * Downloads a file to `path`, where it is there whole and checked or not at all. What is received lies beside it under a name with the hash, from which
 * a later call goes on; two processes at once write the same bytes to the same places.
 *
 * @throws HubError `hub/unreachable`, `hub/wrong-hash`, `hub/write-failed`, and those of `requestFile`; the signal's reason
 */
export async function* downloadFile(remote: RemoteFile, path: string, settings: HubSettings): AsyncGenerator<FileEvent, void> {
  const { address: { file }, sizeBytes, hash } = remote;
  if (await sizeOf(path) === sizeBytes) return yield { type: "file", file, sizeBytes, presentBytes: sizeBytes };
  const partial = `${path}.${hash.hex}.partial`;
  const presentBytes = await sizeOf(partial) ?? 0;
  yield { type: "file", file, sizeBytes, presentBytes };
  const received = (): AsyncGenerator<FileEvent, void> => withRetries(file, () => receive(remote, partial, settings), settings);
  yield* received();
  if (!(await accept(remote, partial, path))) {
    if (presentBytes === 0) throw wrongHash(remote, settings);
    yield { type: "retry", file, reason: "what an earlier run had left of it was not right", waitMs: 0 };
    yield* received();
    if (!(await accept(remote, partial, path))) throw wrongHash(remote, settings);
  }
  yield { type: "verified", file };
}

/** Puts a file in its place, or removes it where its hash is wrong; says whether the file is there, by this process or by a faster one. */
async function accept({ sizeBytes, hash }: RemoteFile, partial: string, path: string): Promise<boolean> {
  try {
    await (await hasContent(partial, sizeBytes, hash) ? rename(partial, path) : rm(partial, { force: true }));
  } catch (error) {
    if (await sizeOf(path) !== sizeBytes) throw writeFailed(path, error);
  }
  return await sizeOf(path) === sizeBytes;
}

const wrongHash = ({ address: { file }, hash: { kind, hex } }: RemoteFile, { endpoint }: HubSettings): HubError =>
  new HubError("hub/wrong-hash",
    `hub: ${file} must have the ${kind} ${hex} that ${endpoint} says, and what was received has another; try again, or use another network or mirror`);

/** One attempt: asks for what is missing and writes it. */
async function* receive(remote: RemoteFile, partial: string, settings: HubSettings): AsyncGenerator<FileEvent, void> {
  const { address, sizeBytes } = remote;
  const start = await sizeOf(partial) ?? 0;
  if (start === sizeBytes && sizeBytes > 0) return;
  const [answer] = await requestFile(address, "GET", settings, start > 0 ? { range: `bytes=${start}-` } : {});
  const from = placeOf(answer, start);
  if (from === undefined || start > sizeBytes) {
    await answer.body?.cancel();
    await rm(partial, { force: true });
    throw new TransientError("the server gave another part than was asked for");
  }
  yield* write(remote, partial, { answer, from }, settings);
}

/** Where in the file an answer begins: a server may ignore the range and send all of it. */
function placeOf({ status, headers }: Response, asked: number): number | undefined {
  if (status === 200) return 0;
  const [, start] = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "") ?? [];
  return status === 206 && Number(start) === asked ? asked : undefined;
}

async function* write(
  { address: { file }, sizeBytes }: RemoteFile, partial: string, { answer, from }: { readonly answer: Response; readonly from: number }, settings: HubSettings,
): AsyncGenerator<FileEvent, void> {
  const output = await openPartial(partial);
  let received = from;
  let told = from;
  try {
    for await (const chunk of chunksOf(answer, settings)) {
      await writeAt(output, chunk, received, partial);
      received += chunk.length;
      if (received > sizeBytes) break;
      if (received - told >= PROGRESS_BYTES || received === sizeBytes) yield { type: "progress", file, receivedBytes: told = received, sizeBytes };
    }
  } catch (error) {
    throw error instanceof TransientError ? new TransientError(error.message, { receivedBytes: received }) : error;
  } finally {
    await output.close();
  }
  if (received > sizeBytes) {
    await rm(partial, { force: true });
    throw new TransientError(`${sizeBytes} bytes were announced and more were sent`);
  }
  if (received < sizeBytes) throw new TransientError(`the connection ended after ${received} of ${sizeBytes} bytes`, { receivedBytes: received });
}

async function* chunksOf({ body }: Response, { signal }: HubSettings): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  try {
    for await (const chunk of body) yield chunk as Uint8Array;
  } catch (error) {
    signal?.throwIfAborted();
    throw new TransientError(`the connection broke (${reasonOf(error)})`);
  }
}

async function openPartial(path: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(path), { recursive: true });
    return await open(path, constants.O_RDWR | constants.O_CREAT); // Keeps what is in it.
  } catch (error) {
    throw writeFailed(path, error);
  }
}

async function writeAt(output: FileHandle, bytes: Uint8Array, start: number, path: string): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) done += (await output.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
  } catch (error) {
    throw writeFailed(path, error);
  }
}

export function writeFailed(path: string, error: unknown): HubError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = code === "ENOSPC" ? "the disk is full; free some room and start again, which goes on from here" : `${message}; set BORT_CACHE to another folder`;
  return new HubError("hub/write-failed", `hub: cannot write ${path}: ${reason}`);
}

/** The size of a file; `undefined` where there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}
