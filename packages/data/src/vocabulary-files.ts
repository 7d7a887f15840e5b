import { specialTokenEntry } from "./added-tokens.js";
import { byteLevelBpeDocument } from "./byte-level-bpe-document.js";
import { badTokenizer, flagAt, type JsonObject, objectAt } from "./tokenizer-fields.js";
import { configuredTokens, refuseUnsupported, type TokenizerConfig } from "./tokenizer-config.js";
import { BERT_SPECIAL_TOKEN_NAMES, SPECIAL_TOKEN_NAMES } from "./tokenizer.js";
import { wordPieceDocument } from "./word-piece-document.js";

const BERT_KIND = /^(?:Bert|DistilBert|Electra|MobileBert|SqueezeBert|ConvBert|Lxmert|RetriBert|LayoutLM|PreTrained)Tokenizer(?:Fast)?$/;
const ROBERTA_KIND = /^(?:Roberta|Longformer|Bart|PreTrained)Tokenizer(?:Fast)?$/;

/**
 * The document of a `vocab.txt`, a token a line. Where the config does not say whether texts are lowercased (`do_lower_case`), they are unless some token
 * has a capital letter: BERT's cased vocabulary was published without a config.
 */
export function documentOfVocabTxt(text: string, config: TokenizerConfig): JsonObject {
  refuseUnsupported(config, "BERT's", BERT_KIND);
  const tokens = text.split(/\r?\n/);
  if (tokens.at(-1) === "") tokens.pop();
  const ids = new Map(tokens.map((token, id) => [token, id]));
  if (ids.size < tokens.length) throw badTokenizer(`vocab.txt must have each token once, got ${tokens.length} lines with ${ids.size} tokens`);
  const names = { ...BERT_SPECIAL_TOKEN_NAMES, ...config.names };
  const special = new Set(Object.values(names));
  for (const name of special) if (!ids.has(name)) throw badTokenizer(`vocab.txt has no ${name} token`);
  const isCased = tokens.some((token) => /[A-Z]/.test(token) && !special.has(token));
  const { do_lower_case: lowercase, strip_accents: stripAccents, tokenize_chinese_chars: spaceChinese } = config.fields;
  return wordPieceDocument({
    vocabulary: Object.fromEntries(ids),
    addedTokens: configuredTokens(config, ids),
    names,
    lowercase: flagAt(lowercase, "do_lower_case", !isCased),
    stripAccents: stripAccents === undefined ? null : flagAt(stripAccents, "strip_accents", false),
    spaceChinese: flagAt(spaceChinese, "tokenize_chinese_chars", true),
  });
}

/** The document of a `vocab.json`, which maps tokens to ids, and a `merges.txt`, a merge a line after one of version. */
export function documentOfMerges(vocabulary: unknown, merges: string, config: TokenizerConfig): JsonObject {
  refuseUnsupported(config, "RoBERTa's", ROBERTA_KIND);
  const vocab = objectAt(vocabulary, "vocab.json") as Readonly<Record<string, number>>;
  const ids = new Map(Object.entries(vocab));
  const names = { ...SPECIAL_TOKEN_NAMES, ...config.names };
  const listed = configuredTokens(config, ids);
  const isListed = listed.some(({ content }) => content === names.mask);
  const mask = ids.get(names.mask);
  const [begin, end] = [ids.get(names.begin), ids.get(names.end)];
  if (mask === undefined || begin === undefined || end === undefined) {
    throw badTokenizer(`vocab.json must have the tokens ${names.begin}, ${names.end} and ${names.mask}; name others in tokenizer_config.json`);
  }
  const addPrefixSpace = flagAt(config.fields["add_prefix_space"], "add_prefix_space", false);
  return byteLevelBpeDocument({
    vocabulary: vocab,
    merges: merges.split(/\r?\n/).filter((line, i) => line !== "" && !(i === 0 && line.startsWith("#version"))),
    addedTokens: isListed ? listed : [...listed, specialTokenEntry(mask, names.mask, true)], // RoBERTa's mask takes the space before it.
    unknownToken: names.unknown,
    addPrefixSpace,
    postProcessor: {
      type: "RobertaProcessing", sep: [names.end, end], cls: [names.begin, begin], trim_offsets: true, add_prefix_space: addPrefixSpace,
    },
  });
}
