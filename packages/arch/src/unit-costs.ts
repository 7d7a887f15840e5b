import { networkOf } from "./network.js";
import { type EncoderArch, ownerOf, validateArch } from "./encoder-arch.js";
import { type Heads, validateHeads } from "./heads.js";
import { parameterCount } from "./parameter-count.js";
import { countingMatrices } from "./parameter-rules.js";
import { tally } from "./tally.js";

/** What one unit of each kind costs in one layer. */
export interface LayerUnitCosts {
  /** One attention head, with its queries, keys and values. */
  readonly head: number;
  /** One column of every head's queries and keys. */
  readonly key: number;
  /** One column of every head's values. */
  readonly value: number;
  /** One inner unit of the FFN, of every FFN where they are stacked. */
  readonly feedForward: number;
}

/** What a quantity falls by when one unit of an architecture is taken away. */
export interface UnitCosts {
  /** One unit of the residual stream: in every layer, and in tables and heads. */
  readonly hidden: number;
  readonly layers: readonly LayerUnitCosts[];
}

/** A quantity of an architecture that units cost: parameters, FLOPs, a predicted latency. */
export type ArchMeasure = (arch: EncoderArch) => number;

/**
 * What one hidden unit, and in each layer one head, key, value and FFN unit costs of `measure`: how much it falls when the unit is removed.
 *
 * The default measure is the exact parameter count, without heads. Units are taken away one at a time; where no unit of a size can go (1 is
 * left, or a residual stream as wide as the words in it) the cost is how much one more would add; layers that share parameters lose the unit
 * together. Throws what `measure` throws. Source: the beta of schuBERT, eq. 2.
 */
export function unitCosts(arch: EncoderArch, measure: ArchMeasure = (changed) => parameterCount(changed).total): UnitCosts {
  validateArch(arch);
  const cost = (size: number, withSize: (size: number) => EncoderArch, least = 1): number =>
    size > least ? measure(arch) - measure(withSize(size - 1)) : measure(withSize(size + 1)) - measure(arch);
  const leastHidden = arch.embedding?.kind === "wordProjected" ? arch.embedding.size : 1;
  return {
    hidden: cost(arch.hiddenSize, (hiddenSize) => ({ ...arch, hiddenSize }), leastHidden),
    layers: arch.layers.map((layer, index) => {
      const of = (name: "heads" | "intermediateSize" | "keySize" | "valueSize"): number =>
        cost(layer[name], (size) => ({ ...arch, layers: arch.layers.map((other, i) => (ownerOf(arch, i) === ownerOf(arch, index) ? { ...other, [name]: size } : other)) }));
      return { head: of("heads"), key: of("keySize"), value: of("valueSize"), feedForward: of("intermediateSize") };
    }),
  };
}

/**
 * The elements of the weight matrices and of the word table, without biases, norms, positions, token types and pooler.
 *
 * It is the measure that reproduces schuBERT's betas: with no head a hidden unit of BERT-base costs 0.7177 heads, with the MLM head 0.7256.
 */
export function matrixParameters(arch: EncoderArch, options: { readonly heads?: Heads } = {}): number {
  validateArch(arch);
  const network = networkOf(arch, validateHeads(options.heads ?? {}, arch));
  return tally(network.filter(({ part }) => part !== "pooler"), countingMatrices).total;
}

/** Unit costs relative to the dearest head, the beta of schuBERT, eq. 2; `measure` is by default {@link matrixParameters}, without heads. */
export function betas(arch: EncoderArch, measure: ArchMeasure = (changed) => matrixParameters(changed)): UnitCosts {
  const { hidden, layers } = unitCosts(arch, measure);
  const dearest = Math.max(...layers.map(({ head }) => head));
  return {
    hidden: hidden / dearest,
    layers: layers.map(({ head, key, value, feedForward }) => (
      { head: head / dearest, key: key / dearest, value: value / dearest, feedForward: feedForward / dearest }
    )),
  };
}

/** The betas as schuBERT prints them, for BERT-base. Source: schuBERT, section 5. */
export const schubertBetas: LayerUnitCosts & Pick<UnitCosts, "hidden"> = { hidden: 0.73, head: 1, key: 0.093, value: 0.093, feedForward: 0.0078 };
