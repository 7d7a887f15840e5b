import { BenchError } from "../bench-error.js";

/** What the command line gave, by flag. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** What a benchmark found, for `--json` and for a reader. */
export interface Finding {
  readonly result: object;
  readonly text: string;
  /** Files to keep, by name: where `--out` says, or in `benchmarks`. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Command {
  /** Names of the flags that take a value; `--json` and `--help` are every command's. */
  readonly flags: readonly string[];
  /** Names of those that take none. */
  readonly switches?: readonly string[];
  readonly run: (positionals: readonly string[], flags: Flags) => Promise<Finding>;
}

/** The flag's text, if it was given. */
export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

/** The flag's whole number from `least`, or `fallback`; @throws BenchError `bench/bad-option` */
export function countFlag(flags: Flags, name: string, { least = 1, fallback }: { readonly least?: number; readonly fallback: number }): number {
  const value = textFlag(flags, name);
  if (value === undefined) return fallback;
  if (/^\d+$/.test(value) && Number(value) >= least) return Number(value);
  throw new BenchError("bench/bad-option", `bench: --${name} must be a whole number from ${least}, got ${JSON.stringify(value)}`);
}

/** The flag's folder; @throws BenchError `bench/bad-option` where it is not given */
export function folderFlag(flags: Flags, name: string): string {
  const folder = textFlag(flags, name);
  if (folder !== undefined) return folder;
  throw new BenchError("bench/bad-option", `bench: needs a folder as --${name}, got none; see --help`);
}

/** The one positional argument of a command that takes `what`, or none; @throws BenchError `bench/bad-option` */
export function onlyArgument(positionals: readonly string[], what: string): string {
  if (positionals.length === 1) return positionals[0]!;
  throw new BenchError("bench/bad-option", `bench: needs ${what}, got ${JSON.stringify(positionals.join(" "))}; see --help`);
}

/** @throws BenchError `bench/bad-option` where there is a positional argument. */
export function noArguments(positionals: readonly string[]): void {
  if (positionals.length > 0) throw new BenchError("bench/bad-option", `bench: takes no argument but flags here, got ${JSON.stringify(positionals.join(" "))}; see --help`);
}

/** A number of bytes as it is printed: "676 MiB". */
export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** A file's text for a result; figures that are not whole have six digits. */
export const jsonFile = (result: object): string =>
  `${JSON.stringify(result, (_, value: unknown) => (typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value), 2)}\n`;
