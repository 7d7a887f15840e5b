/** The parts of a `tokenizer.json` document that name token ids outside its model; it has passed `tokenizerOfDocument`. */
export interface DocumentWithIds {
  readonly added_tokens: readonly { readonly id: number }[];
  readonly post_processor?: PostProcessor | null;
  readonly padding?: { readonly pad_id?: number } | null;
}

/** A token and its id, such as `["[SEP]", 102]`. */
type NamedId = readonly [name: string, id: number];

type PostProcessor =
  | { readonly type: "BertProcessing" | "RobertaProcessing"; readonly sep: NamedId; readonly cls: NamedId }
  | { readonly type: "TemplateProcessing"; readonly special_tokens?: Readonly<Record<string, { readonly ids: readonly number[] }>> }
  | { readonly type: "Sequence"; readonly processors: readonly PostProcessor[] }
  | { readonly type: "ByteLevel" };

/** Gives an id for an id. */
type IdChange = (id: number) => number;

/** The document with every token id changed that it has outside its model: those of the added tokens, of the post-processor and of the padding. */
export function mapTokenIds<Document extends DocumentWithIds>(document: Document, change: IdChange): Document {
  const { added_tokens: added, post_processor: processor, padding } = document;
  return {
    ...document,
    added_tokens: added.map((token) => ({ ...token, id: change(token.id) })),
    ...(processor && { post_processor: mapProcessorIds(processor, change) }),
    ...(padding?.pad_id !== undefined && { padding: { ...padding, pad_id: change(padding.pad_id) } }),
  };
}

/** The token ids that a document has outside its model. */
export function mentionedTokenIds(document: DocumentWithIds): ReadonlySet<number> {
  const ids = new Set<number>();
  mapTokenIds(document, (id) => { ids.add(id); return id; });
  return ids;
}

function mapProcessorIds(processor: PostProcessor, change: IdChange): PostProcessor {
  switch (processor.type) {
    case "BertProcessing":
    case "RobertaProcessing": {
      const { sep: [end, endId], cls: [begin, beginId] } = processor;
      return { ...processor, sep: [end, change(endId)], cls: [begin, change(beginId)] };
    }
    case "TemplateProcessing": {
      const tokens = Object.entries(processor.special_tokens ?? {}).map(([name, token]) => [name, { ...token, ids: token.ids.map(change) }] as const);
      return { ...processor, special_tokens: Object.fromEntries(tokens) };
    }
    case "Sequence":
      return { ...processor, processors: processor.processors.map((each) => mapProcessorIds(each, change)) };
    case "ByteLevel":
      return processor;
  }
}
