import { expect, it } from "vitest";
import { tokenDecoderAt } from "./token-decoder.js";

const none: ReadonlySet<string> = new Set();

it("joins word pieces, and takes away spaces before marks", () => {
  const decode = tokenDecoderAt({ type: "WordPiece", prefix: "##", cleanup: true }, none);
  expect(decode(["un", "##aff", "##able", ",", "it", "'s", "so", ".", "why", "?"])).toBe("unaffable, it's so. why?");
  expect(decode(["##ing", "a"])).toBe("##ing a"); // The first token is taken as it is, as in Hugging Face's decoder.
});

it("keeps spaces before marks where it is told to", () => {
  expect(tokenDecoderAt({ type: "WordPiece", prefix: "##", cleanup: false }, none)(["a", "##b", "."])).toBe("ab .");
});

it("reads bytes across tokens, and added tokens as they are", () => {
  const decode = tokenDecoderAt({ type: "ByteLevel" }, new Set(["Ġ!"]));
  expect(decode(["na", "Ã", "¯", "ve", "Ġ!"])).toBe("naïveĠ!");
});

it.each([{ type: "Metaspace" }, {}, 3])("refuses %j", (value) => {
  expect(() => tokenDecoderAt(value, none)).toThrow(expect.objectContaining({ code: "data/bad-tokenizer" }));
});
