import { usageError } from "./cli-error.js";
import { count, decimal, described, type Option, type OptionValues } from "./options.js";
import { type Limit } from "./search-shapes.js";
import { quantities, type Quantity } from "./shape-measures.js";

// A type, not an interface: a table of options is indexed by any name.
export type LimitOptions = { readonly [Name in `${"least" | "most"}-${Quantity}`]: Option<number | undefined> };

/** Whether a quantity is a count. */
const isCounted = (quantity: Quantity): boolean => quantity === "parameters" || quantity === "flops";

const names: Readonly<Record<Quantity, string>> = {
  perplexity: "predicted perplexity", parameters: "parameters, bottlenecks merged, without a head: 66M or 66e6", flops: "FLOPs of a sequence: 5G or 5e9", "latency-ms": "latency in ms, predicted for what the table timed, or with --strategy fit measured on one sequence",
};

/** Limits on what a search finds: either end of each quantity. */
export const limitOptions: LimitOptions = Object.fromEntries(quantities.flatMap((quantity) => (["least", "most"] as const).map((end) =>
  [`${end}-${quantity}`, described((isCounted(quantity) ? count : decimal)(`${end} ${names[quantity]}`), "any")]))) as LimitOptions;

/** @throws CliError `cli/usage` for a limit that is not above 0, or a range that holds nothing */
export function limitsOf(options: OptionValues<LimitOptions>): readonly Limit[] {
  return quantities.flatMap((quantity): Limit[] => {
    const [atLeast, atMost] = [options[`least-${quantity}`], options[`most-${quantity}`]];
    for (const [end, value] of Object.entries({ least: atLeast, most: atMost })) {
      if (value !== undefined && value <= 0) throw usageError(`--${end}-${quantity} must be above 0, got ${value}`);
    }
    if (atLeast === undefined && atMost === undefined) return [];
    if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) throw usageError(`--least-${quantity} must be at most --most-${quantity}, got ${atLeast} and ${atMost}`);
    return [{ quantity, ...(atLeast !== undefined && { atLeast }), ...(atMost !== undefined && { atMost }) }];
  });
}
