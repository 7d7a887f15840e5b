import { DataError } from "./data-error.js";
import type { Random } from "./random.js";
import type { SpecialTokens } from "./tokenizer.js";
import type { WordStarts } from "./word-starts.js";

/** How to mask a batch. */
export interface MaskTokensOptions {
  readonly vocabSize: number;
  /** Tokens that are neither masked nor put in the place of others. */
  readonly special: SpecialTokens;
  readonly batchSize: number;
  readonly sequenceLength: number;
  /** Slots for predictions in each sequence; where more tokens would be masked, the rest are not. */
  readonly maskedPerSequence: number;
  /** The share of a sequence's ordinary tokens to predict. Default 0.15. */
  readonly probability?: number;
  /** Chooses whole words, which begin as this says. Default: tokens are chosen one by one. */
  readonly wordStarts?: WordStarts;
}

/** What a masked batch asks for, `maskedPerSequence` slots for each sequence. */
export interface MaskedTokens {
  /** Where the tokens to predict are, ascending in each sequence, as indices into the flat batch; [batch * masked]. */
  readonly positions: Int32Array;
  /** The tokens that were there; [batch * masked]. */
  readonly labels: Int32Array;
  /** 1 for a slot in use; 0 for an empty one, whose position is the first of its sequence and whose label is 0; [batch * masked]. */
  readonly weights: Float32Array;
}

/**
 * Masks a batch of token ids in place and gives back what to predict (Devlin et al. 2018, section 3.1; drawn anew each time as in RoBERTa).
 * In each sequence round(probability * n) of its n ordinary tokens are chosen, at least one where there is any: of these 80% become
 * `mask`, 10% a random ordinary token, and 10% stay as they are. Of whole words, drawn in a random order, those are taken that fit into that number; where none
 * does, tokens are drawn one by one. `ids` is [batch * seq]. Throws `data/bad-option`.
 */
export function maskTokens(ids: Int32Array, options: MaskTokensOptions, rng: Random): MaskedTokens {
  validate(ids, options);
  const { batchSize, sequenceLength, maskedPerSequence } = options;
  const special = new Set(Object.values(options.special));
  const slots = batchSize * maskedPerSequence;
  const masked = { positions: new Int32Array(slots), labels: new Int32Array(slots), weights: new Float32Array(slots) };
  for (let row = 0; row < batchSize; row++) {
    const first = row * sequenceLength;
    const chosen = choosePositions(ids.subarray(first, first + sequenceLength), special, options, rng);
    masked.positions.fill(first, row * maskedPerSequence, (row + 1) * maskedPerSequence);
    chosen.forEach((position, i) => {
      const slot = row * maskedPerSequence + i;
      masked.positions[slot] = first + position;
      masked.labels[slot] = ids[first + position]!;
      masked.weights[slot] = 1;
      ids[first + position] = replacement(ids[first + position]!, options, special, rng);
    });
  }
  return masked;
}

function validate(ids: Int32Array, { batchSize, sequenceLength, maskedPerSequence, probability = 0.15, special, vocabSize }: MaskTokensOptions): void {
  if (ids.length !== batchSize * sequenceLength) {
    const needed = `${batchSize} x ${sequenceLength} needs ${batchSize * sequenceLength}`;
    throw new DataError("data/bad-option", `data: a batch of ${needed} ids, got ${ids.length}`);
  }
  if (!Number.isInteger(maskedPerSequence) || maskedPerSequence < 1) {
    throw new DataError("data/bad-option", `data: maskedPerSequence must be an integer of at least 1, got ${maskedPerSequence}`);
  }
  if (!(probability > 0 && probability <= 1)) {
    throw new DataError("data/bad-option", `data: the masking probability must be in (0, 1], got ${probability}`);
  }
  if (vocabSize <= new Set(Object.values(special)).size) {
    throw new DataError("data/bad-option", `data: masking needs a vocabulary with ordinary tokens, got vocabSize ${vocabSize}`);
  }
}

/** Positions to predict, ascending. */
function choosePositions(sequence: Int32Array, special: ReadonlySet<number>, options: MaskTokensOptions, rng: Random): Int32Array {
  const { probability = 0.15, maskedPerSequence, wordStarts } = options;
  const maskable: number[] = [];
  sequence.forEach((id, position) => { if (!special.has(id)) maskable.push(position); });
  const wanted = maskable.length === 0 ? 0 : Math.max(1, Math.round(probability * maskable.length));
  const count = Math.min(wanted, maskedPerSequence);
  const words = wordStarts === undefined ? [] : drawWords(sequence, maskable, count, wordStarts, rng);
  return (words.length > 0 ? Int32Array.from(words) : drawTokens(maskable, count, rng)).sort();
}

/** Draws without replacement: the first steps of a Fisher-Yates shuffle. */
function drawTokens(maskable: number[], count: number, rng: Random): Int32Array {
  const chosen = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const other = i + rng.integer(maskable.length - i);
    chosen[i] = maskable[other]!;
    maskable[other] = maskable[i]!;
  }
  return chosen;
}

/** The positions of words drawn in a random order, those left out that would make more than `count`. */
function drawWords(sequence: Int32Array, maskable: readonly number[], count: number, startsWord: WordStarts, rng: Random): number[] {
  const words: number[][] = [];
  maskable.forEach((position, i) => {
    const continues = i > 0 && maskable[i - 1] === position - 1 && !startsWord(sequence[position - 1]!, sequence[position]!);
    if (continues) words.at(-1)!.push(position);
    else words.push([position]);
  });
  const chosen: number[] = [];
  for (const word of rng.shuffle(words)) {
    if (chosen.length + word.length <= count) chosen.push(...word);
    if (chosen.length === count) break;
  }
  return chosen;
}

function replacement(id: number, { vocabSize, special }: MaskTokensOptions, specialIds: ReadonlySet<number>, rng: Random): number {
  const draw = rng.uniform();
  if (draw < 0.8) return special.mask;
  if (draw >= 0.9) return id;
  let drawn = rng.integer(vocabSize);
  while (specialIds.has(drawn)) drawn = rng.integer(vocabSize);
  return drawn;
}
