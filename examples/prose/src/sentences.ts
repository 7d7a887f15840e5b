/** Stands for a URL: a sentence that held one does not read without it, and is dropped. */
const URL_MARK = "\uE002";

/** A code span while its surroundings are cleaned: its number between two private characters. */
const CODE_SPAN = /\uE000(\d+)\uE001/g;

/** Words that end in a full stop inside a sentence. */
const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|eg|ie|cf|vs|viz|incl|approx|resp|fig|no|sec|ver|mr|mrs|dr|st|[a-z])\.$/i;

/** Where a sentence may end: after its mark and closing quotes, before a capital, a digit, a quote or a code span. */
const BOUNDARY = /(?<=[.!?]["')\]]*)\s+(?=["'([]*[A-Z0-9\uE000])/;

/** What a comment says under these tags is prose; under the others (`@since`, `@example`, `@deprecated`, `@see`) it is not. */
const PROSE_TAGS: ReadonlySet<string> = new Set(["param", "returns", "return", "remarks", "throws", "description", "summary"]);

/** The sentences of a documentation comment, given with its delimiters; those of `@param`, `@returns` and `@throws` come after the description. */
export function commentSentences(comment: string): string[] {
  const text = comment.replace(/^\/\*\*|\*\/$/g, "").replace(/^[ \t]*\* ?/gm, "");
  const [description, ...tagged] = withoutFences(text).split(/^[ \t]*(?=@[a-zA-Z])/m);
  return [description ?? "", ...tagged.map(tagProse)].flatMap(markdownSentences);
}

/** The prose of a tag with its block, or nothing; the name and the type of a parameter are not prose. */
function tagProse(block: string): string {
  const [, tag, rest] = /^@([a-zA-Z]+)[ \t]*([\s\S]*)$/.exec(block) ?? [];
  if (tag === undefined || rest === undefined || !PROSE_TAGS.has(tag)) return "";
  const untyped = rest.replace(/^\{[^}]*\}[ \t]*/, "");
  return tag === "param" ? untyped.replace(/^(?:\[[^\]]*\]|\S+)\s*(?:-\s+)?/, "") : untyped;
}

/**
 * The sentences of a markdown text that read as prose: 4 to 80 words, mostly of letters, from a capital (or code) to a full stop.
 * The text of inline code and of links is kept; headings, tables, images, HTML, code blocks and sentences with a bare URL are dropped.
 */
export function markdownSentences(markdown: string): string[] {
  return paragraphs(withoutFences(markdown)).flatMap((paragraph) => {
    const code: string[] = [];
    const plain = plainText(paragraph, code);
    const restore = (text: string): string => text.replace(CODE_SPAN, (_, index: string) => code[Number(index)]!);
    return split(plain).filter(startsLikeSentence).map(restore).filter(isProse);
  });
}

function withoutFences(markdown: string): string {
  return markdown
    .replace(/^[ \t>]*(```+|~~~+)[\s\S]*?(?:^[ \t>]*\1[ \t]*$|(?![\s\S]))/gm, "\n")
    .replace(/<!--[\s\S]*?-->/g, " ")
    .replace(/<(pre|code|table|script|style|svg)\b[\s\S]*?<\/\1>/gi, " ");
}

/** Runs of lines of text; a list item starts a run of its own. */
function paragraphs(markdown: string): string[] {
  const result: string[] = [];
  let current: string[] = [];
  const close = (): void => {
    if (current.length > 0) result.push(current.join(" "));
    current = [];
  };
  for (const line of markdown.split(/\r?\n/)) {
    if (/^\s*(?:=+|-+)\s*$/.test(line)) current = []; // The line above is a heading.
    const text = lineText(line, current.length === 0);
    if (text === undefined || /^\s*(?:[-*+]|\d+[.)])\s/.test(line)) close();
    if (text !== undefined) current.push(text);
  }
  close();
  return result;
}

/** A line without its list or quotation mark; undefined for one that is not text, as a heading, a table's row or an indented line of code. */
function lineText(line: string, first: boolean): string | undefined {
  const item = /^\s*(?:>\s*)*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?/;
  if (first && /^(?: {4}|\t)/.test(line) && !item.test(line)) return undefined;
  const text = line.replace(/^\s*(?:>\s*)+/, "").replace(item, "").trim();
  const notText = text === "" || /^#{1,6}(?:\s|$)|^\||\|.*\||^\[[^\]]+\]:|^[-=*_\s]+$/.test(text);
  return notText ? undefined : text;
}

/** A paragraph without marks; the code spans go to `code`, so that nothing in them is taken for a mark or for the end of a sentence. */
function plainText(paragraph: string, code: string[]): string {
  return paragraph
    .replace(/\uE000|\uE001|\uE002/g, "")
    .replace(/(`+)(.+?)\1/g, (_, __, text: string) => `\uE000${code.push(text.trim()) - 1}\uE001`)
    .replace(/(?<=[a-z])(?=\uE000)|(?<=\uE001)(?=[a-z]{2})/g, " ") // A space forgotten beside a code span.
    .replace(/\{@link(?:code|plain)?\s+([^\s|}]+)(?:[\s|]+([^}]+))?\}/g, (_, target: string, text?: string) => text ?? target)
    .replace(/!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])/g, "")
    .replace(/\[([^[\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, "$1")
    .replace(/\[([^[\]]+)\]/g, "$1")
    .replace(/<?\bhttps?:\/\/[^\s>)]+>?|\bwww\.[^\s)]+/g, URL_MARK)
    .replace(/<\/?[a-zA-Z][^<>]*>/g, "")
    .replace(/(\*\*|__)(?=\S)(.+?)\1/g, "$2")
    .replace(/(?<![\w*])([*_])(?=\S)(.+?)(?<=\S)\1(?![\w*])/g, "$2")
    .replace(/&(lt|gt|amp|quot|nbsp|#39);/g, (_, name: string) => ENTITIES[name] ?? " ")
    .replace(/\\([\\`*_{}[\]()#+.!<>-])/g, "$1")
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201C\u201D]/g, '"')
    .replace(/\s+/g, " ")
    .trim();
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', nbsp: " ", "#39": "'" };

/** Cuts at the boundaries that do not follow an abbreviation. */
function split(text: string): string[] {
  const result: string[] = [];
  for (const piece of text.split(BOUNDARY)) {
    const last = result.at(-1);
    if (last !== undefined && ABBREVIATION.test(last)) result[result.length - 1] = `${last} ${piece}`;
    else result.push(piece);
  }
  return result;
}

function startsLikeSentence(sentence: string): boolean {
  return /^["'(]*[A-Z\uE000]/.test(sentence);
}

function isProse(sentence: string): boolean {
  if (!/[.!?]["')]*$/.test(sentence) || /\b(?:e\.g|i\.e)\.$|[\uE002{}=|\\]|\/\//.test(sentence)) return false;
  const words = sentence.split(" ");
  const alphabetic = words.filter((word) => /^["'(]*[A-Za-z]+(?:['-][A-Za-z]+)*["').,;:!?]*$/.test(word));
  return words.length >= 4 && words.length <= 80 && alphabetic.length >= 0.6 * words.length;
}
