import { ArchError, shown } from "./arch-error.js";
import { type ArchFrame, archOf, type ArchTuple } from "./arch-tuple.js";
import { type EncoderArch } from "./encoder-arch.js";

export type PresetName =
  | "bert-base-uncased"
  | "bert-large-uncased"
  | "bert-mini"
  | "bert-small"
  | "bert-tiny"
  | "bort"
  | "distilbert-base-uncased"
  | "roberta-base"
  | "roberta-large"
  | "tinybert-4";

/** A published architecture, and where its dimensions come from. */
export interface Preset {
  readonly arch: EncoderArch;
  readonly source: string;
}

const bertFrame: ArchFrame = { vocabSize: 30_522, positions: 512, tokenTypes: 2, pooler: true, padTokenId: 0 };
const robertaFrame: ArchFrame = {
  vocabSize: 50_265, positions: 514, positionOffset: 2, tokenTypes: 1, pooler: true, padTokenId: 1, layerNormEps: 1e-5,
};
const bortFrame: ArchFrame = { vocabSize: 50_265, positions: 512, padTokenId: 1, layerNormEps: 1e-5 };

/** Published architectures by name; encoders only, as their plain (headless) checkpoints have them. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  "bert-base-uncased": preset([12, 12, 768, 3072], bertFrame, "Devlin et al. 2018 (arXiv 1810.04805), section 3"),
  "bert-large-uncased": preset([24, 16, 1024, 4096], bertFrame, "Devlin et al. 2018 (arXiv 1810.04805), section 3"),
  "bert-mini": preset([4, 4, 256, 1024], bertFrame, "Turc et al. 2019 (arXiv 1908.08962); Bort's Table 2 misprints I as 2048"),
  "bert-small": preset([4, 8, 512, 2048], bertFrame, "Turc et al. 2019 (arXiv 1908.08962)"),
  "bert-tiny": preset([2, 2, 128, 512], bertFrame, "Turc et al. 2019 (arXiv 1908.08962)"),
  "bort": preset([4, 8, 1024, 768], bortFrame,
    "de Wynter and Perry 2020 (arXiv 2010.10499), as released: 512 positions, no token types, no pooler"),
  "distilbert-base-uncased": preset([6, 12, 768, 3072], { ...bertFrame, tokenTypes: 0, pooler: false },
    "Sanh et al. 2019 (arXiv 1910.01108)"),
  "roberta-base": preset([12, 12, 768, 3072], robertaFrame, "Liu et al. 2019 (arXiv 1907.11692); the released table has 514 positions"),
  "roberta-large": preset([24, 16, 1024, 4096], robertaFrame, "Liu et al. 2019 (arXiv 1907.11692); the released table has 514 positions"),
  "tinybert-4": preset([4, 12, 312, 1200], bertFrame, "Jiao et al. 2019 (arXiv 1909.10351)"),
};

/**
 * The published architecture of that name.
 *
 * Throws `arch/unknown-preset`, whose message lists the names that are near, nearest first, or all of them.
 */
export function presetNamed(name: string): EncoderArch {
  if (Object.hasOwn(presets, name)) return presets[name as PresetName].arch;
  const names = Object.keys(presets);
  const distance = (known: string): number => editDistance(known, name.toLowerCase());
  const near = names.filter((known) => known.startsWith(name) || distance(known) <= 3).sort((a, b) => distance(a) - distance(b));
  throw new ArchError("arch/unknown-preset", `arch: no preset is named ${shown(name)}; use ${(near.length > 0 ? near : names).join(", ")}`);
}

function preset(tuple: ArchTuple, frame: ArchFrame, source: string): Preset {
  return { arch: archOf(tuple, frame), source };
}

/** The least number of inserted, deleted and replaced characters that turn one text into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let r = 1; r <= from.length; r++) {
    const next = [r];
    for (let c = 1; c <= to.length; c++) {
      const replaced = row[c - 1]! + (from[r - 1] === to[c - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[c]! + 1, next[c - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
