import { ArchError } from "./arch-error.js";
import { tupleOf } from "./arch-tuple.js";
import { networkOf } from "./network.js";
import { type EncoderArch } from "./encoder-arch.js";
import { countingOnce } from "./parameter-rules.js";
import { type Receipt, receiptLeaf, receiptOver } from "./receipt.js";
import { size } from "./sizes.js";
import { Tally, tally } from "./tally.js";

/**
 * The papers' own ways to count, beside `"exact"`.
 *
 * `"bort-paper"`: Bort eq. 13 and 12, for uniform encoders. `"schubert-paper"`: embeddings, encoder and pooler, without any head, as the sizes
 * in schuBERT's tables. `"supershaper-paper"`: as SuperShaper's tables, with adjacent bottlenecks merged, the transform of the MLM head but not
 * its decoder, no pooler, and a norm of that head as wide as the last layer.
 */
export type PaperAccounting = "bort-paper" | "schubert-paper" | "supershaper-paper";

/** Every way to count, by name. */
export type Accounting = PaperAccounting | "exact";

/** Every way to count, `"exact"` first. */
export const accountings: readonly Accounting[] = ["exact", "bort-paper", "schubert-paper", "supershaper-paper"];

/** The parameters of a sound architecture as a paper counts them. Throws `arch/accounting-does-not-apply`. */
export function paperParameters(arch: EncoderArch, accounting: PaperAccounting): Tally {
  if (accounting === "bort-paper") return bortParameters(arch);
  if (accounting === "schubert-paper") return tally(networkOf(arch, {}), countingOnce);
  return superShaperParameters(arch);
}

/** D(4H^2 + 2HI + 9H + I) + H^2 + (V + S + 6)H, split as the paper splits it: (V + S + 3)H are the embeddings. Source: Bort eq. 13. */
function bortParameters(arch: EncoderArch): Tally {
  const where = uniformSizes(arch, "bort-paper");
  const { D, H, I, V, S } = where;
  return paperTally("parameters", "Bort, eq. 13", where, {
    embedding: [(V + S + 3) * H, "(V + S + 3) × H"],
    encoder: [D * (4 * H * H + 2 * H * I + 9 * H + I), "D × (4 × H × H + 2 × H × I + 9 × H + I)"],
    pooler: [H * H + 3 * H, "H × H + 3 × H"],
  });
}

/** D(4(2H - 1)H + H^2 + (2H - 1)I + 7I^2) + (2H - 1)H + 3H for each token. Source: Bort eq. 12. */
export function bortFlops(arch: EncoderArch, tokens: number): Tally {
  const where = { ...uniformSizes(arch, "bort-paper"), n: tokens };
  const { D, H, I } = where;
  return paperTally("FLOPs", "Bort, eq. 12, per token", where, {
    encoder: [
      tokens * D * (4 * (2 * H - 1) * H + H * H + (2 * H - 1) * I + 7 * I * I),
      "n × D × (4 × (2 × H - 1) × H + H × H + (2 × H - 1) × I + 7 × I × I)",
    ],
    pooler: [tokens * ((2 * H - 1) * H + 3 * H), "n × ((2 × H - 1) × H + 3 × H)"],
  });
}

/** d(4(2a + f + d)) + 2 s a for each layer and token, where a = d is the attention's width. Source: SuperShaper, section 3.1. */
export function superShaperFlops(arch: EncoderArch, sequence: number, batch: number): Tally {
  requireLinearBottlenecks(arch);
  const terms = arch.layers.map(({ width: d = arch.hiddenSize, heads, keySize, intermediateSize: f }, index) => {
    const a = heads * keySize;
    const value = batch * sequence * (d * 4 * (2 * a + f + d) + 2 * sequence * a);
    return receiptLeaf(`layer ${index + 1}`, value, "n × s × (d × 4 × (2 × a + f + d) + 2 × s × a)", { n: batch, s: sequence, d, a, f });
  });
  const encoder = receiptOver("encoder", terms, { source: "SuperShaper, section 3.1" });
  return new Tally({ embedding: 0, encoder: encoder.value, pooler: 0, heads: 0 }, "FLOPs", () => receiptOver("FLOPs", [encoder]));
}

function superShaperParameters(arch: EncoderArch): Tally {
  requireLinearBottlenecks(arch);
  const network = networkOf({ ...arch, bottleneck: { kind: "linear", merged: true }, pooler: false }, { mlm: { decoder: false } });
  const width = arch.layers.at(-1)!.width!;
  return tally(network.map((group) => (group.part !== "heads" ? group : {
    ...group,
    source: "SuperShaper's released code: the norm has the last layer's width",
    sizes: group.sizes.with(size.width, width),
    components: group.components.map((component) => (component.kind === "headNorm" ? { ...component, to: size.width } : component)),
  })), countingOnce);
}

/** A tally of formulas, one a part. */
function paperTally(
  what: string, source: string, where: Readonly<Record<string, number>>,
  formulas: Readonly<Partial<Record<"embedding" | "encoder" | "pooler", readonly [value: number, formula: string]>>>,
): Tally {
  const { embedding = [0, "0"], encoder = [0, "0"], pooler = [0, "0"] } = formulas;
  const receipt = (): Receipt => receiptOver(what, [
    receiptLeaf("embedding", ...embedding, where), receiptLeaf("encoder", ...encoder, where), receiptLeaf("pooler", ...pooler, where),
  ], { source });
  return new Tally({ embedding: embedding[0], encoder: encoder[0], pooler: pooler[0], heads: 0 }, what, receipt);
}

function uniformSizes(arch: EncoderArch, accounting: PaperAccounting): Record<"D" | "H" | "I" | "S" | "V", number> {
  const tuple = tupleOf(arch);
  if (tuple === undefined) throw doesNotApply(accounting, "a uniform BERT <D, A, H, I>", "one whose layers, embeddings or bottlenecks differ from that");
  const [D, , H, I] = tuple;
  return { D, H, I, V: arch.vocabSize, S: arch.positions };
}

function requireLinearBottlenecks({ bottleneck, sharing }: EncoderArch): void {
  if (sharing !== undefined) throw doesNotApply("supershaper-paper", "layers with parameters of their own", "shared ones");
  if (bottleneck?.kind !== "linear") {
    throw doesNotApply("supershaper-paper", "an encoder with linear bottlenecks", bottleneck === undefined ? "one without bottlenecks" : "MobileBERT's");
  }
}

function doesNotApply(accounting: PaperAccounting, needed: string, got: string): ArchError {
  return new ArchError("arch/accounting-does-not-apply", `arch: the accounting ${accounting} needs ${needed}, got ${got}; use exact`);
}
