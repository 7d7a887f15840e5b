import * as op from "@bort/graph";
import { type Backend, type EngineMemory, type Program, memoryOf, parameter, runEach } from "@bort/graph";
import { CHUNK_SIZE } from "./parameter-layout.js";

/** Squared Euclidean norms of vectors of any length, by a program over one chunk. */
export class SquaredNorm {
  /** The rest of a vector that does not fill a chunk, and zeros. */
  readonly #rest: Float32Array;
  /** The squared norm of each chunk. */
  #sums: Float32Array;

  private constructor(private readonly program: Program, private readonly memory: EngineMemory) {
    this.#rest = memory.allocate(CHUNK_SIZE);
    this.#sums = memory.allocate(1);
  }

  static async compile(backend: Backend): Promise<SquaredNorm> {
    const row = op.reshape(parameter("vector", [CHUNK_SIZE]), [1, CHUNK_SIZE]);
    return new SquaredNorm(await backend.compile({ squaredNorm: op.reduceSum(op.mul(row, row), [-1]) }), memoryOf(backend));
  }

  /** Each chunk's sum is of float32, and chunks are summed in float64. */
  async of(vector: Float32Array): Promise<number> {
    const chunks = Math.ceil(vector.length / CHUNK_SIZE);
    this.#haveRoomFor(chunks);
    await runEach(this.program, Array.from({ length: chunks }, (_, i) => ({
      feeds: { vector: this.#wholeChunk(vector.subarray(i * CHUNK_SIZE, (i + 1) * CHUNK_SIZE)) }, into: { squaredNorm: this.#sums.subarray(i, i + 1) },
    })));
    return this.#sums.subarray(0, chunks).reduce((sum, one) => sum + one, 0);
  }

  async dispose(): Promise<void> {
    await this.program.dispose();
    this.memory.free(this.#rest);
    this.memory.free(this.#sums);
  }

  #haveRoomFor(chunks: number): void {
    if (chunks <= this.#sums.length) return;
    this.memory.free(this.#sums);
    this.#sums = this.memory.allocate(chunks);
  }

  #wholeChunk(piece: Float32Array): Float32Array {
    if (piece.length === CHUNK_SIZE) return piece;
    this.#rest.set(piece);
    return this.#rest.fill(0, piece.length);
  }
}
