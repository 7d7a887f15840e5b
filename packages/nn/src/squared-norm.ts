import * as op from "@bort/graph";
import { type Backend, type EngineMemory, type Program, memoryOf, parameter, runEach } from "@bort/graph";
import { SMALL_CHUNK } from "./parameter-layout.js";

/** Rows that a chunk is taken for, each of which is summed by itself: threads share them, and short sums round less. */
const ROWS = 64;

/** Squared Euclidean norms of vectors of any length, by a program over one chunk. */
export class SquaredNorm {
  /** The rest of a vector that does not fill a chunk, and zeros. */
  readonly #rest: Float32Array;
  /** The squared norm of each row of each chunk. */
  #sums: Float32Array;

  private constructor(private readonly program: Program, private readonly chunkSize: number, private readonly memory: EngineMemory) {
    this.#rest = memory.allocate(chunkSize);
    this.#sums = memory.allocate(ROWS);
  }

  /** @param chunkSize - a multiple of 64; for vectors of very different lengths a small one, since the last chunk of each is filled up with zeros */
  static async compile(backend: Backend, chunkSize: number = SMALL_CHUNK): Promise<SquaredNorm> {
    const rows = op.reshape(parameter("vector", [chunkSize]), [ROWS, chunkSize / ROWS]);
    return new SquaredNorm(await backend.compile({ sums: op.reduceSum(op.mul(rows, rows), [-1]) }), chunkSize, memoryOf(backend));
  }

  /** Each row's sum is of float32, and rows are summed in float64. */
  async of(vector: Float32Array): Promise<number> {
    const chunks = Math.ceil(vector.length / this.chunkSize);
    this.#haveRoomFor(chunks);
    await runEach(this.program, Array.from({ length: chunks }, (_, i) => ({
      feeds: { vector: this.#wholeChunk(vector.subarray(i * this.chunkSize, (i + 1) * this.chunkSize)) }, into: { sums: this.#sums.subarray(i * ROWS, (i + 1) * ROWS) },
    })));
    return this.#sums.subarray(0, chunks * ROWS).reduce((sum, one) => sum + one, 0);
  }

  async dispose(): Promise<void> {
    await this.program.dispose();
    this.memory.free(this.#rest);
    this.memory.free(this.#sums);
  }

  #haveRoomFor(chunks: number): void {
    if (chunks * ROWS <= this.#sums.length) return;
    this.memory.free(this.#sums);
    this.#sums = this.memory.allocate(chunks * ROWS);
  }

  #wholeChunk(piece: Float32Array): Float32Array {
    if (piece.length === this.chunkSize) return piece;
    this.#rest.set(piece);
    return this.#rest.fill(0, piece.length);
  }
}
