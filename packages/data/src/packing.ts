import type { SentencePacking } from "./sentence-packing.js";
import type { TokenFile } from "./token-file.js";
import type { SpecialTokens } from "./tokenizer.js";

/**
 * What a sequence holds between `<s>` and `</s>`:
 * "full-document", the next tokens of the file with an `end` between documents, so that none is padded and one may hold parts of several documents;
 * "document", the next tokens of one document, padded at its end;
 * `sentencePacking(tokenizer)`, as many whole sentences of one document as there is room for, padded. A sentence with more tokens is cut.
 */
export type Packing = "full-document" | "document" | SentencePacking;

/** The sequences of a token file. */
export interface PackedSequences {
  readonly count: number;
  /** Writes sequence `index` into `row`, which has the length of a sequence. */
  fill(index: number, row: Int32Array): void;
}

/** How to pack. */
export interface PackSequencesOptions {
  /** The tokens of a sequence, with `<s>` and `</s>`: at least 3. */
  readonly sequenceLength: number;
  readonly special: Pick<SpecialTokens, "begin" | "pad" | "end">;
  readonly packing: Packing;
}

/**
 * Cuts a token file into sequences, in its order. Full documents need no index; the others read the file once here and hold 12 bytes for each sequence.
 * The tokens after the last whole sequence of full documents are not used.
 */
export function packSequences(tokens: TokenFile, { sequenceLength, special, packing }: PackSequencesOptions): PackedSequences {
  const room = sequenceLength - 2;
  const spans = packing === "full-document" ? evenSpans(tokens.tokens, room) : documentSpans(tokens, room, special.end, packing);
  return {
    count: spans.count,
    fill(index, row) {
      const { start, length } = spans.at(index);
      row[0] = special.begin;
      row.set(tokens.read(start, length), 1);
      row[length + 1] = special.end;
      row.fill(special.pad, length + 2);
    },
  };
}

/** Where sequences lie in a file, without `<s>` and `</s>`. */
interface Spans {
  readonly count: number;
  at(index: number): { readonly start: number; readonly length: number };
}

const evenSpans = (tokens: number, length: number): Spans => ({ count: Math.floor(tokens / length), at: (index) => ({ start: index * length, length }) });

/** The tokens read at once while spans are made. */
const BLOCK_TOKENS = 1 << 18;

function documentSpans(tokens: TokenFile, room: number, end: number, packing: "document" | SentencePacking): Spans {
  const spans = new SpanList();
  const endsSentence = packing === "document" ? undefined : packing.endsSentence;
  let start = 0; // Of the sequence that is being filled.
  let cut = 0; // After the last sentence in it, or at its start.
  const close = (position: number): void => {
    if (position > start) spans.push(start, position - start);
    start = position;
  };
  for (let offset = 0; offset < tokens.tokens; offset += BLOCK_TOKENS) {
    const block = tokens.read(offset, Math.min(BLOCK_TOKENS, tokens.tokens - offset));
    for (let i = 0; i < block.length; i++) {
      const position = offset + i;
      if (block[i] === end) {
        close(position);
        start = cut = position + 1;
        continue;
      }
      if (position - start === room) close(cut > start ? cut : position);
      if (endsSentence?.[block[i]!] === 1) cut = position + 1;
    }
  }
  close(tokens.tokens);
  return spans;
}

/** Spans in arrays that grow by doubling. */
class SpanList implements Spans {
  count = 0;
  #starts = new Float64Array(1024);
  #lengths = new Uint32Array(1024);

  push(start: number, length: number): void {
    if (this.count === this.#starts.length) this.#grow();
    this.#starts[this.count] = start;
    this.#lengths[this.count++] = length;
  }

  at(index: number): { readonly start: number; readonly length: number } {
    return { start: this.#starts[index]!, length: this.#lengths[index]! };
  }

  #grow(): void {
    const [starts, lengths] = [new Float64Array(2 * this.count), new Uint32Array(2 * this.count)];
    starts.set(this.#starts);
    lengths.set(this.#lengths);
    [this.#starts, this.#lengths] = [starts, lengths];
  }
}
