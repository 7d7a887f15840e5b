import { type GemmStep, type KernelStep, type Operand, type Step } from "./step.js";

export interface KernelShare {
  readonly kind: "kernel";
  readonly fn: string;
  readonly start: number;
  readonly end: number;
  /** Bytes from the table's start to the kernel's part of it. */
  readonly args: number;
}
/** Equal products, of the size of one tile, as `cblas_sgemm` takes them. */
export interface GemmShare {
  readonly kind: "gemm";
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly alpha: number;
  readonly beta: number;
  readonly slots: readonly [a: number, b: number, c: number];
  readonly lds: readonly [a: number, b: number, c: number];
  /** Bytes from the buffers' starts: a, b, c of the first product, of the second, ... */
  readonly offsets: Float64Array;
}
/** One thread's part of a step; `null`: nothing. */
export type Share = KernelShare | GemmShare | null;

/** Multiply-adds below which another thread costs more than it saves (about 1 us). */
const minimumWork = 32_768;
/** With this many products a thread, whole products balance well enough. */
const wholeProducts = 4;
/** Borders of tiles: whole vector rows of the products' inner loops, whole cache lines of the result. */
const rowMultiple = 8;
const columnMultiple = 16;
/** Copying one element of an operand into the library's packed form takes about as long as this many multiply-adds. */
const packingWork = 16;

/** Splits a step among threads: entry `t` is the share of thread `t`. It depends on the step and the count alone. */
export function splitStep(step: Step, threads: number): Share[] {
  const shares = step.kind === "kernel" ? splitKernel(step, threads) : splitGemm(step, threads);
  return Array.from({ length: threads }, (_, thread) => shares[thread] ?? null);
}

function splitKernel({ fn, units, grain, args = 0, everyThread = false }: KernelStep, threads: number): Share[] {
  const grains = Math.ceil(units / grain);
  return Array.from({ length: threads }, (_, thread) => {
    const start = Math.floor((grains * thread) / threads) * grain;
    const end = Math.min(units, Math.floor((grains * (thread + 1)) / threads) * grain);
    return start < end || everyThread ? { kind: "kernel", fn, start, end, args: elementBytes * args } : null;
  });
}

function splitGemm(step: GemmStep, threads: number): Share[] {
  const products = step.batch.length;
  const parts = Math.max(1, Math.min(threads, Math.floor((products * step.m * step.n * step.k) / minimumWork)));
  const whole = { row: 0, column: 0, rows: step.m, columns: step.n };
  if (products % parts === 0 || products >= wholeProducts * parts) {
    return Array.from({ length: parts }, (_, part) =>
      gemmShare(step, whole, Math.floor((products * part) / parts), Math.floor((products * (part + 1)) / parts)));
  }
  return tilesOf(step.m, step.n, parts).map((tile) => gemmShare(step, tile, 0, products));
}

interface Tile {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** Cuts an [m, n] result into at most `parts` tiles: the grid whose largest tile takes the least time, whole rows where that is no matter. */
function tilesOf(m: number, n: number, parts: number): Tile[] {
  let best: Tile[] = [];
  let leastWork = Infinity;
  for (let across = 1; across <= parts; across++) {
    if (parts % across !== 0) continue;
    const rows = Math.min(m, roundUp((m * across) / parts, rowMultiple));
    const columns = Math.min(n, roundUp(n / across, columnMultiple));
    const work = rows * columns + packingWork * (rows + columns);
    if (work < leastWork) [best, leastWork] = [grid(m, n, rows, columns), work];
  }
  return best;
}

function grid(m: number, n: number, rows: number, columns: number): Tile[] {
  const tiles: Tile[] = [];
  for (let row = 0; row < m; row += rows) {
    for (let column = 0; column < n; column += columns) {
      tiles.push({ row, column, rows: Math.min(rows, m - row), columns: Math.min(columns, n - column) });
    }
  }
  return tiles;
}

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** A tile of the products `[first, last)` of the batch. */
function gemmShare(step: GemmStep, { row, column, rows, columns }: Tile, first: number, last: number): Share {
  const { a, b, c, k, alpha, beta, transposeA, transposeB } = step;
  if (first === last || rows === 0 || columns === 0) return null;
  const offsets = new Float64Array(3 * (last - first));
  for (let i = first; i < last; i++) {
    const entry = step.batch[i]!;
    offsets.set([
      elementBytes * (a.offset + entry.a + (transposeA ? row : row * a.ld)),
      elementBytes * (b.offset + entry.b + (transposeB ? column * b.ld : column)),
      elementBytes * (c.offset + entry.c + row * c.ld + column),
    ], 3 * (i - first));
  }
  const each = (value: (operand: Operand) => number): [number, number, number] => [value(a), value(b), value(c)];
  const slots = each(({ slot }) => slot);
  const lds = each(({ ld }) => ld);
  return { kind: "gemm", transposeA, transposeB, m: rows, n: columns, k, alpha, beta, slots, lds, offsets };
}

const elementBytes = 4;
