/** A growing list of bytes with WebAssembly's encodings of values (WebAssembly core specification, 5.2). */
export class ByteWriter {
  private readonly values: number[] = [];

  get length(): number {
    return this.values.length;
  }

  byte(...values: readonly number[]): this {
    for (const value of values) this.values.push(value & 0xff);
    return this;
  }

  /** An unsigned integer as LEB128: groups of seven bits from the lowest, each but the last with its high bit set. */
  unsigned(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`wasm: LEB128 needs a safe integer of at least 0, got ${value}`);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.values.push((rest % 128) + 128);
    this.values.push(rest);
    return this;
  }

  /** A signed integer as LEB128 in two's complement; bit 6 of the last byte is the sign. */
  signed(value: number): this {
    if (!Number.isSafeInteger(value)) throw new RangeError(`wasm: LEB128 needs a safe integer, got ${value}`);
    let rest = value;
    for (;;) {
      const low = ((rest % 128) + 128) % 128;
      rest = (rest - low) / 128;
      const done = rest === (low < 64 ? 0 : -1);
      this.values.push(done ? low : low + 128);
      if (done) return this;
    }
  }

  /** An IEEE 754 single, little-endian. */
  float32(value: number): this {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, value, true);
    return this.int32(view.getInt32(0, true));
  }

  /** Four bytes, little-endian. */
  int32(value: number): this {
    return this.byte(value, value >> 8, value >> 16, value >> 24);
  }

  /** UTF-8 behind its length in bytes. */
  name(text: string): this {
    const encoded = new TextEncoder().encode(text);
    return this.unsigned(encoded.length).byte(...encoded);
  }

  /** All bytes of another writer. */
  append(other: ByteWriter): this {
    for (const value of other.values) this.values.push(value);
    return this;
  }

  /** All bytes of another writer behind their number, as sections and function bodies are written. */
  sized(other: ByteWriter): this {
    return this.unsigned(other.length).append(other);
  }

  /** A vector: the number of items, then each as `write` writes it. */
  vector<T>(items: readonly T[], write: (item: T) => void): this {
    this.unsigned(items.length);
    items.forEach(write);
    return this;
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.values);
  }
}
