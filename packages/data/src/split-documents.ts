/** The most text that one document holds, in bytes of UTF-8. */
export const MAX_DOCUMENT_BYTES = 65_536;

/** What a document of plain text is: a block of lines between blank lines, a line, or all of a file. */
export type DocumentUnit = "block" | "line" | "file";

const separators: Readonly<Record<DocumentUnit, RegExp>> = {
  block: /\n(?:[^\S\n]*\n)+/, // A line break, then one or more lines of nothing but white space.
  line: /\n/,
  file: /(?!)/, // Matches nowhere.
};

/**
 * Cuts a stream of text into documents, without the white space around them; CRLF becomes LF.
 * A document of more than `MAX_DOCUMENT_BYTES` is cut at its last line break that fits, else at its last white space, else between two characters.
 * What comes out does not depend on how the text was cut into chunks, and no more than a document and a chunk are held.
 */
export async function* splitDocuments(chunks: AsyncIterable<string> | Iterable<string>, unit: DocumentUnit = "block"): AsyncGenerator<string> {
  let pending = "";
  let heldReturn = ""; // A "\r" at the end of a chunk, which may be half of a CRLF.
  for await (const chunk of chunks) {
    const text = heldReturn + chunk;
    heldReturn = text.endsWith("\r") ? "\r" : "";
    pending += text.slice(0, text.length - heldReturn.length).replaceAll("\r\n", "\n");
    const blocks = pending.split(separators[unit]);
    pending = blocks.pop()!;
    for (const block of blocks) yield* cutDocument(block.trim());
    if (fits(pending)) continue;
    const cut = [...cutDocument(pending.trim())];
    const space = pending.slice(pending.trimEnd().length);
    pending = space.length > MAX_DOCUMENT_BYTES ? "" : (cut.pop() ?? "") + space; // The last piece may go on.
    yield* cut;
  }
  yield* cutDocument(pending.trim());
}

/** The documents that a text makes: itself, or pieces that fit, or none where it is empty. `text` has no white space around it. */
export function* cutDocument(text: string): Generator<string> {
  let rest = text;
  while (!fits(rest)) {
    const head = headOf(rest);
    yield head.trimEnd();
    rest = rest.slice(head.length).trimStart();
  }
  if (rest !== "") yield rest;
}

/** The part of a text to cut off: never empty, never more than a document holds. */
function headOf(text: string): string {
  const bytes = Buffer.from(text.slice(0, MAX_DOCUMENT_BYTES + 1));
  let end = MAX_DOCUMENT_BYTES;
  while ((bytes[end]! & 0xc0) === 0x80) end--; // Not within a character.
  const head = bytes.toString("utf8", 0, end);
  if (/^\s/.test(text.slice(head.length))) return head;
  const line = head.lastIndexOf("\n");
  const cut = line > 0 ? line : head.search(/\s\S*$/);
  return cut > 0 ? head.slice(0, cut) : head;
}

function fits(text: string): boolean {
  return text.length * 3 <= MAX_DOCUMENT_BYTES || Buffer.byteLength(text) <= MAX_DOCUMENT_BYTES;
}
