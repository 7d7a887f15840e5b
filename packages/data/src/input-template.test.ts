import { describe, expect, it } from "vitest";
import { fillTemplate, inputTemplateAt, templateProcessor } from "./input-template.js";

/** The ids and types of the pair ([7, 8], [9]), and the ids of [7, 8] alone. */
function filled(fields: unknown): { ids: number[]; types: number[]; single: number[] } {
  const template = inputTemplateAt(fields);
  const { ids, tokenTypes } = fillTemplate(template, [7, 8], [9]);
  return { ids: [...ids], types: [...tokenTypes], single: [...fillTemplate(template, [7, 8]).ids] };
}

const roberta = { type: "RobertaProcessing", sep: ["</s>", 2], cls: ["<s>", 0], trim_offsets: true, add_prefix_space: false };
const bert = { type: "BertProcessing", sep: ["[SEP]", 2], cls: ["[CLS]", 1] };

describe("inputTemplateAt", () => {
  it.each<[string, unknown, number[], number[], number[]]>([
    ["BERT's", bert, [1, 7, 8, 2, 9, 2], [0, 0, 0, 0, 1, 1], [1, 7, 8, 2]],
    ["RoBERTa's", roberta, [0, 7, 8, 2, 2, 9, 2], [0, 0, 0, 0, 0, 0, 0], [0, 7, 8, 2]],
    ["BERT's as a template", templateProcessor(["[CLS]", 1], ["[SEP]", 2], 1), [1, 7, 8, 2, 9, 2], [0, 0, 0, 0, 1, 1], [1, 7, 8, 2]],
    ["Bort's", templateProcessor(["<s>", 0], ["</s>", 2], 0), [0, 7, 8, 2, 9, 2], [0, 0, 0, 0, 0, 0], [0, 7, 8, 2]],
    ["none", null, [7, 8, 9], [0, 0, 1], [7, 8]],
    ["GPT-2's", { type: "ByteLevel", trim_offsets: false }, [7, 8, 9], [0, 0, 1], [7, 8]],
    ["a sequence", { type: "Sequence", processors: [{ type: "ByteLevel" }, roberta] }, [0, 7, 8, 2, 2, 9, 2], [0, 0, 0, 0, 0, 0, 0], [0, 7, 8, 2]],
  ])("reads %s", (_, fields, ids, types, single) => {
    expect(filled(fields)).toEqual({ ids, types, single });
  });

  it("may put several tokens in one place, and the second text first", () => {
    const fields = {
      type: "TemplateProcessing", single: [{ Sequence: { id: "A", type_id: 3 } }],
      pair: [{ Sequence: { id: "B", type_id: 0 } }, { SpecialToken: { id: "x", type_id: 2 } }, { Sequence: { id: "A", type_id: 1 } }],
      special_tokens: { x: { id: "x", ids: [5, 6], tokens: ["x", "y"] } },
    };
    expect(filled(fields)).toEqual({ ids: [9, 5, 6, 7, 8], types: [0, 2, 2, 1, 1], single: [7, 8] });
  });

  it.each<[unknown, RegExp]>([
    [{ type: "Nothing" }, /post_processor\.type must be one of/],
    [{ ...bert, sep: ["[SEP]"] }, /post_processor\.sep\[1\] must be an integer/],
    [{ type: "TemplateProcessing", single: [{ SpecialToken: { id: "x", type_id: 0 } }], pair: [], special_tokens: {} }, /special_tokens for "x"/],
    [{ type: "TemplateProcessing", single: [{ Sequence: { id: "C", type_id: 0 } }], pair: [] }, /must be "A" or "B"/],
    [{ type: "TemplateProcessing", single: [{ Sequence: { id: "B", type_id: 0 } }], pair: [] }, /single must have the sequence A alone/],
    [{ type: "TemplateProcessing", single: [{ Text: {} }], pair: [] }, /must be a Sequence or a SpecialToken/],
    [{ type: "Sequence", processors: [bert, roberta] }, /one template at most, got 2/],
  ])("refuses %j", (fields, message) => {
    const error = { code: "data/bad-tokenizer", message: expect.stringMatching(message) as string };
    expect(() => inputTemplateAt(fields)).toThrow(expect.objectContaining(error));
  });
});
