/** The most text that one document holds, in bytes of UTF-8. */
export const MAX_DOCUMENT_BYTES = 65_536;

/** A line break, then one or more lines of nothing but white space. */
const BLANK_LINES = /\n(?:[^\S\n]*\n)+/;

/**
 * Cuts a stream of text into documents: blocks of lines between blank lines, without the white space around them; CRLF becomes LF.
 * A block of more than `MAX_DOCUMENT_BYTES` is cut at its last line break that fits, else at its last white space, else between two characters.
 * What comes out does not depend on how the text was cut into chunks, and no more than a document and a chunk are held.
 */
export async function* splitDocuments(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let pending = "";
  let heldReturn = ""; // A "\r" at the end of a chunk, which may be half of a CRLF.
  for await (const chunk of chunks) {
    const text = heldReturn + chunk;
    heldReturn = text.endsWith("\r") ? "\r" : "";
    pending += text.slice(0, text.length - heldReturn.length).replaceAll("\r\n", "\n");
    const blocks = pending.split(BLANK_LINES);
    pending = blocks.pop()!;
    for (const block of blocks) yield* pieces(block.trim());
    if (fits(pending)) continue;
    const cut = [...pieces(pending.trim())];
    const space = pending.slice(pending.trimEnd().length);
    pending = space.length > MAX_DOCUMENT_BYTES ? "" : (cut.pop() ?? "") + space; // The last piece may go on.
    yield* cut;
  }
  yield* pieces(pending.trim());
}

/** The documents that one block makes; `block` has no white space around it. */
function* pieces(block: string): Generator<string> {
  let rest = block;
  while (!fits(rest)) {
    const head = headOf(rest);
    yield head.trimEnd();
    rest = rest.slice(head.length).trimStart();
  }
  if (rest !== "") yield rest;
}

/** The part of a block to cut off: never empty, never more than a document holds. */
function headOf(block: string): string {
  const bytes = Buffer.from(block.slice(0, MAX_DOCUMENT_BYTES + 1));
  let end = MAX_DOCUMENT_BYTES;
  while ((bytes[end]! & 0xc0) === 0x80) end--; // Not within a character.
  const head = bytes.toString("utf8", 0, end);
  if (/^\s/.test(block.slice(head.length))) return head;
  const line = head.lastIndexOf("\n");
  const cut = line > 0 ? line : head.search(/\s\S*$/);
  return cut > 0 ? head.slice(0, cut) : head;
}

function fits(text: string): boolean {
  return text.length * 3 <= MAX_DOCUMENT_BYTES || Buffer.byteLength(text) <= MAX_DOCUMENT_BYTES;
}
