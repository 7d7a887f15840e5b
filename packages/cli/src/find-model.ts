import { createHash } from "node:crypto";
import { type MlmModel, type ModelFolder, loadMlmModel, locateModel, weightFiles } from "@bort/nn";
import { type CommandContext } from "./command.js";
import { fileHash } from "./file-hash.js";
import { barsOn } from "./progress.js";
import { printLine } from "./terminal.js";

type Context = Pick<CommandContext, "signal" | "terminal">;

/**
 * The folder of the model that an option names: a folder, or a model of the hub, whose files are downloaded with a bar for each.
 *
 * @throws HubError; the signal's reason
 */
export async function findModel(source: string, { quiet }: { readonly quiet: boolean }, { terminal, signal }: Context): Promise<string> {
  const bars = barsOn(terminal, quiet);
  let bar: ReturnType<typeof bars> | undefined;
  return locateModel(source, {
    signal,
    onEvent: (event) => {
      if (event.type === "file") bar = bars(`${event.file} (kB)`, kilobytes(event.sizeBytes), kilobytes(event.presentBytes));
      if (event.type === "progress") bar?.update(kilobytes(event.receivedBytes));
      if (event.type === "verified") bar?.finish();
      if (event.type === "retry" && !quiet) printLine(terminal.stderr, `${event.file}: ${event.reason}; trying again`);
    },
  });
}

const kilobytes = (bytes: number): number => Math.ceil(bytes / 1000);

/** SHA-256 of a model's weights: of its one file, or of the hashes of its shards. */
export async function weightsHash(folder: string): Promise<string> {
  const hashes = await Promise.all(weightFiles(folder).map(fileHash));
  return hashes.length === 1 ? hashes[0]! : createHash("sha256").update(hashes.join(" ")).digest("hex");
}

/** A teacher with its own tokenizer, which is the student's too, and the hash of its weights, by which a run is resumed. */
export interface FoundTeacher extends ModelFolder<MlmModel> {
  readonly sha256: string;
}

/** Finds and loads the teacher that `--teacher` names; @throws what `findModel` and `loadMlmModel` throw */
export async function findTeacher(source: string, flags: { readonly quiet: boolean }, context: Context): Promise<FoundTeacher> {
  const folder = await findModel(source, flags, context);
  return { ...loadMlmModel(folder), sha256: await weightsHash(folder) };
}
