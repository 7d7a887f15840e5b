import { type ArchTuple, type EncoderArch, flops, formatTuple, type LayerArch, parameterCount } from "@bort/arch";
import { type CertifiedRun } from "./certified-run.js";
import { type Condition } from "./condition.js";
import { type TrainingFacts } from "./training-facts.js";

/**
 * The weak AB^nC property: layers come in pairs, and what lies before and after them, the embedding and the pooler, is bounded by any pair.
 *
 * The theorem's bounds are asymptotic. What is checked of them is the inequality for the networks at hand, by exact counts without heads.
 * Source: Bort, lemma 3 and remark 1.
 */
export function weakConditions({ space, trials, training }: Pick<CertifiedRun, "space" | "training" | "trials">): Condition[] {
  return [depthCondition(space.map(([depth]) => depth)), ...dominanceConditions(distinct(trials.map(({ arch }) => arch)), training)];
}

/** One of each; the order stays. */
export function distinct(archs: readonly ArchTuple[]): ArchTuple[] {
  return [...new Map(archs.map((arch) => [formatTuple(arch), arch])).values()];
}

/** Layers come in pairs. Source: Bort, lemma 3 and remark 1. */
export function depthCondition(given: readonly number[]): Condition {
  const depths = [...new Set(given)].sort((a, b) => a - b);
  const even = depths.every((depth) => depth % 2 === 0);
  const stepsOfTwo = depths.every((depth, index) => index === 0 || depth - depths[index - 1]! === 2);
  return {
    name: "depths in pairs of layers",
    status: even || stepsOfTwo ? "holds" : "violated",
    note: `the depths must all be even or follow in steps of 2, and are ${depths.join(", ")}`,
  };
}

function dominanceConditions(candidates: readonly ArchTuple[], training: TrainingFacts | undefined): Condition[] {
  if (training === undefined) {
    return dominanceUnits.map((unit) => ({ name: dominanceName(unit), status: "unchecked", note: "the objectives do not say which networks the candidates stand for" }));
  }
  const encoders = candidates.map(training.encoderOf);
  const sequence = training.sequenceLength;
  return [
    dominanceCondition("parameters", encoders, (arch) => parameterCount(arch)),
    dominanceCondition("FLOPs", encoders, (arch) => flops(arch, { sequence, elementwise: true })),
  ];
}

const dominanceUnits = ["parameters", "FLOPs"] as const;
type DominanceUnit = (typeof dominanceUnits)[number];
const dominanceName = (unit: DominanceUnit): string => `layers dominate in ${unit}`;

/** What a network's parts count for. */
type PartCount = (arch: EncoderArch) => { readonly embedding: number; readonly encoder: number; readonly pooler: number };

function dominanceCondition(unit: DominanceUnit, candidates: readonly EncoderArch[], count: PartCount): Condition {
  const compared = candidates.map((arch) => {
    const { embedding, encoder, pooler } = count(arch);
    const ends = Math.max(embedding, pooler);
    return { belowAnyPair: ends <= smallestPair(arch, count), belowAllLayers: ends <= encoder };
  });
  const byPair = compared.filter(({ belowAnyPair }) => belowAnyPair).length;
  const byEncoder = compared.filter(({ belowAllLayers }) => belowAllLayers).length;
  return {
    name: dominanceName(unit),
    status: byPair === candidates.length ? "holds" : "violated",
    note: `embedding and pooler have no more ${unit} than any pair of layers in ${byPair} of ${candidates.length} candidates, than all layers together in ${byEncoder}`
      + (unit === "FLOPs" ? "; reading a table counts as nothing" : ""),
  };
}

/** The least that two neighbouring layers count for; of a single layer, what it does. */
function smallestPair(arch: EncoderArch, count: PartCount): number {
  const known = new Map<LayerArch, number>();
  const countOf = (layer: LayerArch): number => {
    let alone = known.get(layer);
    if (alone === undefined) known.set(layer, alone = count({ ...arch, layers: [layer], ...(arch.sharing && { sharing: [0] }) }).encoder);
    return alone;
  };
  const counts = arch.layers.map(countOf);
  return counts.length === 1 ? counts[0]! : Math.min(...counts.slice(1).map((next, i) => counts[i]! + next));
}
