import { ArchError, type EncoderArch, archOf, parseConfig, parseTuple, presetNamed, validateArch } from "@bort/arch";
import { CliError } from "./cli-error.js";
import { readTextFile } from "./read-text-file.js";

/** Rows of the two tables that a <D,A,H,I> leaves open. */
export const tupleTables = { vocabSize: 8192, positions: 512 } as const;

/**
 * The encoder that a word of the command line stands for: a file where it ends in `.json`, <D,A,H,I> where it has a comma, else a preset or one of
 * its aliases. What `tables` names replaces the encoder's own.
 *
 * @throws CliError `cli/bad-json` for a file that cannot be read or that `parseConfig` refuses; what `parseTuple`, `archOf`, `presetNamed` and
 * `validateArch` throw
 */
export function archNamed(name: string, tables: Partial<Pick<EncoderArch, "positions" | "vocabSize">> = {}): EncoderArch {
  return validateArch({ ...found(name), ...tables });
}

function found(name: string): EncoderArch {
  if (name.endsWith(".json")) return archInFile(name);
  return name.includes(",") ? archOf(parseTuple(name), tupleTables) : presetNamed(name);
}

function archInFile(path: string): EncoderArch {
  const text = readTextFile(path);
  try {
    return parseConfig(text).arch;
  } catch (cause) {
    if (!(cause instanceof ArchError)) throw cause;
    throw new CliError("cli/bad-json", `${path}: ${cause.message}`, { cause });
  }
}
