import { lowercase } from "./lowercase.js";

/** What BERT does to a text before it is cut into words. */
export interface BertNormalizerOptions {
  /** Removes control characters and makes every white space a space. Default true. */
  readonly cleansText?: boolean;
  /** Puts spaces around Chinese characters, so that each is a word. Default true. */
  readonly spacesChinese?: boolean;
  /** Default true. */
  readonly lowercases?: boolean;
  /** Takes accents off their letters. Default: whether it lowercases. */
  readonly stripsAccents?: boolean;
}

/** Control, format and private characters but not tab and line ends; U+0000 and U+FFFD. */
const REMOVED = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu;
const WHITE_SPACE = /\p{White_Space}/gu;
const ACCENT = /\p{Mn}/gu;

/** The CJK ideographs and their compatibility forms; U+2B820 to U+2B91F are not among them, as in the original. */
const CHINESE =
  /[\u{3400}-\u{4dbf}\u{4e00}-\u{9fff}\u{f900}-\u{faff}\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

/** Text that has nothing to remove, to space or to strip. */
const PLAIN = /^[ -~]*$/;

/** The normalizer of BERT's tokenizers (Devlin et al. 2018; Hugging Face's `BertNormalizer`). */
export function bertNormalizer(options: BertNormalizerOptions = {}): (text: string) => string {
  const { cleansText = true, spacesChinese = true, lowercases = true, stripsAccents = lowercases } = options;
  return (text) => {
    let normalized = text;
    if (!PLAIN.test(text)) {
      if (cleansText) normalized = normalized.replace(REMOVED, "").replace(WHITE_SPACE, " ");
      if (spacesChinese) normalized = normalized.replace(CHINESE, " $& ");
      if (stripsAccents) normalized = normalized.normalize("NFD").replace(ACCENT, "");
    }
    return lowercases ? lowercase(normalized) : normalized;
  };
}
