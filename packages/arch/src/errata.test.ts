import { describe, expect, it } from "vitest";
import { archOf, type ArchTuple } from "./arch-tuple.js";
import { type EncoderArch } from "./encoder-arch.js";
import { bertFrame, casedFrame, robertaFrame } from "./frames.js";
import { parameterCount, type ParameterCountOptions } from "./parameter-count.js";
import { presetNamed } from "./presets.js";
import { schubertArch } from "./schubert-arch.js";
import { superShaperArch } from "./super-shaper-arch.js";
import { betas, matrixParameters } from "./unit-costs.js";

/** A figure that a paper prints, and what it comes to. */
interface Figure {
  readonly paper: string;
  readonly place: string;
  readonly what: string;
  /** As printed, for example "56.14 M". */
  readonly printed: string;
  readonly value: number;
  /** How the value is counted, in a few words. */
  readonly counted: string;
  /** Why the printed figure is another one. Absent where it is not. */
  readonly reason?: string;
}

const units: Readonly<Record<string, number>> = { M: 1e6, "": 1, "%": 0.01, x: 1 };

/** `value` in the unit and with the decimals of `printed`. */
function written(value: number, printed: string): string {
  const [, number = "", unit = ""] = /^([\d.,]+) ?(\D?)$/.exec(printed)!;
  const decimals = (number.split(".")[1] ?? "").length;
  const spelled = (value / units[unit]!).toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return printed.includes(" ") ? `${spelled} ${unit}` : `${spelled}${unit}`;
}

const total = (arch: EncoderArch, options: ParameterCountOptions = {}): number => parameterCount(arch, options).total;
const bort = "Bort";
const bortPaper = { accounting: "bort-paper" } as const;
const schubert = "schuBERT";
const schubertPaper = { accounting: "schubert-paper" } as const;
const superShaper = "SuperShaper";
const superShaperPaper = { accounting: "supershaper-paper" } as const;
const pretraining = { heads: { mlm: {}, nextSentence: true } } as const;

const published = (tuple: ArchTuple, frame = bertFrame): EncoderArch => archOf(tuple, frame);
const swapped = "eq. 13 with H and I exchanged, so H = 768, and one H x 1024 matrix more; the released network has 75,106,304";
const withoutPooler = "exact, without pooler";

const eq13 = (tuple: ArchTuple): number => total(published(tuple, robertaFrame), bortPaper);
const embeddingOf = (hidden: number, vocabulary: number, positions: number): number => (vocabulary + positions + 3) * hidden;
const bertLarge = presetNamed("bert-large-uncased");
const robertaLarge = presetNamed("roberta-large");
const bertBase = presetNamed("bert-base-uncased");
const released = presetNamed("bort");

const bortFigures: readonly Omit<Figure, "paper">[] = [
  { place: "Table 1", what: "A1 <4, 8, 1024, 768>", printed: "56.14 M", value: eq13([4, 8, 1024, 768]), counted: "bort-paper", reason: swapped },
  { place: "Table 1", what: "A2 <4, 16, 1024, 512>", printed: "35.20 M", value: eq13([4, 16, 1024, 512]), counted: "bort-paper", reason: "eq. 13 with H and I exchanged, so H = 512, and one H x 1024 matrix more" },
  { place: "Table 1", what: "A3 <4, 8, 1024, 512>", printed: "35.20 M", value: eq13([4, 8, 1024, 512]), counted: "bort-paper", reason: "eq. 13 with H and I exchanged, so H = 512, and one H x 1024 matrix more" },
  { place: "Table 1", what: "BERT-base", printed: "110 M", value: total(bertBase, pretraining), counted: "exact, with MLM and NSP heads" },
  { place: "Table 1", what: "RoBERTa-large", printed: "355 M", value: total(robertaLarge), counted: "exact" },
  { place: "Table 2", what: "Bort", printed: "56.1 M", value: eq13([4, 8, 1024, 768]), counted: "bort-paper", reason: swapped },
  { place: "Table 2", what: "TinyBERT, 4 layers", printed: "14.5 M", value: total(presetNamed("tinybert-4"), { heads: { mlm: {} } }), counted: "exact, with MLM head" },
  { place: "Table 2", what: "BERT-of-Theseus", printed: "66 M", value: total(presetNamed("bert-of-theseus"), { pooler: false }), counted: withoutPooler },
  { place: "Table 2", what: "BERT-Mini", printed: "11.3 M", value: total(presetNamed("bert-mini"), { heads: { mlm: {} } }), counted: "exact, with MLM head, I = 1024" },
  {
    place: "Table 2", what: "BERT-Mini's I", printed: "2048", value: presetNamed("bert-mini").layers[0]!.intermediateSize, counted: "the released model",
    reason: "a misprint: with 2048 the network would have 13.3 M parameters",
  },
  { place: "Table 2", what: "BERT-Small", printed: "29.1 M", value: total(presetNamed("bert-small"), { heads: { mlm: {} } }), counted: "exact, with MLM head" },
  { place: "Table 2", what: "BERT-base", printed: "110 M", value: total(bertBase, pretraining), counted: "exact, with MLM and NSP heads" },
  {
    place: "Table 2", what: "BERT-large", printed: "340 M", value: total(bertLarge, pretraining), counted: "exact, with MLM and NSP heads",
    reason: "the rounding of Devlin et al. 2018; 335.1 M without heads",
  },
  { place: "Table 2", what: "RoBERTa-large", printed: "355 M", value: total(robertaLarge), counted: "exact" },
  { place: "section 3.4", what: "embedding of RoBERTa-large", printed: "52 M", value: parameterCount(robertaLarge, bortPaper).embedding, counted: "bort-paper" },
  { place: "section 3.4", what: "embedding of BERT-large", printed: "31.8 M", value: parameterCount(bertLarge, bortPaper).embedding, counted: "bort-paper" },
  {
    place: "section 3.4", what: "embedding of Bort", printed: "39 M", value: parameterCount(presetNamed("bort-paper"), bortPaper).embedding, counted: "bort-paper",
    reason: "(V + S + 3) x 768; Bort's H is 1024",
  },
  {
    place: "abstract, section 3.4", what: "encoder of Bort to BERT-large's", printed: "5.5%", value: parameterCount(released).encoder / parameterCount(bertLarge).encoder, counted: "exact",
    reason: "follows from the embedding of 768 columns",
  },
  {
    place: "section 3.4", what: "encoder of Bort to RoBERTa-large's", printed: "5.6%", value: parameterCount(released).encoder / parameterCount(robertaLarge).encoder, counted: "exact",
    reason: "the two large encoders are the same, so that both figures would be",
  },
  {
    place: "abstract", what: "Bort to BERT-large", printed: "16%", value: total(released) / 340e6, counted: "exact, to the printed 340 M",
    reason: "56.14 M to 340 M",
  },
  { place: "abstract", what: "speed on a CPU to BERT-base's", printed: "7.9x", value: 2.416 / 0.308, counted: "from Table 1's times", reason: "2.416 s to 0.308 s" },
  { place: "abstract", what: "GPU hours to BERT-large's", printed: "33%", value: 288 / 1153, counted: "from section 4's hours", reason: "288 hours to 1,153" },
  {
    place: "introduction", what: "GPU hours of RoBERTa-large", printed: "24,576", value: 25_764, counted: "Table 3 and section 4", reason: "the paper prints both",
  },
];

const layersOf = (depth: number): EncoderArch => published([depth, 12, 768, 3072]);
const threeHeads = schubertArch({ layers: 6, heads: 3 });
const headless = { pooler: false } as const;
const relative = betas({ ...bertBase, pooler: false });
const relativeWithHead = betas({ ...bertBase, pooler: false }, (arch) => matrixParameters(arch, { heads: { mlm: {} } }));

const schubertFigures: readonly Omit<Figure, "paper">[] = [
  { place: "Table 1", what: "3 layers, 12 heads", printed: "45 M", value: total(layersOf(3), headless), counted: withoutPooler },
  {
    place: "Table 1", what: "6 layers, 3 heads", printed: "55 M", value: total(threeHeads, headless), counted: `${withoutPooler}, heads of 64`,
    reason: "cut off, not rounded, if heads keep 64 columns; in Devlin et al. 2018 three heads share all 768, which makes 66.4 M",
  },
  { place: "Table 1", what: "6 layers, 12 heads", printed: "66 M", value: total(layersOf(6), headless), counted: withoutPooler },
  {
    place: "Table 1 and tables 6-14", what: "BERT-base", printed: "108 M", value: total(bertBase, schubertPaper), counted: "schubert-paper",
    reason: "the cased vocabulary makes 108.3 M; every other size in the tables is of the uncased one",
  },
  ...["99", "88", "77", "66", "55", "43", "33"].map((size) => (
    { place: "Table 14", what: `schuBERT ${size}M`, printed: `${size} M`, value: total(presetNamed(`schubert-${size}m`), schubertPaper), counted: "schubert-paper" }
  )),
  { place: "Table 8", what: "BERT-l, 9 layers", printed: "88 M", value: total(layersOf(9), schubertPaper), counted: "schubert-paper" },
  { place: "Table 11", what: "BERT-l, 6 layers", printed: "66 M", value: total(layersOf(6), headless), counted: withoutPooler },
  {
    place: "Table 13", what: "BERT-l, 3 layers", printed: "43 M", value: total(layersOf(3), headless), counted: withoutPooler,
    reason: "Table 1 has 45 M for the same network; set beside a schuBERT of 43 M as its equal",
  },
  { place: "section 2", what: "BERT-large", printed: "340 M", value: total(bertLarge, pretraining), counted: "exact, with MLM and NSP heads", reason: "the rounding of Devlin et al. 2018" },
  { place: "section 7", what: "4h of the 43M network", printed: "936", value: 4 * presetNamed("schubert-43m").hiddenSize, counted: "h = 304", reason: "936 is 4 x 234, of the 33M network" },
  { place: "section 7", what: "h/a of the 43M network", printed: "25.3", value: 304 / 12, counted: "h = 304" },
  { place: "section 5", what: "beta of h", printed: "0.73", value: relativeWithHead.hidden, counted: "matrices, words and MLM transform; 0.72 without it" },
  { place: "section 5", what: "beta of k", printed: "0.093", value: relative.layers[0]!.key, counted: "matrices", reason: "0.09375, cut off" },
  { place: "section 5", what: "beta of v", printed: "0.093", value: relative.layers[0]!.value, counted: "matrices", reason: "0.09375, cut off" },
  { place: "section 5", what: "beta of f", printed: "0.0078", value: relative.layers[0]!.feedForward, counted: "matrices" },
];

const shapes = (table: string, rows: readonly (readonly [printed: string, preset: string])[]): Omit<Figure, "paper">[] => rows.map(([printed, preset]) => (
  { place: table, what: preset, printed, value: total(presetNamed(preset), superShaperPaper), counted: "supershaper-paper" }
));
const cutOff = (figures: Omit<Figure, "paper">[], name: string, reason: string): Omit<Figure, "paper">[] =>
  figures.map((figure) => (figure.what === name ? { ...figure, reason } : figure));
const misprintedRandom = superShaperArch([480, 360, 360, 540, 480, 540, 360, 480, 540, 120, 360, 540]);
/** 2 d (2 d + f + d), as section 3.1 prints it. */
const printedLayer = (d: number): number => 2 * d * (2 * d + 3072 + d);
const unmergedMatrices = (d: number): number => {
  const shaped = (layers: number): number => matrixParameters(superShaperArch(new Array<number>(layers).fill(d), { merged: false }));
  return shaped(2) - shaped(1);
};

const superShaperFigures: readonly Omit<Figure, "paper">[] = [
  { place: "Table 3", what: "BERT-base", printed: "110 M", value: total(bertBase, pretraining), counted: "exact, with MLM and NSP heads" },
  { place: "Table 3", what: "SuperShaper-Base", printed: "96 M", value: total(presetNamed("supershaper-base"), superShaperPaper), counted: "supershaper-paper" },
  { place: "Table 4", what: "DistilBERT", printed: "66 M", value: total(presetNamed("distilbert-base-uncased")), counted: "exact" },
  ...["Bert-PKD", "MiniLM", "Tiny-BERT", "BERT-of-Theseus", "PD-BERT"].map((what) => (
    { place: "Table 4", what: `${what}, 6 x 768`, printed: "66 M", value: total(layersOf(6), headless), counted: withoutPooler }
  )),
  { place: "Table 4", what: "Ta-TinyBert, 6 x 768", printed: "67 M", value: total(layersOf(6)), counted: "exact" },
  ...shapes("Table 4", [["63 M", "supershaper-63m"], ["61 M", "supershaper-heuristic"]]),
  ...cutOff(shapes("Table 5", [
    ["33 M", "supershaper-33m"], ["53 M", "supershaper-53m"], ["63 M", "supershaper-63m"], ["69 M", "supershaper-69m"], ["80 M", "supershaper-80m"],
    ["90.5 M", "supershaper-90m"], ["96 M", "supershaper-96m"],
  ]), "supershaper-90m", "cut off, not rounded"),
  ...shapes("Table 6", [
    ["65 M", "supershaper-evo-1"], ["63 M", "supershaper-evo-2"], ["64 M", "supershaper-lower-triangle"], ["58 M", "supershaper-rectangle"],
    ["65 M", "supershaper-inverted-diamond"], ["64 M", "supershaper-bottle"], ["64 M", "supershaper-diamond"], ["64 M", "supershaper-upper-triangle"],
    ["64 M", "supershaper-inverted-bottle"],
  ]),
  {
    place: "Table 6", what: "Random, as printed with L6 = 540", printed: "64 M", value: total(misprintedRandom, superShaperPaper), counted: "supershaper-paper",
    reason: "L6 is 240 in the released file, which makes 64.3 M",
  },
  ...shapes("Table 6", [["64 M", "supershaper-random"]]),
  { place: "section 3.1", what: "matrices of a layer, d = 768", printed: String(printedLayer(768)), value: unmergedMatrices(768), counted: "exact, bottlenecks not merged" },
  {
    place: "section 3.1", what: "matrices of a layer, d = 120", printed: String(printedLayer(120)), value: unmergedMatrices(120), counted: "exact, bottlenecks not merged",
    reason: "the printed 2 d (2 d_attn + d_ff + d) is right at 768 alone; a layer has 2 d (2 d + d_ff + 768)",
  },
];

const figures: readonly Figure[] = [
  ...bortFigures.map((figure) => ({ paper: bort, ...figure })),
  ...schubertFigures.map((figure) => ({ paper: schubert, ...figure })),
  ...superShaperFigures.map((figure) => ({ paper: superShaper, ...figure })),
];

const isReproduced = ({ printed, value }: Figure): boolean => written(value, printed).replaceAll(",", "") === printed.replaceAll(",", "");

describe("every size that the papers print", () => {
  it.each(figures)("$paper, $place, $what: $printed is reproduced, or has a reason why it is not", (figure) => {
    expect(figure.reason === undefined).toBe(isReproduced(figure));
  });

  it("is 56.14 M and 35.20 M for Bort with H and I exchanged, and one matrix more", () => {
    const misread = (hidden: number): number => 4 * (4 * hidden ** 2 + 2 * hidden * 1024 + 9 * hidden + 1024) + hidden ** 2 + (50_265 + 514 + 6) * hidden + hidden * 1024;
    expect(misread(768)).toBe(56_139_520);
    expect(misread(512)).toBe(35_199_488);
    expect(embeddingOf(768, 50_265, 514) / 1e6).toBeCloseTo(39, 2);
  });

  it("are 68 to 70 M for SuperShaper's 63 to 65 M with bottlenecks that are not merged", () => {
    for (const name of ["supershaper-evo-1", "supershaper-evo-2", "supershaper-diamond", "supershaper-bottle"]) {
      const unmerged = { ...presetNamed(name), bottleneck: { kind: "linear", merged: false } } as const;
      expect(Math.round(total(unmerged, { heads: { mlm: { decoder: false } } }) / 1e6)).toSatisfy((millions) => millions >= 68 && millions <= 70);
    }
  });

  it("is cased where schuBERT's BERT-base is 108 M", () => {
    expect(written(total(published([12, 12, 768, 3072], casedFrame)), "108.3 M")).toBe("108.3 M");
  });
});

describe("docs/errata.md", () => {
  /** The value in full, or to four digits where it is no count. */
  const inFull = ({ printed, value }: Figure): string => {
    if (Number.isInteger(value)) return value.toLocaleString("en-US");
    return printed.endsWith("%") ? `${(100 * value).toPrecision(3)}%` : value.toPrecision(4);
  };
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
    [row(columns), row(columns.map(() => "---")), ...rows.map(row)].join("\n");
  const differing = figures.filter((figure) => !isReproduced(figure));
  const alike = figures.filter(isReproduced);

  it("lists what is not reproduced, and what is", async () => {
    const text = `# Errata of the papers

Every size of an architecture that the three papers print, beside what the network has that they describe. This page is written by
\`packages/arch/src/errata.test.ts\`; \`npx vitest run packages/arch/src/errata.test.ts -u\` writes it anew. The accountings are those of
\`parameterCount\` in \`@bort/arch\`. Sizes of networks whose dimensions the papers do not give (LayerDrop, ELM, NAS-BERT, DynaBERT, YOCO-BERT) are not checked.

## Printed figures that do not follow

${table(["paper", "place", "what", "printed", "comes to", "counted", "why"], differing.map((figure) => (
  [figure.paper, figure.place, figure.what, figure.printed, inFull(figure), figure.counted, figure.reason!]
)))}

## Printed figures that do

${table(["paper", "place", "what", "printed", "comes to", "counted"], alike.map((figure) => (
  [figure.paper, figure.place, figure.what, figure.printed, inFull(figure), figure.counted]
)))}

## Formulas

- Bort's eq. 13 is the exact count of an encoder with a pooler and three rows of token types: 768 too many for BERT-base, 2,048 for RoBERTa-large.
- Bort's eq. 12 counts 7 I^2 for GELU, where 7 I would do, and leaves out the FFN's second matrix and the products of attention.
- Bort's eq. 10 has n for the biases of a matrix of m rows and n columns, where it should be m.
- SuperShaper's released code gives the norm of the MLM head 2 x the last layer's width; the network has 2 x 768. Its sizes leave the decoder's bias out.
`;
    await expect(text).toMatchFileSnapshot("../../../docs/errata.md");
  });
});
