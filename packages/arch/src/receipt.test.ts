import { describe, expect, it } from "vitest";
import { evaluate, wrongNodes } from "./check-receipt.js";
import { type EncoderArch, maxSequence } from "./encoder-arch.js";
import { flops } from "./flops.js";
import { type Heads } from "./heads.js";
import { memoryBytes } from "./memory-bytes.js";
import { parameterCount } from "./parameter-count.js";
import { presetNamed, presets } from "./presets.js";
import { randomArch } from "./random-arch.js";
import { formatReceipt, type Receipt } from "./receipt.js";

const archs: EncoderArch[] = [...Object.values(presets).map(({ arch }) => arch), ...Array.from({ length: 300 }, (_, seed) => randomArch(seed))];

/** All heads that an architecture can carry. */
const headsOf = ({ pooler }: EncoderArch): Heads => ({ mlm: {}, classifier: { labels: 3, pooled: pooler }, nextSentence: pooler });

describe("a receipt", () => {
  const receiptsOf = {
    parameters: (arch) => parameterCount(arch, { heads: headsOf(arch) }),
    "parameters at each place of use": (arch) => parameterCount(arch, { heads: { mlm: {} }, shared: "each" }),
    "an untied decoder": (arch) => parameterCount(arch, { heads: { mlm: { tied: false } } }),
    FLOPs: (arch) => flops(arch, { sequence: Math.min(7, maxSequence(arch)), batch: 3, heads: headsOf(arch), maskedPositions: 1 }),
    "MACs with dense embeddings": (arch) => flops(arch, { sequence: 1, unit: "mac", embedding: "dense", attention: false }),
    "FLOPs of training, element by element": (arch) => flops(arch, { sequence: 1, elementwise: true, pass: "training", heads: headsOf(arch) }),
  } satisfies Record<string, (arch: EncoderArch) => { readonly total: number; readonly receipt: Receipt }>;

  it.each(Object.entries(receiptsOf))("of %s comes to its total, formula by formula", (_, count) => {
    for (const arch of archs) {
      const { total, receipt } = count(arch);
      expect(receipt.value).toBe(total);
      expect(wrongNodes(receipt)).toEqual([]);
    }
  });

  it("of memory does, too", () => {
    for (const arch of archs) {
      const { training, inference, receipt } = memoryBytes(arch, { sequence: Math.min(9, maxSequence(arch)), batch: 2, heads: headsOf(arch), maskedPositions: 1 });
      expect(receipt.terms?.map(({ value }) => value)).toEqual([inference, training]);
      expect(wrongNodes(receipt)).toEqual([]);
    }
  });

  it("survives JSON", () => {
    const { receipt } = parameterCount(presetNamed("mobilebert"));
    expect(JSON.parse(JSON.stringify(receipt))).toEqual(receipt);
  });

  it("names where each part comes from", () => {
    const sources = new Set<string>();
    const collect = ({ source, terms = [] }: Receipt): void => {
      if (source !== undefined) sources.add(source);
      terms.forEach(collect);
    };
    collect(parameterCount(presetNamed("albert-base-v2"), { heads: { mlm: {} } }).receipt);
    expect([...sources]).toEqual(["Lan et al. 2019, section 3.1", "Bort, eq. 5-7", "Bort, eq. 8", "Devlin et al. 2018, section 3.1"]);
  });
});

describe("formatReceipt", () => {
  it("prints a line a term", () => {
    expect(formatReceipt(parameterCount(presetNamed("bert-tiny")).receipt)).toMatchInlineSnapshot(`
      "parameters              4,385,920
        embedding             3,972,864  [Devlin et al. 2018, section 3.2]
          words               3,906,816  V × H  (V 30,522, H 128)
          positions              65,536  P × H  (P 512, H 128)
          token types               256  T × H  (T 2, H 128)
          norm                      256  2 × H  (H 128)
        encoder                 396,544
          layers 1-2            396,544  2 times  [Bort, eq. 5-7]
            query                16,512  w × A × k + A × k  (w 128, A 2, k 64)
            key                  16,512  w × A × k + A × k  (w 128, A 2, k 64)
            value                16,512  w × A × v + A × v  (w 128, A 2, v 64)
            attention output     16,512  A × v × w + w  (A 2, v 64, w 128)
            attention norm          256  2 × w  (w 128)
            FFN up               66,048  w × I + I  (w 128, I 512)
            FFN down             65,664  I × w + w  (I 512, w 128)
            FFN norm                256  2 × w  (w 128)
        pooler                   16,512  [Bort, eq. 8]
          pooler                 16,512  H × H + H  (H 128)"
    `);
  });

  it("stops at a depth", () => {
    expect(formatReceipt(parameterCount(presetNamed("supershaper-rectangle")).receipt, { depth: 1 })).toMatchInlineSnapshot(`
      "parameters   57,487,488
        embedding  22,665,216  [Devlin et al. 2018, section 3.2]
        encoder    34,822,272"
    `);
  });

  it("prints what is alive at once as the largest", () => {
    expect(formatReceipt(memoryBytes(presetNamed("bert-tiny"), { sequence: 8 }).receipt, { depth: 4 })).toMatchInlineSnapshot(`
      "bytes                                       70,311,936  the largest of
        inference                                 17,568,256
          weights                                 17,543,680  b × N  (b 4, N 4,385,920)
          most activations at once                    24,576  4 times
            stages                                     6,144  the largest of
              embedding                                2,048  n × s × (c × E + H)  (n 1, s 8, c 1, E 128, H 128)
              layers 1-2, attention                    4,224  n × s × (w + A × k + A × k + A × v + s × A)  (n 1, s 8, w 128, A 2, k 64, v 64)
              layers 1-2, FFN                          6,144  n × s × (w + I + w)  (n 1, s 8, w 128, I 512)
        training                                  70,311,936
          weights                                 17,543,680  b × N  (b 4, N 4,385,920)
          gradients                               17,543,680  b × N  (b 4, N 4,385,920)
          optimizer state, adamw                  35,087,360  4 × m × N  (m 2, N 4,385,920)
          activations kept for the backward pass     137,216  4 times
            elements kept                             34,304
              embedding, per token                     1,024  8 times  [Devlin et al. 2018, section 3.2]
              encoder                                 33,024
              pooler, per sequence                       256  [Bort, eq. 8]"
    `);
  });
});

describe("the formulas of the tests", () => {
  it("are read as arithmetic", () => {
    expect(evaluate("2 × (H - E) × V + 3 × A × k - V", { H: 7, E: 4, V: 5, A: 2, k: 10 })).toBe(85);
    expect(evaluate("2 × q", {})).toBeNaN();
  });

  it("are found out where they are wrong", () => {
    expect(wrongNodes({ name: "all", value: 7, terms: [{ name: "x", value: 6, formula: "2 × H", where: { H: 4 } }] })).toEqual([
      "all: its terms come to 6, not 7", "x: 2 × H is 8, not 6",
    ]);
  });
});
