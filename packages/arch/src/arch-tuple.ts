import { ArchError, shown } from "./arch-error.js";
import { type EncoderArch, sameLayer } from "./encoder-arch.js";
import { type ArchFrame, uniformArch } from "./uniform-arch.js";
import { type LegalSize, type MultipleOf } from "./legal-size.js";
import { requireSize } from "./require-size.js";

/** Bort's <D, A, H, I>: the four numbers that tell one uniform BERT from another. Source: Bort, section 3.1. */
export type ArchTuple = readonly [depth: number, heads: number, hidden: number, intermediate: number];

/** The architecture of a tuple inside a frame; the compiler refuses and it throws what `uniformArch` refuses and throws. */
export function archOf<D extends number, A extends number, H extends number, I extends number>(
  tuple: readonly [depth: LegalSize<D>, heads: LegalSize<A>, hidden: MultipleOf<A, H>, intermediate: LegalSize<I>], frame: ArchFrame,
): EncoderArch;
export function archOf([depth, heads, hidden, intermediate]: ArchTuple, frame: ArchFrame): EncoderArch {
  return uniformArch({ ...frame, depth, heads, hidden, intermediate });
}

/**
 * The tuple of an architecture, or `undefined` where <D, A, H, I> does not tell it: layers that differ, stacked FFNs, heads that do not split the
 * hidden size evenly, bottlenecks, a narrow embedding, shared parameters.
 */
export function tupleOf(arch: EncoderArch): ArchTuple | undefined {
  const first = arch.layers[0];
  if (first === undefined || arch.embedding !== undefined || arch.bottleneck !== undefined || arch.sharing !== undefined) return undefined;
  const { heads, keySize, valueSize, intermediateSize, feedForwards = 1 } = first;
  const plain = feedForwards === 1 && keySize * heads === arch.hiddenSize && valueSize * heads === arch.hiddenSize;
  return plain && arch.layers.every((layer) => sameLayer(layer, first)) ? [arch.layers.length, heads, arch.hiddenSize, intermediateSize] : undefined;
}

/**
 * Reads `"4,8,1024,768"`: depth, heads, hidden, intermediate; spaces around the numbers do not matter.
 *
 * Throws `arch/bad-tuple` where there are not four decimal numbers, `arch/bad-size` where one is out of range.
 * Divisibility is left to `uniformArch`.
 */
export function parseTuple(text: string): ArchTuple {
  const match = /^\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*$/.exec(text);
  if (match === null) {
    throw new ArchError("arch/bad-tuple",
      `arch: an architecture must be four whole numbers depth,heads,hidden,intermediate, got ${shown(text)}; write it like 4,8,1024,768`);
  }
  const size = (group: number, what: string): number => requireSize(Number(match[group]), what);
  return [size(1, "depth"), size(2, "heads"), size(3, "hidden"), size(4, "intermediate")];
}

/** Writes a tuple as {@link parseTuple} reads it: `"4,8,1024,768"`. */
export function formatTuple(tuple: ArchTuple): string {
  return tuple.join(",");
}
