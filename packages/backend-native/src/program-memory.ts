import { GraphError } from "@bort/graph";
import { HeapBlocks } from "./memory/heap-blocks.js";
import { type SharedHeap } from "./memory/shared-heap.js";
import { type Plan } from "./plan/compile-plan.js";
import { type Buffer, type BufferUse } from "./plan/view.js";

/** What a program has in the heap from its compilation on: temporaries, scratch rows, constants, faults and an address table. */
export class ProgramMemory {
  /** Where the address table of a single run lies. */
  readonly table: number;
  readonly #heap: SharedHeap;
  readonly #plan: Plan;
  readonly #blocks: HeapBlocks;
  readonly #starts: { readonly arena: number; readonly faults: number; readonly scratch: number };
  readonly #constants = new Map<Buffer, number>();

  /** @throws NativeError `backend-native/out-of-memory` */
  constructor(heap: SharedHeap, plan: Plan) {
    this.#heap = heap;
    this.#plan = plan;
    this.#blocks = new HeapBlocks(heap);
    try {
      const { memory, scratchBytes, faults, draft } = plan;
      const [arena, scratch, faultWords] = [memory.bytes, scratchBytes, 4 * faults.length].map((bytes) => this.#blocks.reserve(bytes));
      this.#starts = { arena: arena!, scratch: scratch!, faults: faultWords! };
      this.table = this.#blocks.reserve(this.tableBytes);
      for (const buffer of draft.buffers) if (buffer.use.kind === "constant") this.#fill(buffer, buffer.use);
    } catch (cause) {
      this.#blocks.free();
      throw cause;
    }
    this.#faults.fill(0);
  }

  get tableBytes(): number {
    return 4 * this.#plan.table.length;
  }

  free(): void {
    this.#blocks.free();
  }

  /** Writes an address table for a run whose feeds and outputs lie at those addresses. */
  writeTable(start: number, outside: ReadonlyMap<Buffer, number>): void {
    const { arena } = this.#starts;
    const { table, memory } = this.#plan;
    const addresses = this.#heap.int32(start, table.length);
    table.forEach(({ buffer, offset }, place) => {
      const begin = typeof buffer === "string" ? this.#starts[buffer]
        : outside.get(buffer) ?? this.#constants.get(buffer) ?? arena + memory.offsets.get(buffer)!;
      addresses[place] = begin + 4 * offset;
    });
  }

  /** @throws GraphError `graph/index` where the runs since the last call met an id that the graph computes and that is no row of its table */
  checkFaults(): void {
    const ids = this.#faults;
    const place = ids.findIndex((id) => id !== 0);
    if (place < 0) return;
    const { op, rows } = this.#plan.faults[place]!;
    const message = `graph: ${op} was given the id ${ids[place]!} that the graph computes, which is not a row of the table; ids must lie in 0..${rows - 1}`;
    ids.fill(0);
    throw new GraphError("graph/index", message);
  }

  get #faults(): Int32Array {
    return this.#heap.int32(this.#starts.faults, this.#plan.faults.length);
  }

  #fill(buffer: Buffer, { data, dtype }: BufferUse & { readonly kind: "constant" }): void {
    const address = this.#blocks.reserve(4 * buffer.size);
    this.#constants.set(buffer, address);
    if (dtype === "f32") this.#heap.float32(address, buffer.size).set(data);
    else this.#heap.int32(address, buffer.size).set(dtype === "bool" ? Array.from(data, (value) => Number(value !== 0)) : data);
  }
}
