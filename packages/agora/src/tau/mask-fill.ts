import { type Tau } from "../agora-options.js";
import { replaceShare, type ReplaceShareOptions } from "./replace-share.js";
import { type WordModel } from "./word-model.js";

/**
 * Masks words of an example all at once and fills each by a draw of its own, with another word than it was.
 *
 * @param options Defaults: a rate of 0.15, and 10 replacements to draw from.
 * @throws AgoraError `agora/bad-option`
 */
export const maskFill = (model: WordModel, { rate = 0.15, top = 10 }: Partial<ReplaceShareOptions> = {}): Tau =>
  replaceShare("mask-fill", model, { rate, top, masked: true });
