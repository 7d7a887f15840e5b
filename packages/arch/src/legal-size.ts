/** The rows, columns, layers or heads that a literal may say; a `number` that is not a literal passes and is checked when it runs. */
export type LegalSize<N extends number> = number extends N ? N
  : `${N}` extends "0" | `-${string}` | `${string}.${string}` | `${string}e-${string}` ? `a size must be a whole number above 0, got ${N}`
    : N;

/**
 * `Hidden` where `Heads` heads divide it, else the reason why they do not, which nothing can be assigned to.
 *
 * Only literals are checked, and only up to 99 heads; the rest is checked when it runs.
 */
export type MultipleOf<Heads extends number, Hidden extends number> =
  number extends Heads | Hidden ? Hidden
    : LegalSize<Hidden> extends string ? LegalSize<Hidden>
      : `${Heads}` extends TwoDigits
        ? Remainder<`${Hidden}`, TupleOf<`${Heads}`>> extends [] ? Hidden : `hidden ${Hidden} is not divisible by ${Heads} heads`
        : Hidden;

type Digit = keyof Tuples;
type TwoDigits = `${Exclude<Digit, "0">}${Digit | ""}`;

/** A digit as a tuple of that length: the compiler counts in lengths. */
interface Tuples {
  "0": [];
  "1": [0];
  "2": [0, 0];
  "3": [0, 0, 0];
  "4": [0, 0, 0, 0];
  "5": [0, 0, 0, 0, 0];
  "6": [0, 0, 0, 0, 0, 0];
  "7": [0, 0, 0, 0, 0, 0, 0];
  "8": [0, 0, 0, 0, 0, 0, 0, 0];
  "9": [0, 0, 0, 0, 0, 0, 0, 0, 0];
}

type TenTimes<T extends 0[]> = [...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T];

/** A number of a few digits as a tuple of that length. */
type TupleOf<Digits extends string, Read extends 0[] = []> =
  Digits extends `${infer First extends Digit}${infer Rest}` ? TupleOf<Rest, [...TenTimes<Read>, ...Tuples[First]]> : Read;

/** Long division, digit by digit: what is left of the number after taking the divisor away as often as it goes. */
type Remainder<Digits extends string, Divisor extends 0[], Left extends 0[] = []> =
  Digits extends `${infer First extends Digit}${infer Rest}`
    ? Remainder<Rest, Divisor, TakeAway<[...TenTimes<Left>, ...Tuples[First]], Divisor>>
    : Left;

type TakeAway<From extends 0[], Divisor extends 0[]> = From extends [...Divisor, ...infer Rest extends 0[]] ? TakeAway<Rest, Divisor> : From;
