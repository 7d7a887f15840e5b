/** Runs an exported function of the program's module over work units, split among the threads. */
export interface KernelStep {
  readonly kind: "kernel";
  /** The export: `(start: i32, end: i32, thread: i32, args: i32) -> ()`, units `[start, end)`, `args` where its part of the address table begins. */
  readonly fn: string;
  /** The slot at which that part begins. Default 0. */
  readonly args?: number;
  readonly units: number;
  /** A thread's share is a multiple of this many units; the last one takes the rest. At least 1. */
  readonly grain: number;
  /** Whether a thread without units calls it, too, to leave an empty result. Default false. */
  readonly everyThread?: boolean;
}

/** A row-major matrix in a buffer of the program. */
export interface Operand {
  /** Index into the address table: the buffer. */
  readonly slot: number;
  /** Elements from the buffer's start to the matrix. */
  readonly offset: number;
  /** Leading dimension: elements from one stored row to the next. */
  readonly ld: number;
}

/** Where one product of a batch finds its matrices: elements, added to the operands' offsets. */
export interface BatchEntry {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/**
 * Matrix products in float32: `c = alpha * op(a) op(b) + beta * c` for every entry of the batch.
 *
 * op(a) is [m, k], op(b) is [k, n], c is [m, n]; a transposed operand is stored as [k, m] or [n, k]. The entries' results must not overlap.
 */
export interface GemmStep {
  readonly kind: "gemm";
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly alpha: number;
  /** 0 overwrites c, whatever it holds; 1 adds to it. */
  readonly beta: 0 | 1;
  readonly a: Operand;
  readonly b: Operand;
  readonly c: Operand;
  /** `oneProduct` for a single one. */
  readonly batch: readonly BatchEntry[];
}

/** The batch of a single product. */
export const oneProduct: readonly BatchEntry[] = [{ a: 0, b: 0, c: 0 }];

/** A step of a plan: all threads finish it before any begins the next. */
export type Step = KernelStep | GemmStep;
