import { type ArchFrame, archOf, type ArchTuple, flops, type FlopsOptions, parameterCount, type ParameterCountOptions } from "@bort/arch";

/** A number that grows with a network, computed from its <D, A, H, I> alone. */
export type TupleMeasure = (arch: ArchTuple) => number;

/**
 * The parameters of a tuple inside `frame`, by default exact: p^ of a search, and the order in which its space is walked.
 *
 * It also answers for tuples whose heads do not divide the hidden size: the count does not depend on the number of heads (Bort, lemma 2).
 */
export function analyticParameters(frame: ArchFrame, options: ParameterCountOptions = {}): TupleMeasure {
  return (arch) => parameterCount(archOf(withOneHead(arch), frame), options).total;
}

/**
 * The FLOPs of a tuple's forward pass inside `frame`, by default exact (2 x MACs): another order for the space, or an i^ that depends on no machine.
 *
 * It answers for every tuple, as {@link analyticParameters} does. As i^, it stands in `latencyMs` of candidates and maximum point alike.
 */
export function analyticFlops(frame: ArchFrame, options: FlopsOptions): TupleMeasure {
  return (arch) => flops(archOf(withOneHead(arch), frame), options).total;
}

function withOneHead([depth, , hidden, intermediate]: ArchTuple): ArchTuple {
  return [depth, 1, hidden, intermediate];
}
