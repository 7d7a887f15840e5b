import { expect, it } from "vitest";
import { addedTokenAt, AddedTokenFinder, type AddedToken } from "./added-tokens.js";

const plain = { stripsLeft: false, stripsRight: false, isWholeWord: false, isNormalized: false };
const token = (id: number, content: string, flags: Partial<AddedToken> = {}): AddedToken => ({ ...plain, id, content, ...flags });

it("finds the leftmost token, and the longest of those that start together", () => {
  const finder = new AddedTokenFinder([token(1, "<a"), token(2, "<a>"), token(3, "a>b")]);
  expect(finder.split("x<a>b<ay")).toEqual(["x", 2, "b", 1, "y"]);
});

it("takes white space along where the token says so", () => {
  const finder = new AddedTokenFinder([token(1, "<l>", { stripsLeft: true }), token(2, "<r>", { stripsRight: true })]);
  expect(finder.split("a \u3000<l> b <r>\n c")).toEqual(["a", 1, " b ", 2, "c"]);
  expect(finder.split("<r>  <l>")).toEqual([2, 1]); // White space that the first has taken is not there for the second.
});

it("finds a whole word only where no letter or digit is beside it", () => {
  const finder = new AddedTokenFinder([token(1, "cat", { isWholeWord: true })]);
  expect(finder.split("cat cats a cat. 𝒳cat cat_")).toEqual([1, " cats a ", 1, ". 𝒳cat cat_"]);
});

it("looks for the form that it is told", () => {
  const finder = new AddedTokenFinder([token(1, "New"), token(2, "\u200b")], (content) => content.toLowerCase().replace("\u200b", ""));
  expect(finder.split("a new New")).toEqual(["a ", 1, " New"]);
});

it("takes marks in a token as they are, and gives nothing for no text", () => {
  const finder = new AddedTokenFinder([token(1, "[a.b]*")]);
  expect(finder.split("[axb]*[a.b]*")).toEqual(["[axb]*", 1]);
  expect(finder.split("")).toEqual([]);
  expect(new AddedTokenFinder([]).split("a")).toEqual(["a"]);
});

it.each([[3], [{}], [{ id: -1, content: "a" }], [{ id: 1, content: "" }], [{ id: 1, content: "a", lstrip: "yes" }]])("refuses the entry %j", (entry) => {
  expect(() => addedTokenAt(entry, "added_tokens[0]")).toThrow(expect.objectContaining({ code: "data/bad-tokenizer" }));
});
