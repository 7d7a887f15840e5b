import { DistillError } from "../distill-error.js";
import { NO_MASS } from "../top-logits.js";
import { fromFloat16, toFloat16 } from "./float16.js";
import { type LogitsCacheHeader } from "./logits-cache-header.js";
import { topIndices } from "./top-indices.js";

/** What a teacher said on one batch. */
export interface CachedLogits {
  /** Fingerprint of the batch. */
  readonly batch: string;
  /** `[rows, k]`, the largest first; in the order of the vocabulary where all are kept. In float16 they are less the largest of the row. */
  readonly logits: Float32Array;
  /** Tokens of these: `[rows, k]`; empty where all are kept. */
  readonly tokens: Int32Array;
  /**
   * log sum exp(logit / temperature) of the others: `[rows]`. At a temperature that was not asked for when the cache was made, it is what it would be if
   * the others' mass at the nearest temperature lay evenly on them.
   */
  rest(temperature: number): Float32Array;
}

/** Where the parts of a record lie: a fingerprint (8 bytes), the others' masses by temperature (f32), logits (f16 or f32), tokens (u16 or u32). */
function layoutOf({ arch, shape, topK, precision, temperatures }: LogitsCacheHeader): {
  readonly rows: number; readonly whole: boolean; readonly restBytes: number; readonly logitBytes: number; readonly tokenWidth: 2 | 4; readonly sizeBytes: number;
} {
  const rows = shape.batchSize * shape.maskedPerSequence;
  const whole = topK === arch.vocabSize;
  const tokenWidth = arch.vocabSize <= 65_536 ? 2 : 4;
  const restBytes = whole ? 0 : 4 * rows * temperatures.length;
  const logitBytes = rows * topK * (precision === "float16" ? 2 : 4);
  return { rows, whole, restBytes, logitBytes, tokenWidth, sizeBytes: 8 + restBytes + logitBytes + (whole ? 0 : rows * topK * tokenWidth) };
}

export const recordSizeBytes = (header: LogitsCacheHeader): number => layoutOf(header).sizeBytes;

/**
 * The record of a batch from a teacher's logits, `[rows, vocabulary]`.
 *
 * @throws DistillError `distill/not-finite`
 */
export function encodeRecord(header: LogitsCacheHeader, batch: string, logits: Float32Array): Uint8Array {
  const { arch: { vocabSize }, topK, precision, temperatures } = header;
  const { rows, whole, tokenWidth } = layoutOf(header);
  const tokens = new Int32Array(rows * topK);
  const kept = new Float32Array(rows * topK);
  const rest = new Float32Array(whole ? 0 : rows * temperatures.length);
  for (let row = 0; row < rows; row++) {
    const values = logits.subarray(row * vocabSize, (row + 1) * vocabSize);
    if (!values.every(Number.isFinite)) throw new DistillError("distill/not-finite", "distill: the teacher's logits must be finite, and some are not; look at its weights");
    const top = whole ? Int32Array.from(values.keys()) : topIndices(values, topK);
    const shift = precision === "float32" ? 0 : values.reduce((most, value) => Math.max(most, value));
    top.forEach((token, i) => {
      tokens[row * topK + i] = token;
      kept[row * topK + i] = values[token]! - shift;
    });
    if (!whole) restOf(values, top, temperatures).forEach((mass, i) => { rest[i * rows + row] = mass - shift / temperatures[i]!; });
  }
  const parts = [rest, precision === "float16" ? toFloat16(kept) : kept, ...(whole ? [] : [tokenWidth === 2 ? Uint16Array.from(tokens) : tokens])];
  return Buffer.concat([Buffer.from(batch, "hex"), ...parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength))]);
}

/** log sum exp(value / temperature) of all values but those at `top`, the largest, for each temperature. */
function restOf(values: Float32Array, top: Int32Array, temperatures: readonly number[]): number[] {
  const others = values.slice();
  for (const token of top) others[token] = -Infinity;
  const bound = values[top.at(-1)!]!;
  return temperatures.map((temperature) => {
    const sum = others.reduce((total, value) => total + Math.exp((value - bound) / temperature), 0);
    return sum === 0 ? NO_MASS : bound / temperature + Math.log(sum);
  });
}

/** What {@link encodeRecord} wrote. */
export function decodeRecord(header: LogitsCacheHeader, record: Uint8Array): CachedLogits {
  const { arch: { vocabSize }, topK, precision, temperatures } = header;
  const { rows, whole, restBytes, logitBytes, tokenWidth } = layoutOf(header);
  const part = (start: number, length: number): ArrayBuffer => Uint8Array.from(record.subarray(start, start + length)).buffer; // A copy is aligned.
  const rest = new Float32Array(part(8, restBytes));
  const logitPart = part(8 + restBytes, logitBytes);
  const tokenPart = part(8 + restBytes + logitBytes, whole ? 0 : rows * topK * tokenWidth);
  return {
    batch: Buffer.from(record.subarray(0, 8)).toString("hex"),
    logits: precision === "float16" ? fromFloat16(new Uint16Array(logitPart)) : new Float32Array(logitPart),
    tokens: tokenWidth === 2 ? Int32Array.from(new Uint16Array(tokenPart)) : new Int32Array(tokenPart),
    rest: (temperature) => {
      const nearest = temperatures.reduce((best, each) => (Math.abs(each - temperature) < Math.abs(best - temperature) ? each : best));
      const at = temperatures.indexOf(nearest);
      const spread = Math.log(vocabSize - topK);
      const kept = rest.slice(at * rows, (at + 1) * rows);
      return nearest === temperature ? kept : kept.map((mass) => ((mass - spread) * nearest) / temperature + spread);
    },
  };
}
