import { describe, expect, it } from "vitest";
import { commentSentences, markdownSentences } from "./sentences.js";

describe("markdownSentences", () => {
  it("cuts at the ends of sentences, and only there", () => {
    expect(markdownSentences("Since v1.2.3 it reads a file, e.g. `notes.txt`, whole. Use main.js (i.e. The entry) for that! Does it work with Node.js 20?"))
      .toEqual([
        "Since v1.2.3 it reads a file, e.g. notes.txt, whole.",
        "Use main.js (i.e. The entry) for that!",
        "Does it work with Node.js 20?",
      ]);
  });

  it("joins the lines of a paragraph, and takes a list item for a paragraph", () => {
    expect(markdownSentences("The first line goes\non here.\n- The item is a sentence.\n* [x] Another item is one\n  on two lines.\n\n> A quotation counts as text."))
      .toEqual(["The first line goes on here.", "The item is a sentence.", "Another item is one on two lines.", "A quotation counts as text."]);
  });

  it("keeps the text of code, links and emphasis", () => {
    expect(markdownSentences("Call [`fs.open()`](https://a.b/c) with **all** the *flags* of [the list][1]."))
      .toEqual(["Call fs.open() with all the flags of the list."]);
    expect(markdownSentences("See {@link Stats} or {@link stat the function} for the snake_case_name.")).toEqual(["See Stats or the function for the snake_case_name."]);
    expect(markdownSentences("If it is given, then`value` is `map`s and `a*b*c` is kept.")).toEqual(["If it is given, then value is maps and a*b*c is kept."]);
    expect(markdownSentences("Some people\u2019s &quot;quotes&quot; are \u201ccurly\u201d here.")).toEqual(['Some people\'s "quotes" are "curly" here.']);
  });

  it.each([
    ["a heading", "# The name of this fine package.\n\nTitle of the next part.\n=====\n"],
    ["a table", "| This is a cell. | This is another cell. |\n|---|---|\n"],
    ["fenced code", "```js\nThis is not a sentence here.\n```\n"],
    ["a fence that is not closed", "~~~\nThis is not a sentence here."],
    ["indented code", "\n    This is not a sentence here.\n"],
    ["a badge", "[![The build is passing now.](https://a.b/c.svg)](https://a.b)"],
    ["HTML", "<!-- This is not a sentence here. --><table><tr>This is not one either.</tr></table>"],
    ["a bare URL", "Read the page at https://example.com/page for more."],
    ["the definition of a link", "[the list]: https://example.com The list of them all."],
    ["a fragment", "the options of the call to make."],
    ["no full stop", "To use the promises of this module:"],
    ["an abbreviation at the end", "It holds the names of headers, e.g."],
    ["code", "Use { a = 1 } => b in these cases."],
    ["few words", "See below now."],
    ["many words", `It is ${"very ".repeat(80)}long.`],
    ["numbers", "The 12 34 56 78 9a are 10 11."],
  ])("drops %s", (_, text) => {
    expect(markdownSentences(text)).toEqual([]);
    expect(markdownSentences(`Here is a sentence before.\n\n${text}`)).toEqual(["Here is a sentence before."]);
  });
});

describe("commentSentences", () => {
  it("reads the description and the prose of parameters and results, without code and other tags", () => {
    expect(commentSentences(`/**
     * Reads the whole file at once.
     *
     * \`\`\`js
     * // The comment of an example.
     * @param not a tag at all.
     * \`\`\`
     * It never blocks the loop.
     * @since v0.1.0 This is dropped as a whole.
     * @param {string} path - The path of the file to read.
     * @param [options] Options that change how
     * it is read. The rest stays as it is.
     * @param flags bits
     * @returns The contents of the whole file.
     * @example This is an example of a sentence.
     * @deprecated Use the other function for this.
     */`)).toEqual([
      "Reads the whole file at once.", "It never blocks the loop.", "The path of the file to read.", "Options that change how it is read.",
      "The rest stays as it is.", "The contents of the whole file.",
    ]);
  });

  it("reads a comment of one line", () => {
    expect(commentSentences("/** The number of bytes read so far. */")).toEqual(["The number of bytes read so far."]);
  });
});
