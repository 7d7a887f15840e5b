import { type EncoderArch, type LayerArch } from "./encoder-arch.js";

/** The sizes that a network is made of, with how formulas write them. */
const sizeTable = [
  ["vocabulary", "V"], // rows of the word table
  ["positions", "P"], // rows of the position table
  ["tokenTypes", "T"], // rows of the token-type table
  ["embedding", "E"], // columns of a narrow embedding
  ["window", "c"], // neighbouring words that a narrow embedding widens at once
  ["context", "c × E"],
  ["hidden", "H"], // width of the encoder's residual stream
  ["beyondEmbedding", "(H - E)"], // what an MLM decoder adds to a narrow word table
  ["width", "w"], // width of a layer's residual stream
  ["previous", "u"], // width of the layer before, at a merged bottleneck
  ["heads", "A"], // attention heads
  ["keySize", "k"], // columns of one head's queries, or keys
  ["valueSize", "v"], // columns of one head's values
  ["keys", "A × k"],
  ["values", "A × v"],
  ["inner", "I"], // inner width of an FFN
  ["sequence", "s"], // tokens of a sequence
  ["labels", "L"], // labels of a classifier
  ["two", "2"], // classes of the next-sentence head
] as const;

export type SizeName = (typeof sizeTable)[number][0];

/** A size, as its place in {@link Sizes} and {@link symbols}: counting reads millions of them, and a place is read faster than a name. */
export type Size = number;

/** Every size at one place of a network, in the order of the table above; those that do not occur there are 0. */
export type Sizes = readonly number[];

/** The place of each size. */
export const size: Readonly<Record<SizeName, Size>> = Object.fromEntries(sizeTable.map(([name], place) => [name, place])) as Record<SizeName, Size>;

/** How formulas write each size. */
export const symbols: readonly string[] = sizeTable.map(([, symbol]) => symbol);

/** The sizes of one layer, or of what is not a layer; `previous` is the width of the layer before. */
export function sizesOf(arch: EncoderArch, layer: LayerArch | undefined, previous: number, sequence: number, labels: number): Sizes {
  const { vocabSize, positions, tokenTypes, hiddenSize, embedding } = arch;
  const { heads, keySize, valueSize, intermediateSize, width = hiddenSize } = layer ?? noLayer;
  const columns = embedding?.size ?? hiddenSize;
  const window = embedding?.kind === "wordProjected" ? embedding.window : 1;
  return [
    vocabSize, positions, tokenTypes, columns, window, window * columns, hiddenSize, hiddenSize - columns, width, previous,
    heads, keySize, valueSize, heads * keySize, heads * valueSize, intermediateSize, sequence, labels, 2,
  ];
}

const noLayer: LayerArch = { heads: 0, keySize: 0, valueSize: 0, intermediateSize: 0 };

/** What the letters of formulas stand for at one place. */
export function lettersOf(sizes: Sizes): Record<string, number> {
  return Object.fromEntries(symbols.flatMap((symbol, place) => (/^[A-Za-z]$/.test(symbol) ? [[symbol, sizes[place]!]] : [])));
}
