import { createHash } from "node:crypto";
import { type HubEvent } from "@bort/hub";
import { locateModel, weightFiles } from "@bort/nn";
import { type CommandContext } from "./command.js";
import { fileHash } from "./file-hash.js";
import { barsOn } from "./progress.js";
import { printLine, type Terminal } from "./terminal.js";

export type FindModelContext = Pick<CommandContext, "signal" | "terminal">;

/**
 * The folder of the model that an option names: a folder, or a model of the hub, whose files are downloaded with a bar for each.
 *
 * @throws HubError; the signal's reason
 */
export async function findModel(source: string, { quiet }: { readonly quiet: boolean }, { terminal, signal }: FindModelContext): Promise<string> {
  return locateModel(source, { signal, onEvent: downloadProgress(terminal, quiet) });
}

/** Shows a download: a bar for each file, and why something was tried again. */
export function downloadProgress(terminal: Terminal, quiet: boolean): (event: HubEvent) => void {
  const bars = barsOn(terminal, quiet);
  let bar: ReturnType<typeof bars> | undefined;
  return (event) => {
    if (event.type === "file") bar = bars(`${event.file} (kB)`, kilobytes(event.sizeBytes), kilobytes(event.presentBytes));
    if (event.type === "progress") bar?.update(kilobytes(event.receivedBytes));
    if (event.type === "verified") bar?.finish();
    if (event.type === "retry" && !quiet) printLine(terminal.stderr, `${event.file}: ${event.reason}; trying again`);
  };
}

const kilobytes = (bytes: number): number => Math.ceil(bytes / 1000);

/** SHA-256 of a model's weights: of its one file, or of the hashes of its shards. */
export async function weightsHash(folder: string): Promise<string> {
  return hashOfHashes(await Promise.all(weightFiles(folder).map(fileHash)));
}

/** One hash for several, in their order; a single one is itself. */
export const hashOfHashes = (hashes: readonly string[]): string =>
  (hashes.length === 1 ? hashes[0]! : createHash("sha256").update(hashes.join(" ")).digest("hex"));
