import { archOf } from "../arch-tuple.js";
import { type EncoderArch } from "../encoder-arch.js";
import { bertFrame, bortFrame, casedFrame, robertaFrame } from "../frames.js";
import { type ArchFrame } from "../uniform-arch.js";
import { type Preset } from "./preset.js";

const devlin = "Devlin et al. 2018 (arXiv 1810.04805), section 3";
const turc = "Turc et al. 2019 (arXiv 1908.08962)";
const multilingualFrame: ArchFrame = { ...bertFrame, vocabSize: 119_547 };
const albertFrame: ArchFrame = { ...bertFrame, vocabSize: 30_000, activation: "geluTanh" };

/** Uniform BERTs, and those that share parameters, narrow the embedding or put bottlenecks around layers; encoders only, without heads. */
export const bertPresets = {
  "albert-base-v2": {
    arch: sharedLayers(archOf([12, 12, 768, 3072], albertFrame)),
    source: "Lan et al. 2019 (arXiv 1909.11942), Table 1; version 2 of the released models",
    aliases: ["albert/albert-base-v2"],
  },
  "bert-base-cased": { arch: archOf([12, 12, 768, 3072], casedFrame), source: devlin, aliases: ["google-bert/bert-base-cased"] },
  "bert-base-multilingual-cased": {
    arch: archOf([12, 12, 768, 3072], multilingualFrame), source: `${devlin}; released vocabulary of 119,547`, aliases: ["google-bert/bert-base-multilingual-cased"],
  },
  "bert-base-multilingual-uncased": {
    arch: archOf([12, 12, 768, 3072], { ...bertFrame, vocabSize: 105_879 }),
    source: `${devlin}; released vocabulary of 105,879`,
    aliases: ["google-bert/bert-base-multilingual-uncased"],
  },
  "bert-base-uncased": { arch: archOf([12, 12, 768, 3072], bertFrame), source: devlin, aliases: ["google-bert/bert-base-uncased"] },
  "bert-large-cased": { arch: archOf([24, 16, 1024, 4096], casedFrame), source: devlin, aliases: ["google-bert/bert-large-cased"] },
  "bert-large-uncased": { arch: archOf([24, 16, 1024, 4096], bertFrame), source: devlin, aliases: ["google-bert/bert-large-uncased"] },
  "bert-medium": { arch: archOf([8, 8, 512, 2048], bertFrame), source: turc, aliases: ["google/bert_uncased_L-8_H-512_A-8"] },
  "bert-mini": {
    arch: archOf([4, 4, 256, 1024], bertFrame), source: `${turc}; Bort's Table 2 misprints I as 2048`, aliases: ["google/bert_uncased_L-4_H-256_A-4"],
  },
  "bert-of-theseus": {
    arch: archOf([6, 12, 768, 3072], bertFrame), source: "Xu et al. 2020 (arXiv 2002.02925): 6 layers of BERT-base", aliases: ["canwenxu/BERT-of-Theseus-MNLI"],
  },
  "bert-small": { arch: archOf([4, 8, 512, 2048], bertFrame), source: turc, aliases: ["google/bert_uncased_L-4_H-512_A-8"] },
  "bert-tiny": { arch: archOf([2, 2, 128, 512], bertFrame), source: turc, aliases: ["google/bert_uncased_L-2_H-128_A-2"] },
  "bort": {
    arch: archOf([4, 8, 1024, 768], bortFrame),
    source: "de Wynter and Perry 2020 (arXiv 2010.10499), as released: 512 positions, no token types, no pooler",
  },
  "bort-paper": {
    arch: archOf([4, 8, 1024, 768], robertaFrame),
    source: "de Wynter and Perry 2020 (arXiv 2010.10499), Table 1 and section 3.4: RoBERTa's tables, S = 514",
    printed: { millions: 56.14, accounting: "bort-paper" },
  },
  "distilbert-base-uncased": {
    arch: archOf([6, 12, 768, 3072], { ...bertFrame, tokenTypes: 0, pooler: false }),
    source: "Sanh et al. 2019 (arXiv 1910.01108)",
    aliases: ["distilbert/distilbert-base-uncased"],
  },
  "electra-small": {
    arch: { ...archOf([12, 4, 256, 1024], { ...bertFrame, pooler: false }), embedding: { kind: "projected", size: 128 } },
    source: "Clark et al. 2020 (arXiv 2003.10555), the discriminator",
    aliases: ["google/electra-small-discriminator"],
  },
  "minilm-l6-h384": {
    arch: archOf([6, 12, 384, 1536], bertFrame), source: "Wang et al. 2020 (arXiv 2002.10957); 6 of the 12 layers, as released", aliases: ["minilm-l6", "nreimers/MiniLM-L6-H384-uncased"],
  },
  "minilm-l6-h768": { arch: archOf([6, 12, 768, 3072], bertFrame), source: "Wang et al. 2020 (arXiv 2002.10957), the 66 M student" },
  "mobilebert": {
    arch: mobileBert(),
    source: "Sun et al. 2020 (arXiv 2004.02984), Table 1; as released, without a pooler's dense layer",
    aliases: ["google/mobilebert-uncased"],
  },
  "roberta-base": {
    arch: archOf([12, 12, 768, 3072], robertaFrame), source: "Liu et al. 2019 (arXiv 1907.11692); the released table has 514 positions", aliases: ["FacebookAI/roberta-base"],
  },
  "roberta-large": {
    arch: archOf([24, 16, 1024, 4096], robertaFrame), source: "Liu et al. 2019 (arXiv 1907.11692); the released table has 514 positions", aliases: ["FacebookAI/roberta-large"],
  },
  "tinybert-4": {
    arch: archOf([4, 12, 312, 1200], bertFrame), source: "Jiao et al. 2019 (arXiv 1909.10351)", aliases: ["huawei-noah/TinyBERT_General_4L_312D"],
  },
  "tinybert-6": {
    arch: archOf([6, 12, 768, 3072], bertFrame), source: "Jiao et al. 2019 (arXiv 1909.10351)", aliases: ["huawei-noah/TinyBERT_General_6L_768D"],
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** ALBERT: one layer's parameters for all, and tables of 128 columns. */
function sharedLayers(arch: EncoderArch): EncoderArch {
  return { ...arch, embedding: { kind: "projected", size: 128 }, sharing: arch.layers.map(() => 0) };
}

function mobileBert(): EncoderArch {
  const frame = archOf([24, 4, 512, 512], { ...bertFrame, pooler: false, activation: "relu" });
  return {
    ...frame,
    embedding: { kind: "wordProjected", size: 128, window: 3 },
    layers: frame.layers.map(() => ({ heads: 4, keySize: 32, valueSize: 32, intermediateSize: 512, width: 128, feedForwards: 4 })),
    bottleneck: { kind: "mobilebert", attentionInput: "shared" },
    normalization: "noNorm",
  };
}
