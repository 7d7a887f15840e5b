import { arrayAt, badTokenizer, integerAt, type JsonObject, kindAt, objectAt, shown, textAt } from "./tokenizer-fields.js";

/** What a model reads: token ids and the type of each, both [tokens]. */
export interface ModelInput {
  readonly ids: Int32Array;
  /** 0 for the first text and 1 for the second where the tokenizer tells them apart, as BERT's does; else 0 throughout. */
  readonly tokenTypes: Int32Array;
}

/** A part of an input: a text, or special tokens. */
export interface TemplatePiece {
  readonly content: "first" | "second" | readonly number[];
  readonly tokenType: number;
}

/** How a text, or a pair of texts, becomes a model's input. */
export interface InputTemplate {
  readonly single: readonly TemplatePiece[];
  readonly pair: readonly TemplatePiece[];
}

const FIRST: TemplatePiece = { content: "first", tokenType: 0 };

/** Texts with nothing around them. */
const BARE: InputTemplate = { single: [FIRST], pair: [FIRST, { content: "second", tokenType: 1 }] };

/** Puts the ids of texts into their places. */
export function fillTemplate(template: InputTemplate, first: ArrayLike<number>, second?: ArrayLike<number>): ModelInput {
  const pieces = second === undefined ? template.single : template.pair;
  const parts = pieces.map(({ content, tokenType }) => ({ ids: content === "first" ? first : content === "second" ? second! : content, tokenType }));
  const length = parts.reduce((sum, { ids }) => sum + ids.length, 0);
  const input = { ids: new Int32Array(length), tokenTypes: new Int32Array(length) };
  let at = 0;
  for (const { ids, tokenType } of parts) {
    input.ids.set(ids, at);
    input.tokenTypes.fill(tokenType, at, at += ids.length);
  }
  return input;
}

type NamedId = readonly [name: string, id: number];

/** A `post_processor` that makes `begin A end` of one text and `begin A end B end` of a pair, B and its end of type `secondType`. */
export function templateProcessor(begin: NamedId, end: NamedId, secondType: 0 | 1): JsonObject {
  const special = ([id]: NamedId, type: number): JsonObject => ({ SpecialToken: { id, type_id: type } });
  const text = (id: "A" | "B", type: number): JsonObject => ({ Sequence: { id, type_id: type } });
  const single = [special(begin, 0), text("A", 0), special(end, 0)];
  return {
    type: "TemplateProcessing",
    single,
    pair: [...single, text("B", secondType), special(end, secondType)],
    special_tokens: Object.fromEntries([begin, end].map(([name, id]) => [name, { id: name, ids: [id], tokens: [name] }])),
  };
}

/** Reads the `post_processor` of a tokenizer.json; @throws DataError `data/bad-tokenizer` for a kind that is not known. */
export function inputTemplateAt(value: unknown, where = "post_processor"): InputTemplate {
  if (value === null || value === undefined) return BARE;
  const fields = objectAt(value, where);
  return kindAt(KINDS, fields, where)(fields, where);
}

const KINDS: Readonly<Record<string, (fields: JsonObject, where: string) => InputTemplate>> = {
  BertProcessing: bertTemplateAt,
  RobertaProcessing: robertaTemplateAt,
  TemplateProcessing: templateAt,
  ByteLevel: () => BARE, // It says how offsets into the text are trimmed, and no offsets are made here.
  Sequence: sequenceAt,
};

/** `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, B and its end of type 1. */
function bertTemplateAt(fields: JsonObject, where: string): InputTemplate {
  const [begin, end] = [namedIdAt(fields["cls"], `${where}.cls`), namedIdAt(fields["sep"], `${where}.sep`)];
  const single = [{ content: [begin], tokenType: 0 }, FIRST, { content: [end], tokenType: 0 }];
  return { single, pair: [...single, { content: "second", tokenType: 1 }, { content: [end], tokenType: 1 }] };
}

/** `<s> A </s>` and `<s> A </s></s> B </s>`, all of type 0. */
function robertaTemplateAt(fields: JsonObject, where: string): InputTemplate {
  const [begin, end] = [namedIdAt(fields["cls"], `${where}.cls`), namedIdAt(fields["sep"], `${where}.sep`)];
  const single = [{ content: [begin], tokenType: 0 }, FIRST, { content: [end], tokenType: 0 }];
  return { single, pair: [...single, { content: [end], tokenType: 0 }, { content: "second", tokenType: 0 }, { content: [end], tokenType: 0 }] };
}

/** The id of `["[SEP]", 102]`. */
function namedIdAt(value: unknown, where: string): number {
  return integerAt(arrayAt(value, where)[1], `${where}[1]`);
}

function templateAt(fields: JsonObject, where: string): InputTemplate {
  const special = objectAt(fields["special_tokens"] ?? {}, `${where}.special_tokens`);
  const piecesAt = (key: "single" | "pair"): TemplatePiece[] =>
    arrayAt(fields[key], `${where}.${key}`).map((piece, i) => templatePieceAt(piece, `${where}.${key}[${i}]`, special));
  const template = { single: piecesAt("single"), pair: piecesAt("pair") };
  if (template.single.some(({ content }) => content === "second")) throw badTokenizer(`${where}.single must have the sequence A alone, got B in it`);
  return template;
}

function templatePieceAt(value: unknown, where: string, special: JsonObject): TemplatePiece {
  const piece = objectAt(value, where);
  const [kind] = Object.keys(piece);
  if (kind !== "Sequence" && kind !== "SpecialToken") throw badTokenizer(`${where} must be a Sequence or a SpecialToken, got ${shown(value)}`);
  const fields = objectAt(piece[kind], `${where}.${kind}`);
  const id = textAt(fields["id"], `${where}.${kind}.id`);
  const tokenType = integerAt(fields["type_id"], `${where}.${kind}.type_id`);
  if (kind === "SpecialToken") {
    const token = objectAt(Object.hasOwn(special, id) ? special[id] : undefined, `the entry of special_tokens for ${shown(id)}`);
    return { content: arrayAt(token["ids"], `the ids of ${shown(id)}`).map((tokenId) => integerAt(tokenId, `the ids of ${shown(id)}`)), tokenType };
  }
  if (id !== "A" && id !== "B") throw badTokenizer(`${where}.Sequence.id must be "A" or "B", got ${shown(id)}`);
  return { content: id === "A" ? "first" : "second", tokenType };
}

/** Processors one after another, of which one at most may put tokens around the text. */
function sequenceAt(fields: JsonObject, where: string): InputTemplate {
  const steps = arrayAt(fields["processors"], `${where}.processors`).map((step, i) => inputTemplateAt(step, `${where}.processors[${i}]`));
  const templates = steps.filter((step) => step !== BARE);
  if (templates.length > 1) throw badTokenizer(`${where}.processors may have one template at most, got ${templates.length}`);
  return templates[0] ?? BARE;
}
