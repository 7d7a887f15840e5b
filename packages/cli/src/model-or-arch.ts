import { type ArchTuple } from "@bort/arch";
import { usageError } from "./cli-error.js";

/** What a training begins with: the model that `--<name>` names, or what `--arch` says of a fresh one; @throws CliError `cli/usage` for both, and for neither */
export function modelOrArch(name: string, model: string | undefined, arch: ArchTuple | undefined): string | ArchTuple {
  if (model !== undefined && arch !== undefined) throw usageError(`a training begins with the model of --${name} or, fresh, by --arch; leave one of them out`);
  const start = model ?? arch;
  if (start === undefined) throw usageError(`--${name} or --arch is missing; see --help`);
  return start;
}
