import { expect, it } from "vitest";
import { type DocumentWithIds, mapTokenIds, mentionedTokenIds } from "./map-token-ids.js";

/** A document that names the ids from `first` on. */
const documentFrom = (first: number) => ({
  truncation: { max_length: 3 },
  padding: { pad_type_id: 1, pad_id: first },
  added_tokens: [{ id: first + 1, content: "<x>" }],
  post_processor: {
    type: "Sequence" as const,
    processors: [
      { type: "ByteLevel" as const, trim_offsets: true },
      { type: "BertProcessing" as const, sep: ["[SEP]", first + 2] as const, cls: ["[CLS]", first + 3] as const },
      { type: "RobertaProcessing" as const, sep: ["</s>", first + 4] as const, cls: ["<s>", first + 5] as const, trim_offsets: true },
      {
        type: "TemplateProcessing" as const,
        single: [{ SpecialToken: { id: "two", type_id: 0 } }],
        special_tokens: { two: { id: "two", ids: [first + 6, first + 7], tokens: ["t", "wo"] }, unused: { id: "unused", ids: [first + 8], tokens: ["unused"] } },
      },
    ],
  },
  model: { vocab: { a: 1 } },
});

it("changes the ids of padding, added tokens and the post-processor, and nothing else", () => {
  expect(mapTokenIds(documentFrom(10), (id) => id + 90)).toEqual(documentFrom(100));
  expect(Object.keys(mapTokenIds(documentFrom(10), (id) => id))).toEqual(Object.keys(documentFrom(10)));
});

it("lists the ids that a document names", () => {
  expect([...mentionedTokenIds(documentFrom(10))].sort((a, b) => a - b)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18]);
});

it.each<Omit<DocumentWithIds, "added_tokens">>([
  {}, { post_processor: null, padding: null }, { padding: {} }, { post_processor: { type: "ByteLevel" } },
  { post_processor: { type: "TemplateProcessing", special_tokens: {} } },
])("leaves %j as it is", (fields) => {
  const document = { added_tokens: [], ...fields };
  expect(mapTokenIds(document, () => 9)).toEqual(document);
  expect(mentionedTokenIds(document).size).toBe(0);
});
