import { type PaperAccounting, paperParameters } from "./accounting.js";
import { networkOf } from "./network.js";
import { type EncoderArch, validateArch } from "./encoder-arch.js";
import { type Heads, validateHeads } from "./heads.js";
import { countingEach, countingOnce } from "./parameter-rules.js";
import { type Tally, tally } from "./tally.js";

/** How parameters are counted: exactly, with conventions to choose, or as one of the papers does, which leaves no choice. */
export type ParameterCountOptions =
  | {
    readonly accounting?: "exact";
    /** Default: none. */
    readonly heads?: Heads;
    /** Whether to count the pooler of an architecture that has one. Default true. */
    readonly pooler?: boolean;
    /** Whether parameters used at several places (a tied decoder's, ALBERT's layers') count at the first or at each. Default `"once"`. */
    readonly shared?: "each" | "once";
  }
  | { readonly accounting: PaperAccounting };

/** Trainable scalars. */
export type ParameterCount = Tally;

/**
 * Counts the parameters of an encoder and its heads, biases and norms included, in the layout of Hugging Face's transformers.
 *
 * Throws what `validateArch` and `validateHeads` throw, `arch/accounting-does-not-apply` where a paper's formula cannot say this
 * architecture, and `arch/too-large` beyond 2^53. Source: Bort, appendix A, and the papers that the receipt names.
 */
export function parameterCount(arch: EncoderArch, options: ParameterCountOptions = {}): ParameterCount {
  validateArch(arch);
  if (options.accounting !== undefined && options.accounting !== "exact") return paperParameters(arch, options.accounting);
  const network = networkOf(arch, validateHeads(options.heads ?? {}, arch));
  const counted = options.pooler === false ? network.filter(({ part }) => part !== "pooler") : network;
  return tally(counted, options.shared === "each" ? countingEach : countingOnce);
}
