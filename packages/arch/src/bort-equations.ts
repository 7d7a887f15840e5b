import { type ArchTuple } from "./arch-tuple.js";

/**
 * Bort's own parameter formula: D(4H^2 + 2HI + 9H + I) + H^2 + (V + S + 6)H.
 *
 * It is the exact count of an encoder with a pooler and three token types, so 768 too many for BERT-base, 2,048 for RoBERTa-large.
 * The 56.14 M that the paper prints for <4, 8, 1024, 768> do not follow from it; it gives 76,161,024. For exact counts use
 * `parameterCount`. Source: Bort eq. 13.
 */
export function bortParameters(
  [depth, , hidden, intermediate]: ArchTuple,
  tables: { readonly vocabSize: number; readonly positions: number },
): number {
  const layer = 4 * hidden ** 2 + 2 * hidden * intermediate + 9 * hidden + intermediate;
  return depth * layer + hidden ** 2 + (tables.vocabSize + tables.positions + 6) * hidden;
}

/**
 * Bort's own count of add-multiply operations per token: D(4(2H - 1)H + H^2 + (2H - 1)I + 7I^2) + (2H - 1)H + 3H.
 *
 * It counts 7 I^2 for GELU, leaves the FFN's output matrix and the attention matmuls out, and so ranks architectures differently from `flops`.
 * Source: Bort eq. 12.
 */
export function bortOperations([depth, , hidden, intermediate]: ArchTuple): number {
  const row = 2 * hidden - 1;
  return depth * (4 * row * hidden + hidden ** 2 + row * intermediate + 7 * intermediate ** 2) + row * hidden + 3 * hidden;
}
