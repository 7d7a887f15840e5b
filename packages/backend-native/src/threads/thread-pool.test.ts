import { type Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { type Blas, findBlas } from "../blas/find-blas.js";
import { SharedHeap } from "../memory/shared-heap.js";
import { type FunctionBuilder } from "../wasm/function-builder.js";
import { ModuleBuilder } from "../wasm/module-builder.js";
import { f32, i32 } from "../wasm/scalars.js";
import { type GemmStep, type KernelStep, type Step, oneProduct } from "./step.js";
import { ThreadPool } from "./thread-pool.js";

let blas: Blas | undefined;
let absent = "";
try {
  blas = findBlas();
} catch (error) {
  absent = ` (skipped: ${(error as Error).message})`;
}

type KernelBuilder = FunctionBuilder<readonly ["i32", "i32", "i32", "i32"], readonly []>;

/** `mirror`: b[i] = a[n - 1 - i] + 1, so that a thread reads what others wrote. `who`: a[i] = the thread. `trap`, `forever`: as they say. */
function kernels(n: number): Uint8Array {
  const module = new ModuleBuilder({ initial: 1, maximum: 65_536, shared: true });
  const kernel = (name: string): KernelBuilder => {
    const f = module.func(name, { params: ["i32", "i32", "i32", "i32"], results: [] });
    module.export(f);
    return f;
  };
  for (const [name, from, to] of [["mirror", 0, 4], ["mirrorBack", 4, 0]] as const) {
    const f = kernel(name);
    const [source, target] = [f.let(i32.load(f.param(3), from)), f.let(i32.load(f.param(3), to))];
    const i = f.local("i32");
    f.forRange(i, f.param(0), f.param(1), i32.const(1), () => {
      const mirrored = i32.sub(i32.const(n - 1), i);
      f.store(i32.add(target, i32.shl(i, i32.const(2))), f32.add(f32.load(i32.add(source, i32.shl(mirrored, i32.const(2)))), f32.const(1)));
    });
  }
  const who = kernel("who");
  const i = who.local("i32");
  who.forRange(i, who.param(0), who.param(1), i32.const(1), () => {
    who.store(i32.add(i32.load(who.param(3)), i32.shl(i, i32.const(2))), f32.convertI32S(who.param(2)));
  });
  const trap = kernel("trap");
  trap.store(i32.const(0), i32.divU(i32.const(1), i32.const(0)));
  const forever = kernel("forever");
  forever.while(i32.const(1), () => undefined);
  return module.toBytes();
}

const step = (fn: string, units: number, grain = 1): KernelStep => ({ kind: "kernel", fn, units, grain });
const code = (name: string): unknown => expect.objectContaining({ code: `backend-native/${name}` });
const open: ThreadPool[] = [];
async function start(threads: number, heap: SharedHeap): Promise<ThreadPool> {
  const pool = await ThreadPool.start({ threads, memory: heap.memory, ...(blas === undefined ? {} : { blas: blas.binding }) });
  open.push(pool);
  return pool;
}
/** Blocks of that many floats, and a table of them. */
function buffers(heap: SharedHeap, ...lengths: readonly number[]): { table: number; arrays: Float32Array[] } {
  const addresses = lengths.map((length) => heap.allocate(4 * length));
  const table = heap.allocate(4 * lengths.length);
  heap.int32(table, lengths.length).set(addresses);
  return { table, arrays: addresses.map((address, i) => heap.float32(address, lengths[i]!).fill(0)) };
}
const workersOf = (pool: ThreadPool): Worker[] => (pool as unknown as { readonly workers: Worker[] }).workers;

afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

describe("ThreadPool", () => {
  it.each([1, 2, 3])("keeps %i threads in step over 10,000 steps", async (threads) => {
    const n = 37;
    const heap = new SharedHeap();
    const pool = await start(threads, heap);
    const { table, arrays: [a] } = buffers(heap, n, n);
    a!.forEach((_, i) => (a![i] = i));
    const steps = Array.from({ length: 5_000 }, () => [step("mirror", n), step("mirrorBack", n)]).flat();
    await pool.define(1, { module: kernels(n), steps });
    await pool.run(1, table);
    expect([...a!]).toEqual(Array.from({ length: n }, (_, i) => i + 10_000));
  });

  it("gives each thread its share", async () => {
    const heap = new SharedHeap();
    const pool = await start(3, heap);
    const { table, arrays: [a] } = buffers(heap, 10);
    await pool.define(7, { module: kernels(1), steps: [step("who", 10)] });
    await pool.run(7, table);
    expect([...a!]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 2]);
  });

  it("leaves the caller's thread free during a run", async () => {
    const heap = new SharedHeap();
    const pool = await start(1, heap);
    const n = 200_000;
    const { table } = buffers(heap, n, n);
    await pool.define(1, { module: kernels(n), steps: Array.from({ length: 100 }, () => step("mirror", n)) });
    let over = false;
    let turns = 0;
    const run = pool.run(1, table).then(() => (over = true));
    for (; !over; turns++) await new Promise((resolve) => setImmediate(resolve));
    await run;
    expect(turns).toBeGreaterThan(100);
  });

  it("runs interleaved programs in the order of the calls, on a memory that has grown", async () => {
    const heap = new SharedHeap();
    const pool = await start(2, heap);
    const n = 100;
    await pool.define(1, { module: kernels(n), steps: [step("mirror", n)] });
    await pool.define(2, { module: kernels(n), steps: [step("mirrorBack", n)] });
    heap.allocate(2 ** 24);
    const { table, arrays: [a, b] } = buffers(heap, n, n);
    await Promise.all(Array.from({ length: 50 }, () => [pool.run(1, table), pool.run(2, table)]).flat());
    expect(a!.every((value) => value === 100)).toBe(true);
    expect(b!.every((value) => value === 99)).toBe(true);
    pool.release(1);
    await expect(pool.run(1, table)).rejects.toThrow(code("bad-program"));
    await pool.run(2, table);
  });

  it("times the steps of a run", async () => {
    const heap = new SharedHeap();
    const pool = await start(2, heap);
    const { table, arrays: [, b] } = buffers(heap, 200_000, 200_000);
    await pool.define(1, { module: kernels(200_000), steps: [step("mirror", 200_000), step("mirror", 1)] });
    const started = performance.now();
    const times = await pool.profile(1, table);
    const elapsed = performance.now() - started;
    expect(times).toHaveLength(2);
    expect(times.every((time) => time > 0)).toBe(true);
    expect(times[0]! + times[1]!).toBeLessThan(elapsed);
    expect(b!.every((value) => value === 1)).toBe(true);
  });

  it("refuses a program that it cannot run, and stays usable", async () => {
    const heap = new SharedHeap();
    const pool = await start(2, heap);
    const { table } = buffers(heap, 8, 8);
    await expect(pool.define(1, { module: new Uint8Array([1, 2, 3]), steps: [] })).rejects.toThrow(code("bad-program"));
    await expect(pool.define(1, { module: kernels(8), steps: [step("who", 8), step("missing", 8)] })).rejects.toThrow(/step 1 \(kernel "missing"\)/);
    await expect(pool.run(1, table)).rejects.toThrow(code("bad-program"));
    await pool.define(1, { module: kernels(8), steps: [] });
    await pool.run(1, table);
    await expect(ThreadPool.start({ threads: 0, memory: heap.memory })).rejects.toThrow(code("bad-option"));
    const plain = await ThreadPool.start({ threads: 1, memory: heap.memory });
    open.push(plain);
    await expect(plain.define(1, { module: kernels(8), steps: [product({ m: 1, n: 1, k: 1 })] })).rejects.toThrow(/needs a BLAS/);
  });

  it("turns a trap into an error for every open and later call", async () => {
    const heap = new SharedHeap();
    const pool = await start(3, heap);
    const { table } = buffers(heap, 8, 8);
    await pool.define(1, { module: kernels(8), steps: [step("mirror", 8), step("trap", 1), step("mirror", 8)] });
    const results = await Promise.allSettled([pool.run(1, table), pool.run(1, table)]);
    for (const result of results) expect(result).toMatchObject({ status: "rejected", reason: { code: "backend-native/crashed" } });
    expect(String((results[0] as PromiseRejectedResult).reason)).toMatch(/thread \d in step 1 \(kernel "trap"\): divide by zero/);
    await expect(pool.run(1, table)).rejects.toThrow(code("crashed"));
    await expect(pool.define(2, { module: kernels(8), steps: [] })).rejects.toThrow(code("crashed"));
    await pool.close();
  });

  it("turns the death of a thread, busy, waiting or idle, into an error", async () => {
    const heap = new SharedHeap();
    const { table } = buffers(heap, 8, 8);
    for (const victim of [0, 1]) {
      const pool = await start(2, heap);
      await pool.define(1, { module: kernels(8), steps: [step("forever", 1)] });
      const run = pool.run(1, table);
      setTimeout(() => void workersOf(pool)[victim]!.terminate(), 20);
      await expect(run).rejects.toThrow(code("crashed"));
    }
    const idle = await start(2, heap);
    await idle.define(1, { module: kernels(8), steps: [] });
    await workersOf(idle)[1]!.terminate();
    await expect(idle.run(1, table)).rejects.toThrow(code("crashed"));
  });

  it("closes once the runs that were asked for are through", async () => {
    const heap = new SharedHeap();
    const pool = await start(2, heap);
    const { table, arrays: [, b] } = buffers(heap, 8, 8);
    await pool.define(1, { module: kernels(8), steps: [step("mirror", 8)] });
    const run = pool.run(1, table);
    await pool.close();
    await pool.close();
    await run;
    expect(b!.every((value) => value === 1)).toBe(true);
    await expect(pool.run(1, table)).rejects.toThrow(code("closed"));
  });
});

interface ProductSizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}
/** A product whose rows have 3 elements of padding and whose matrices start 5, 6 and 7 elements into their buffers. */
function product({ m, n, k }: ProductSizes, rest: Partial<GemmStep> = {}): GemmStep {
  const { transposeA = false, transposeB = false } = rest;
  return {
    kind: "gemm", m, n, k, transposeA, transposeB, alpha: 1, beta: 0, batch: oneProduct,
    a: { slot: 0, offset: 5, ld: (transposeA ? m : k) + 3 }, b: { slot: 1, offset: 6, ld: (transposeB ? k : n) + 3 }, c: { slot: 2, offset: 7, ld: n + 3 },
    ...rest,
  };
}
/** The same in float64; elements that are not of a result stay. */
function expectedProduct(step: GemmStep, [a, b, c]: readonly Float32Array[]): Float64Array {
  const result = Float64Array.from(c!);
  for (const entry of step.batch) {
    for (let i = 0; i < step.m; i++) {
      for (let j = 0; j < step.n; j++) {
        let sum = 0;
        for (let l = 0; l < step.k; l++) {
          const left = a![step.a.offset + entry.a + (step.transposeA ? l * step.a.ld + i : i * step.a.ld + l)]!;
          sum += left * b![step.b.offset + entry.b + (step.transposeB ? j * step.b.ld + l : l * step.b.ld + j)]!;
        }
        const at = step.c.offset + entry.c + i * step.c.ld + j;
        result[at] = step.alpha * sum + (step.beta === 0 ? 0 : c![at]!);
      }
    }
  }
  return result;
}
const emptyModule = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const fill = (array: Float32Array, seed: number): void => array.forEach((_, i) => (array[i] = Math.sin(i * 0.7 + seed)));

describe.skipIf(blas === undefined)(`ThreadPool with a BLAS${absent}`, () => {
  const transposes = [[false, false], [false, true], [true, false], [true, true]] as const;

  it.each([1, 2, 3])("multiplies on %i threads, the same bits each time", async (threads) => {
    const heap = new SharedHeap();
    const pool = await start(threads, heap);
    const { table, arrays } = buffers(heap, 60_000, 60_000, 60_000);
    const batch = (count: number): GemmStep["batch"] => Array.from({ length: count }, (_, i) => ({ a: i * 40, b: i * 24, c: i * 5_000 }));
    const cases: GemmStep[] = transposes.flatMap(([transposeA, transposeB]) => [
      product({ m: 130, n: 75, k: 40 }, { transposeA, transposeB }),
      product({ m: 9, n: 300, k: 50 }, { transposeA, transposeB, alpha: 0.125, beta: 1 }),
      product({ m: 48, n: 56, k: 40 }, { transposeA, transposeB, batch: batch(8), alpha: -2 }),
      product({ m: 70, n: 33, k: 30 }, { transposeA, transposeB, batch: batch(3), beta: 1 }),
      product({ m: 3, n: 2, k: 1 }, { transposeA, transposeB }),
    ]);
    for (const [id, step] of cases.entries()) {
      arrays.forEach(fill);
      const expected = expectedProduct(step, arrays);
      const before = arrays[2]!.slice();
      await pool.define(id, { module: emptyModule, steps: [step] });
      await pool.run(id, table);
      const result = arrays[2]!.slice();
      const worst = result.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
      expect(worst, JSON.stringify({ ...step, batch: step.batch.length })).toBeLessThan(1e-5 * Math.max(1, Math.abs(step.alpha)));
      arrays[2]!.set(before);
      await pool.run(id, table);
      expect(arrays[2]!.every((value, i) => Object.is(value, result[i]))).toBe(true);
    }
  });

  it("overwrites what is not a number where beta is 0", async () => {
    const heap = new SharedHeap();
    const pool = await start(2, heap);
    const { table, arrays } = buffers(heap, 5_000, 5_000, 5_000);
    arrays.forEach(fill);
    arrays[2]!.fill(NaN);
    const step = product({ m: 40, n: 40, k: 40 });
    await pool.define(0, { module: emptyModule, steps: [step] });
    await pool.run(0, table);
    const expected = expectedProduct(step, arrays);
    expect(arrays[2]!.filter((value, i) => Math.abs(value - expected[i]!) < 1e-5)).toHaveLength(40 * 40);
  });

  it("passes a product's result to a kernel and on to another product", async () => {
    const heap = new SharedHeap();
    const pool = await start(2, heap);
    const n = 64;
    const { table, arrays: [x, y, z] } = buffers(heap, n * n, n * n, n * n);
    const square = (a: number, b: number, c: number): Step => ({
      ...product({ m: n, n, k: n }), a: { slot: a, offset: 0, ld: n }, b: { slot: b, offset: 0, ld: n }, c: { slot: c, offset: 0, ld: n },
    });
    z!.fill(0);
    for (let i = 0; i < n; i++) z![i * n + i] = 2;
    x!.forEach((_, i) => (x![i] = i % 7));
    const before = x!.slice();
    // y = x + 1 mirrored; x = y z, twice y; y = x + 1 mirrored back.
    await pool.define(0, { module: kernels(n * n), steps: [step("mirror", n * n, 16), square(1, 2, 0), step("mirror", n * n, 16)] });
    for (let round = 0; round < 20; round++) {
      x!.set(before);
      await pool.run(0, table);
      expect(y!.every((value, i) => value === 2 * (before[i]! + 1) + 1)).toBe(true);
    }
  });
});
