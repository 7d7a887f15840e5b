import { parseCount } from "@bort/arch";
import { usageError } from "./cli-error.js";

/** One `--option` of a command, and how its text becomes a `T`. */
export interface Option<T> {
  readonly description: string;
  /** What stands for the value in the help; a flag has none. */
  readonly hint?: string;
  /** Takes every value up to the next option, and may be given again. Default false. */
  readonly list?: boolean;
  readonly required?: boolean;
  /** What the help says of the value that an absent option takes. */
  readonly defaultText?: string;
  /** `values` are those given, in order; none where the option is absent. */
  readonly read: (values: readonly string[], name: string) => T;
}

/** The options of a command by name, without the dashes. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** What the options of a table read as. */
export type OptionValues<Table extends OptionTable> = { readonly [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never };

/** `true` where the option is given. */
export const flag = (description: string): Option<boolean> => ({ description, read: (values) => values.length > 0 });

export const text = (hint: string, description: string): Option<string | undefined> => valued(hint, description, (value) => value);

export const integer = (description: string, least: number): Option<number | undefined> =>
  valued("N", description, (value, name) => integerOf(value, name, least));

/** How many of something there may be, such as parameters: as `parseCount` reads it. */
export const count = (description: string): Option<number | undefined> => valued("N", description, countOf);

/** A finite decimal number; its range is left to whom it is given to. */
export const decimal = (description: string): Option<number | undefined> => valued("X", description, decimalOf);

export const choice = <const T extends string>(choices: readonly T[], description: string): Option<T | undefined> =>
  valued(choices.join("|"), description, (value, name) => {
    const found = choices.find((each) => each === value);
    if (found !== undefined) return found;
    throw usageError(`--${name} must be one of ${choices.join(", ")}, got ${JSON.stringify(value)}`);
  });

/** As many values as are given. */
export const anyList = (hint: string, description: string): Option<readonly string[]> => ({ hint: `${hint}...`, description, list: true, read: (values) => values });

/** As many decimal numbers as are given, each as `decimal` takes it. */
export const decimals = (description: string): Option<readonly number[]> =>
  ({ ...anyList("X", description), read: (values, name) => values.map((value) => decimalOf(value, name)) });

/** As many whole numbers as are given, each as `integer` takes it. */
export const integers = (description: string, least: number): Option<readonly number[]> =>
  ({ ...anyList("N", description), read: (values, name) => values.map((value) => integerOf(value, name, least)) });

/** One value or more. */
export const list = (hint: string, description: string): Option<readonly string[]> => ({
  ...anyList(hint, description), required: true,
  read: (values, name) => {
    if (values.length === 0) throw missing(name);
    return values;
  },
});

/** The option, with a value where it is absent. */
export const withDefault = <T>(option: Option<T | undefined>, value: T): Option<T> => ({
  ...option, defaultText: String(value), read: (values, name) => option.read(values, name) ?? value,
});

/** The option, with words in the help about what happens where it is absent. */
export const described = <T>(option: Option<T>, defaultText: string): Option<T> => ({ ...option, defaultText });

/** The option, which must be given. */
export const required = <T>(option: Option<T | undefined>): Option<T> => ({
  ...option, required: true,
  read: (values, name) => {
    const value = option.read(values, name);
    if (value === undefined) throw missing(name);
    return value;
  },
});

function valued<T>(hint: string, description: string, parse: (value: string, name: string) => T): Option<T | undefined> {
  return { hint, description, read: ([value], name) => (value === undefined ? undefined : parse(value, name)) };
}

function integerOf(value: string, name: string, least: number): number {
  const number = Number(value);
  if (/^-?\d+$/.test(value) && Number.isSafeInteger(number) && number >= least) return number;
  throw usageError(`--${name} must be a whole number from ${least}, got ${JSON.stringify(value)}`);
}

function decimalOf(value: string, name: string): number {
  const number = Number(value);
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number.isFinite(number)) return number;
  throw usageError(`--${name} must be a number, got ${JSON.stringify(value)}`);
}

function countOf(value: string, name: string): number {
  const number = parseCount(value);
  if (number !== undefined) return number;
  throw usageError(`--${name} must be a number, such as 66e6 or 66M, with k, M or G for thousands, millions or billions, got ${JSON.stringify(value)}`);
}

const missing = (name: string): Error => usageError(`--${name} is missing; see --help`);
