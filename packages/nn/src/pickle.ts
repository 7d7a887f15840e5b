/** What a name in a pickle stands for: something opaque, or a function of ours that stands in for it. Nothing else is ever called. */
export interface PickleGlobal {
  readonly name: string;
  readonly call?: (args: readonly unknown[]) => unknown;
}

export interface PickleOptions {
  /** The names that a pickle may use, `module.name`. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** Stands in for what the pickle keeps elsewhere. */
  readonly persistent: (id: unknown) => unknown;
  readonly bad: (why: string) => Error;
}

/**
 * Reads a pickle of protocol 2 with the instructions that plain data in tables and lists needs; it never runs anything. Tables are a `Map`, lists and
 * tuples arrays, `None` is null, integers are numbers.
 *
 * Throws what `bad` makes of the reason: another instruction, a name that is not among `globals`, text that is cut short or makes no sense.
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions): unknown {
  const machine = new PickleMachine(bytes, options);
  for (;;) {
    const code = machine.byte();
    if (code === STOP) return machine.pop();
    const run = instructions.get(code);
    if (run === undefined) throw options.bad(`its instruction 0x${code.toString(16).padStart(2, "0")} is not one that weights need`);
    run(machine);
  }
}

const STOP = 0x2e;

/** The stack, the memo and the place in the text. */
class PickleMachine {
  readonly options: PickleOptions;
  readonly #bytes: Buffer;
  #at = 0;
  #stack: unknown[] = [];
  readonly #marked: unknown[][] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(bytes: Uint8Array, options: PickleOptions) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.options = options;
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw this.options.bad("its table of contents is cut short");
    return this.#bytes.subarray(this.#at, (this.#at = end));
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.options.bad("its table of contents is cut short");
    const text = this.take(end - this.#at).toString("utf8");
    this.take(1);
    return text;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length === 0) throw this.options.bad("its table of contents makes no sense");
    return this.#stack.pop();
  }

  /** Everything from here on is on a stack of its own, up to `popMarked`. */
  mark(): void {
    this.#marked.push(this.#stack);
    this.#stack = [];
  }

  popMarked(): unknown[] {
    const values = this.#stack;
    const below = this.#marked.pop();
    if (below === undefined) throw this.options.bad("its table of contents makes no sense");
    this.#stack = below;
    return values;
  }

  popMany(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** The last value, which the pickle goes on to fill. */
  top<T>(isKind: (value: unknown) => value is T): T {
    const value = this.#stack.at(-1);
    if (!isKind(value)) throw this.options.bad("its table of contents makes no sense");
    return value;
  }

  remember(place: number): void {
    this.#memo.set(place, this.top((value): value is unknown => value !== undefined));
  }

  recall(place: number): void {
    if (!this.#memo.has(place)) throw this.options.bad("its table of contents makes no sense");
    this.push(this.#memo.get(place));
  }

  fill(items: readonly unknown[]): void {
    const table = this.top((value): value is Map<unknown, unknown> => value instanceof Map);
    if (items.length % 2 !== 0) throw this.options.bad("its table of contents makes no sense");
    for (let i = 0; i < items.length; i += 2) table.set(items[i], items[i + 1]);
  }

  append(items: readonly unknown[]): void {
    const list = this.top((value): value is unknown[] => Array.isArray(value));
    for (const item of items) list.push(item);
  }

  global(): void {
    const name = `${this.line()}.${this.line()}`;
    const found = this.options.globals.get(name);
    if (found === undefined) throw this.options.bad(`it asks for ${JSON.stringify(name.slice(0, 100))}, which is no part of plain weights and is not run`);
    this.push(found);
  }

  reduce(): void {
    const args = this.pop();
    const { name, call } = (this.pop() ?? {}) as Partial<PickleGlobal>;
    if (typeof call !== "function" || !Array.isArray(args)) throw this.options.bad(`it calls ${JSON.stringify(name ?? "what is no function")}, which is not run`);
    this.push(call(args));
  }

  /** The state of a table, such as the versions of modules that torch notes, is left out; nothing else may have one. */
  build(): void {
    this.pop();
    this.top((value): value is Map<unknown, unknown> => value instanceof Map);
  }

  /** An integer of any length, two's complement. */
  long(): void {
    const bytes = this.take(this.byte());
    const value = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
    const number = Number(BigInt.asIntN(8 * bytes.length, value));
    if (!Number.isSafeInteger(number)) throw this.options.bad("it holds a number that is too large");
    this.push(number);
  }

  protocol(): void {
    const version = this.byte();
    if (version !== 2) throw this.options.bad(`it is pickled with protocol ${version} and must be with 2, torch's own`);
  }
}

/** The instructions by their bytes (Python's `pickletools`). */
const instructions: ReadonlyMap<number, (machine: PickleMachine) => void> = new Map<number, (machine: PickleMachine) => void>([
  [0x80, (m) => m.protocol()],
  [0x28, (m) => m.mark()],
  [0x4e, (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [0x4b, (m) => m.push(m.byte())],
  [0x4d, (m) => m.push(m.take(2).readUInt16LE())],
  [0x4a, (m) => m.push(m.take(4).readInt32LE())],
  [0x8a, (m) => m.long()],
  [0x47, (m) => m.push(m.take(8).readDoubleBE())],
  [0x58, (m) => m.push(m.take(m.take(4).readUInt32LE()).toString("utf8"))],
  [0x5d, (m) => m.push([])],
  [0x7d, (m) => m.push(new Map())],
  [0x29, (m) => m.push([])],
  [0x74, (m) => m.push(m.popMarked())],
  [0x85, (m) => m.push(m.popMany(1))],
  [0x86, (m) => m.push(m.popMany(2))],
  [0x87, (m) => m.push(m.popMany(3))],
  [0x61, (m) => m.append(m.popMany(1))],
  [0x65, (m) => m.append(m.popMarked())],
  [0x73, (m) => m.fill(m.popMany(2))],
  [0x75, (m) => m.fill(m.popMarked())],
  [0x71, (m) => m.remember(m.byte())],
  [0x72, (m) => m.remember(m.take(4).readUInt32LE())],
  [0x68, (m) => m.recall(m.byte())],
  [0x6a, (m) => m.recall(m.take(4).readUInt32LE())],
  [0x63, (m) => m.global()],
  [0x52, (m) => m.reduce()],
  [0x62, (m) => m.build()],
  [0x51, (m) => m.push(m.options.persistent(m.pop()))],
]);
