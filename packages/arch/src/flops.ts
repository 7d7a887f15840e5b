import { bortFlops, superShaperFlops } from "./accounting.js";
import { ArchError } from "./arch-error.js";
import { type ComponentKind } from "./components.js";
import { type EncoderArch, maxSequence, validateArch } from "./encoder-arch.js";
import { type Heads, validateHeads } from "./heads.js";
import { type Copies, networkOf } from "./network.js";
import { receiptOver } from "./receipt.js";
import { requireSize } from "./require-size.js";
import { type CountingRule, perCopy, Tally, tally, term } from "./tally.js";

interface CommonFlopsOptions {
  /** Tokens per sequence, padding included. */
  readonly sequence: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
}

/** How operations are counted: exactly, with conventions to choose, or as a paper does, which leaves no choice. */
export type FlopsOptions = CommonFlopsOptions & (
  | {
    readonly accounting?: "exact";
    /** `"flop"`: a multiplication and an addition are two. `"mac"`: they are one. Default `"flop"`. */
    readonly unit?: "flop" | "mac";
    /** Backward counts 2 x forward: a product for the inputs' gradient and one for the weights'. Default `"forward"`. */
    readonly pass?: "backward" | "forward" | "training";
    /** Whether to count the two attention products, which some calculators leave out. Default true. */
    readonly attention?: boolean;
    /** `"lookup"`: reading tables costs nothing; `"dense"`: they are multiplied by one-hot vectors. Default `"lookup"`. */
    readonly embedding?: "dense" | "lookup";
    /**
     * Whether to count what is done to each element, too: 1 for a bias, a residual or an added row, 5 for LayerNorm (2 for noNorm), 8 for
     * GELU and tanh (1 for ReLU), 6 for scaling and softmax (Clark et al. 2020, released code). Default false; in flops only.
     */
    readonly elementwise?: boolean;
    /** Whether to count the pooler of an architecture that has one. Default true. */
    readonly pooler?: boolean;
    /** Default: none. */
    readonly heads?: Heads;
    /** Positions of each sequence that the MLM head decodes, 0 to `sequence`. Default `sequence`: all of them. */
    readonly maskedPositions?: number;
  }
  | { readonly accounting: "bort-paper" | "supershaper-paper" }
);

/** Floating-point operations, or multiply-accumulates. */
export type FlopCount = Tally;

const passes = { forward: 1, backward: 2, training: 3 } as const;

/**
 * Counts the floating-point operations of a pass: 2 x the multiply-accumulates of every linear layer and of the two attention products, and by
 * option more.
 *
 * Throws `arch/bad-size`, `arch/sequence-too-long` where `arch` has too few positions, `arch/bad-option` for element-wise MACs,
 * `arch/accounting-does-not-apply`, what `validateArch` and `validateHeads` throw, and `arch/too-large` beyond 2^53.
 */
export function flops(arch: EncoderArch, options: FlopsOptions): FlopCount {
  validateArch(arch);
  const sequence = requireSequence(options.sequence, arch);
  const batch = requireSize(options.batch ?? 1, "batch");
  if (options.accounting !== undefined && options.accounting !== "exact") {
    return options.accounting === "bort-paper" ? bortFlops(arch, batch * sequence) : superShaperFlops(arch, sequence, batch);
  }
  const maskedPositions = requireMaskedPositions(options.maskedPositions, sequence);
  if (options.unit === "mac" && options.elementwise === true) {
    throw new ArchError("arch/bad-option", "arch: element-wise operations are no multiply-accumulates, got unit mac with elementwise; use unit flop");
  }
  const network = networkOf(arch, validateHeads(options.heads ?? {}, arch), sequence);
  const counted = options.pooler === false ? network.filter(({ part }) => part !== "pooler") : network;
  const copies = { token: batch * sequence, sequence: batch, maskedPosition: batch * maskedPositions };
  return repeated(tally(counted, ruleFor(arch, options, copies)), options.pass ?? "forward");
}

/** Returns `sequence` if `arch` has positions for it. Throws `arch/bad-size` and `arch/sequence-too-long`. */
export function requireSequence(sequence: number, arch: EncoderArch): number {
  requireSize(sequence, "sequence");
  const longest = maxSequence(arch);
  if (sequence <= longest) return sequence;
  throw new ArchError("arch/sequence-too-long",
    `arch: sequence must be at most ${longest}, the positions of this architecture, got ${sequence}; shorten it or add positions`);
}

/** Returns the positions that an MLM head decodes, by default all. Throws `arch/bad-size`. */
export function requireMaskedPositions(maskedPositions: number | undefined, sequence: number): number {
  return requireSize(maskedPositions ?? sequence, "maskedPositions", 0, sequence);
}

type Conventions = Pick<Extract<FlopsOptions, { accounting?: "exact" }>, "attention" | "elementwise" | "embedding" | "unit">;

function ruleFor(arch: EncoderArch, { unit = "flop", attention = true, embedding = "lookup", elementwise = false }: Conventions, copies: Copies): CountingRule {
  const perMac = unit === "mac" ? 1 : 2;
  const multiplied = new Set<ComponentKind>(["linear", "matrix", "tied"]);
  if (attention) multiplied.add("product");
  if (embedding === "dense") multiplied.add("table").add("addedTable");
  const perElement = elementwise ? elementwiseCosts(arch) : {};
  return {
    what: unit === "mac" ? "MACs" : "FLOPs",
    copies: ({ runs, per }) => runs * copies[per],
    per: perCopy,
    termOf: ({ kind }) => {
      const elements = perElement[kind] ?? 0;
      const scores = kind === "softmax" ? elements : 0;
      return term({ products: (multiplied.has(kind) ? perMac : 0) + scores, outputs: elements - scores });
    },
  };
}

/** Operations per element of each kind of component. Source: Clark et al. 2020, released code. */
function elementwiseCosts({ activation, normalization = "layerNorm" }: EncoderArch): Partial<Record<ComponentKind, number>> {
  return {
    linear: 1, bias: 1, addedTable: 1, residual: 1, norm: normalization === "layerNorm" ? 5 : 2, headNorm: 5, activation: activation === "relu" ? 1 : 8, tanh: 8, softmax: 6,
  };
}

/** The same count for a backward pass, or for both. */
function repeated(forward: Tally, pass: keyof typeof passes): Tally {
  const times = passes[pass];
  if (times === 1) return forward;
  const { embedding, encoder, pooler, heads } = forward;
  const parts = { embedding: times * embedding, encoder: times * encoder, pooler: times * pooler, heads: times * heads };
  return new Tally(parts, "FLOPs", () => receiptOver(`${forward.receipt.name}, ${pass}`, [forward.receipt], { times }));
}
