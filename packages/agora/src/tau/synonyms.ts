import { type Tau } from "../agora-options.js";
import { replaceShare, type ReplaceShareOptions } from "./replace-share.js";
import { type WordModel } from "./word-model.js";

/**
 * Replaces words by others that the model finds likely where it sees the word itself, so that what is like it is likely. Words of several tokens stay:
 * they have no one place to look at.
 *
 * @param options Defaults: a rate of 0.1, and 10 replacements to draw from.
 * @throws AgoraError `agora/bad-option`
 */
export const synonyms = (model: WordModel, { rate = 0.1, top = 10 }: Partial<ReplaceShareOptions> = {}): Tau =>
  replaceShare("synonyms", model, { rate, top, masked: false, mayChange: model.isToken });
