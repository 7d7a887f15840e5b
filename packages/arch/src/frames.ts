import { type ArchFrame } from "./uniform-arch.js";

/** BERT's tables and conventions, uncased. Source: Devlin et al. 2018, released models. */
export const bertFrame: ArchFrame = { vocabSize: 30_522, positions: 512, tokenTypes: 2, pooler: true, padTokenId: 0 };

/** BERT's, cased. */
export const casedFrame: ArchFrame = { ...bertFrame, vocabSize: 28_996 };

/** RoBERTa's, whose first token is at position 2. Source: Liu et al. 2019, released models. */
export const robertaFrame: ArchFrame = {
  vocabSize: 50_265, positions: 514, positionOffset: 2, tokenTypes: 1, pooler: true, padTokenId: 1, layerNormEps: 1e-5,
};

/** The released Bort's: RoBERTa's vocabulary, 512 positions, no token types, no pooler. */
export const bortFrame: ArchFrame = { vocabSize: 50_265, positions: 512, padTokenId: 1, layerNormEps: 1e-5 };
