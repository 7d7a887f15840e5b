import { DataError } from "../data-error.js";
import { random } from "../random.js";
import { type Tokenizer } from "../tokenizer.js";
import { labelDistribution } from "./label-distribution.js";
import { type TextExample } from "./text-task.js";

/** A padded batch of texts with their labels or values; `batch` is the batch size asked for, `length` is common to its rows. */
export interface ClassificationBatch {
  /** Token ids, [batch, length]. */
  readonly ids: Int32Array;
  /** 1 for a token, 0 for padding, [batch, length]. */
  readonly mask: Float32Array;
  /** Positions in the list of labels, [batch]; 0 where the example has none. */
  readonly labels: Int32Array;
  /** Probabilities of the labels, [batch, labels], where the batches are soft: 1 for the label of an example that has no distribution; 0 throughout without either. */
  readonly distributions?: Float32Array;
  /** True values, in regression, [batch]; 0 where the example has none. */
  readonly values: Float32Array;
  /** 1 for a row that counts; 0 for one without a label or value and for the filler rows that complete a sequential pass, [batch]. */
  readonly weights: Float32Array;
  readonly length: number;
}

export interface ClassificationBatchesOptions {
  readonly tokenizer: Tokenizer;
  /** The task's labels, in the order of the model's outputs; none in regression, where examples have values. */
  readonly labels: readonly string[];
  readonly batchSize: number;
  /** The most tokens a row may have, with the special ones that the tokenizer puts around its texts. */
  readonly maxLength: number;
  /** Chooses the shuffled order; a sequential one does not depend on it. */
  readonly seed: number;
  /** `shuffled` for training: every label or value is required; `sequential` for evaluation: row `i` of batch `t` is example `t * batchSize + i`. */
  readonly order: "shuffled" | "sequential";
}

/** The batches of a labelled set: `at(step)` depends on the options and `step` alone, and steps past an epoch go on with the next. */
export interface ClassificationBatches {
  /** How many examples there are. */
  readonly examples: number;
  readonly stepsPerEpoch: number;
  /** Whether some example has a distribution, so that every batch has `distributions`. */
  readonly isSoft: boolean;
  at(step: number): ClassificationBatch;
}

/** Rows are padded to a multiple of this, so that a run needs few program shapes. */
const LENGTH_STEP = 16;

/** Batches in a window of the shuffled order within which examples are grouped by length. */
const WINDOW = 16;

interface Row {
  readonly ids: Int32Array;
  readonly target: Target | undefined;
  /** `[labels]`, where the batches are soft. */
  readonly distribution: Float32Array | undefined;
}

/** What is to be predicted: the position of a label, or a value; the other is 0. */
interface Target {
  readonly label: number;
  readonly value: number;
}

/**
 * Turns labelled texts into padded batches of the tokenizer's inputs, such as `<s> A </s>` or `<s> A </s> B </s>`, cut to `maxLength` tokens (of a pair, the
 * longer first). Token types are left out: encoders here take every token as of type 0.
 * Shuffled: each epoch has its own order, holds every example once and completes its last batch with examples from the start of that order;
 * texts of like length share a batch, within windows of 16 batches. Sequential: copies of its last row, of weight 0, complete the last batch.
 * Throws `data/bad-option`, `data/unknown-label` for a label outside `labels`, or for no label or value where the order is shuffled, and what `labelDistribution`
 * throws.
 */
export function classificationBatches(examples: readonly TextExample[], options: ClassificationBatchesOptions): ClassificationBatches {
  const { tokenizer, labels, batchSize, maxLength, seed } = options;
  checkOptions(examples, options);
  const isSoft = examples.some(({ distribution }) => distribution !== undefined);
  const rows = examples.map((example, index): Row => ({
    ids: tokens(example, tokenizer, maxLength), target: targetOf(example, index, options), distribution: isSoft ? labelDistribution(example, index, labels) : undefined,
  }));
  const stepsPerEpoch = Math.ceil(rows.length / batchSize);
  const orderOf = lastOnly((epoch) => options.order === "shuffled" ? shuffledOrder(rows, batchSize, seed, epoch) : rows.map((_, index) => index));
  return {
    examples: rows.length,
    stepsPerEpoch,
    isSoft,
    at(step) {
      if (!Number.isSafeInteger(step) || step < 0) throw new DataError("data/bad-option", `data: a step is an integer from 0, got ${step}`);
      const order = orderOf(Math.floor(step / stepsPerEpoch));
      const start = (step % stepsPerEpoch) * batchSize;
      const inBatch = order.slice(start, start + batchSize).map((index) => rows[index]!);
      const batch = batchOf(inBatch, batchSize, maxLength, tokenizer.special.pad);
      return isSoft ? { ...batch, distributions: distributionsOf(inBatch, batchSize, labels.length) } : batch;
    },
  };
}

/** How many tokens of each text to keep when both may have `budget`: the longer gives up tokens until they are equal; the first keeps an odd one. */
export function truncatePair(first: number, second: number, budget: number): readonly [first: number, second: number] {
  if (first + second <= budget) return [first, second];
  const half = Math.floor(budget / 2);
  if (second <= half) return [budget - second, second];
  if (first <= budget - half) return [first, budget - first];
  return [budget - half, half];
}

/** The tokenizer's input of a text or a pair, its texts cut so that `maxLength` tokens are enough. */
function tokens({ text, pair }: TextExample, tokenizer: Tokenizer, maxLength: number): Int32Array {
  const first = tokenizer.encode(text);
  if (pair === undefined) return tokenizer.modelInput(first.subarray(0, maxLength - addedTokens(tokenizer, false))).ids;
  const second = tokenizer.encode(pair);
  const [kept, keptOfPair] = truncatePair(first.length, second.length, maxLength - addedTokens(tokenizer, true));
  return tokenizer.modelInput(first.subarray(0, kept), second.subarray(0, keptOfPair)).ids;
}

/** How many special tokens are put around a text, or around the texts of a pair. */
function addedTokens(tokenizer: Tokenizer, isPair: boolean): number {
  return (isPair ? tokenizer.modelInput([], []) : tokenizer.modelInput([])).ids.length;
}

function targetOf({ label, value }: TextExample, index: number, { labels, order }: ClassificationBatchesOptions): Target | undefined {
  const isRegression = labels.length === 0;
  const known = isRegression ? value : label;
  if (known === undefined && order === "sequential") return undefined;
  if (isRegression && value !== undefined) return { label: 0, value };
  const position = label === undefined ? -1 : labels.indexOf(label);
  if (position >= 0) return { label: position, value: 0 };
  const needed = isRegression ? "a value" : `a label of ${labels.join(", ")}`;
  throw new DataError("data/unknown-label", `data: example ${index} needs ${needed}, got ${known === undefined ? "none" : JSON.stringify(known)}`);
}

/** Every example once, then as many from the start as complete the last batch; within a window, the batches hold texts of like length. */
function shuffledOrder(rows: readonly Row[], batchSize: number, seed: number, epoch: number): number[] {
  const rng = random(seed, "classification-batches", epoch);
  const once = rng.shuffle(rows.map((_, index) => index));
  const order = Array.from({ length: Math.ceil(rows.length / batchSize) * batchSize }, (_, index) => once[index % once.length]!);
  return chunks(order, WINDOW * batchSize).flatMap((window) => {
    window.sort((a, b) => rows[a]!.ids.length - rows[b]!.ids.length);
    return rng.shuffle(chunks(window, batchSize)).flat();
  });
}

function batchOf(rows: readonly Row[], batchSize: number, maxLength: number, pad: number): ClassificationBatch {
  const longest = rows.reduce((most, row) => Math.max(most, row.ids.length), 0);
  const length = Math.min(maxLength, Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP);
  const ids = new Int32Array(batchSize * length).fill(pad); // [batch, length]
  const mask = new Float32Array(batchSize * length); // [batch, length]
  const labels = new Int32Array(batchSize);
  const values = new Float32Array(batchSize);
  const weights = new Float32Array(batchSize);
  for (let i = 0; i < batchSize; i++) {
    const row = rows[Math.min(i, rows.length - 1)]!;
    ids.set(row.ids, i * length);
    mask.fill(1, i * length, i * length + row.ids.length);
    labels[i] = row.target?.label ?? 0;
    values[i] = row.target?.value ?? 0;
    weights[i] = i < rows.length && row.target !== undefined ? 1 : 0;
  }
  return { ids, mask, labels, values, weights, length };
}

/** The distributions of rows, and of the filler that completes them, [batch, labels]. */
function distributionsOf(rows: readonly Row[], batchSize: number, labels: number): Float32Array {
  const distributions = new Float32Array(batchSize * labels);
  for (let i = 0; i < batchSize; i++) distributions.set(rows[Math.min(i, rows.length - 1)]!.distribution!, i * labels);
  return distributions;
}

function checkOptions(examples: readonly TextExample[], { tokenizer, batchSize, maxLength }: ClassificationBatchesOptions): void {
  if (examples.length === 0) throw new DataError("data/bad-option", "data: classification batches need at least one example, got none");
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new DataError("data/bad-option", `data: batchSize must be an integer of at least 1, got ${batchSize}`);
  }
  const least = examples.some((example) => example.pair !== undefined) ? addedTokens(tokenizer, true) + 2 : addedTokens(tokenizer, false) + 1;
  if (!Number.isSafeInteger(maxLength) || maxLength < least) {
    throw new DataError("data/bad-option", `data: maxLength must be an integer of at least ${least} for these examples, got ${maxLength}`);
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** Keeps the value of the latest key: steps are asked for in order, so one epoch at a time is enough. */
function lastOnly<T>(make: (key: number) => T): (key: number) => T {
  let last: { readonly key: number; readonly value: T } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: make(key) };
    return last.value;
  };
}
