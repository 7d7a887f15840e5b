/** Wire types of protobuf: what follows a field's tag. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const encoder = new TextEncoder();

/** Base-128 digits, least significant first; negative numbers as 64-bit two's complement. */
function varint(value: number | bigint): number[] {
  const digits: number[] = [];
  if (typeof value === "number" && value >= 0 && value < 2 ** 31) {
    for (; value > 0x7f; value >>>= 7) digits.push((value & 0x7f) | 0x80);
    return [...digits, value];
  }
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) digits.push(Number(rest & 0x7fn) | 0x80);
  return [...digits, Number(rest)];
}

/**
 * A protobuf message being written: its bytes in order, as pieces that are joined once.
 * Byte fields are kept by reference until `finish`, so the weights of a model are copied a single time.
 */
export class ProtoWriter {
  readonly #pieces: Uint8Array[] = [];
  #small: number[] = [];
  #byteLength = 0;

  /** An integer, enum or bool field. */
  int(field: number, value: number | bigint): this {
    return this.#write(...varint((field << 3) | VARINT), ...varint(value));
  }

  /** Each value as a field of its own, the form in which proto2 writes a repeated field. */
  ints(field: number, values: readonly number[]): this {
    for (const value of values) this.int(field, value);
    return this;
  }

  float(field: number, value: number): this {
    const four = new DataView(new ArrayBuffer(4));
    four.setFloat32(0, value, true);
    return this.#write(...varint((field << 3) | FIXED32), ...new Uint8Array(four.buffer));
  }

  double(field: number, value: number): this {
    const eight = new DataView(new ArrayBuffer(8));
    eight.setFloat64(0, value, true);
    return this.#write(...varint((field << 3) | FIXED64), ...new Uint8Array(eight.buffer));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#write(...varint((field << 3) | LENGTH_DELIMITED), ...varint(value.length));
    return this.#append(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value));
  }

  /** A nested message, which must be complete. */
  message(field: number, value: ProtoWriter): this {
    value.#flush();
    this.#write(...varint((field << 3) | LENGTH_DELIMITED), ...varint(value.#byteLength));
    for (const piece of value.#pieces) this.#append(piece);
    return this;
  }

  messages(field: number, values: Iterable<ProtoWriter>): this {
    for (const value of values) this.message(field, value);
    return this;
  }

  finish(): Uint8Array {
    this.#flush();
    const whole = new Uint8Array(this.#byteLength);
    let offset = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    return whole;
  }

  #write(...bytes: readonly number[]): this {
    this.#small.push(...bytes);
    return this;
  }

  /** Short pieces are gathered, long ones kept as they are. */
  #append(piece: Uint8Array): this {
    if (piece.length <= 64) return this.#write(...piece);
    this.#flush();
    this.#pieces.push(piece);
    this.#byteLength += piece.length;
    return this;
  }

  #flush(): void {
    if (this.#small.length === 0) return;
    this.#pieces.push(Uint8Array.from(this.#small));
    this.#byteLength += this.#small.length;
    this.#small = [];
  }
}
