import { type ArchTuple } from "@bort/arch";
import { usageError } from "./cli-error.js";
import { flag, type Option } from "./options.js";

/** Keeps nothing of a named model but what it is built as. */
export const freshFlag = (name: string): Option<boolean> => flag(`begin with fresh weights in the architecture of --${name}, with its vocabulary`);

/**
 * What a training begins with: the model that `--<name>` names, whose weights `--fresh` leaves where they are, or what `--arch` says of a fresh one.
 *
 * @throws CliError `cli/usage` for both, for neither, and for `--fresh` with `--arch`
 */
export function modelOrArch(name: string, model: string | undefined, arch: ArchTuple | undefined, fresh: boolean): string | ArchTuple {
  if (model !== undefined && arch !== undefined) throw usageError(`a training begins with the model of --${name} or, fresh, by --arch; leave one of them out`);
  const start = model ?? arch;
  if (start === undefined) throw usageError(`--${name} or --arch is missing; see --help`);
  if (fresh && arch !== undefined) throw usageError(`--fresh says nothing to --arch, which is fresh anyway; leave it out, or give --${name}`);
  return start;
}
