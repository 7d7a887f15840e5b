import {
  add, cast, div, equal, evaluate, exp, expand, type Feeds, gather, type Graph, layerNorm, less, logSoftmax, mul, neg, type Node, parameter,
  reduceMax, reduceSum, reshape, scatterAdd, slice, softmax, standardize, sub, transpose, where, zeros,
} from "@bort/graph";
import { numberStream } from "@bort/graph/testing";
import { describe, expect, it } from "vitest";
import { SharedHeap } from "../memory/shared-heap.js";
import { webAssembly } from "../memory/webassembly.js";
import { compilePlan } from "../plan/compile-plan.js";
import { type Buffer } from "../plan/view.js";

const heap = new SharedHeap({ maximumBytes: 64 * 65_536 });
interface RunOptions {
  readonly threads?: number;
  /** The order in which threads do their shares. */
  readonly order?: readonly number[];
  /** Outputs that lie over a feed. */
  readonly over?: Readonly<Record<string, string>>;
  /** The bits in and behind every buffer before the run. Default: a NaN that no result has. */
  readonly behind?: number;
}

/** Runs the kernels of a graph without products, the work of each split evenly. Elements behind the end of every output must be as they were. */
async function run(graph: Graph, feeds: Feeds, options: RunOptions = {}): Promise<Record<string, number[]>> {
  const { threads = 1, order = [...Array(threads).keys()], over = {}, behind = 0x7fc0dead } = options;
  const plan = compilePlan(graph, { threads, pages: { initial: 1, maximum: 64 } });
  const blocks: number[] = [];
  const block = (elements: number): number => {
    const address = heap.allocate(4 * (elements + 8));
    heap.int32(address, elements + 8).fill(behind);
    blocks.push(address);
    return address;
  };
  const addresses = new Map<Buffer, number>();
  const place = (buffer: Buffer): number => {
    const known = addresses.get(buffer);
    if (known !== undefined) return known;
    const { use, size } = buffer;
    const fed = use.kind === "output" ? plan.draft.buffers.find((other) => other.use.kind === "feed" && other.use.name === over[use.name]) : undefined;
    const address = fed === undefined ? block(size) : place(fed);
    addresses.set(buffer, address);
    if (use.kind === "feed") {
      if (feeds[use.name] instanceof Float32Array) heap.float32(address, size).set(feeds[use.name] as Float32Array);
      else heap.int32(address, size).set(feeds[use.name] as Int32Array);
    }
    if (use.kind === "constant") (use.dtype === "f32" ? heap.float32(address, size) : heap.int32(address, size)).set(use.data);
    return address;
  };
  const arena = block(plan.memory.bytes / 4);
  const scratch = block(plan.scratchBytes / 4);
  const faults = block(plan.faults.length);
  heap.int32(faults, plan.faults.length).fill(0);
  const table = block(plan.table.length);
  const entries = plan.table.map(({ buffer, offset }) => {
    if (buffer === "scratch") return scratch;
    if (buffer === "faults") return faults + 4 * offset;
    return 4 * offset + (plan.memory.offsets.has(buffer) ? arena + plan.memory.offsets.get(buffer)! : place(buffer));
  });
  heap.int32(table, entries.length).set(entries);
  const { exports } = new webAssembly.Instance(await webAssembly.compile(plan.module), { env: { memory: heap.memory } });
  for (const step of plan.steps) {
    if (step.kind !== "kernel") throw new Error("a graph without products was expected");
    const kernel = exports[step.fn] as (start: number, end: number, thread: number, args: number) => void;
    const border = (thread: number): number => Math.floor((step.units * thread) / threads);
    for (const thread of order) kernel(border(thread), border(thread + 1), thread, table + 4 * (step.args ?? 0));
  }
  const outputs = Object.fromEntries(plan.draft.buffers.flatMap((buffer) => {
    if (buffer.use.kind !== "output") return [];
    const address = place(buffer);
    expect([...heap.int32(address + 4 * buffer.size, 8)], "what lies behind an output").toEqual(Array(8).fill(behind));
    const { dtype } = graph[buffer.use.name]!;
    return [[buffer.use.name, [...(dtype === "f32" ? heap.float32(address, buffer.size) : heap.int32(address, buffer.size))]]];
  }));
  for (const address of blocks) heap.free(address);
  return outputs;
}

const next = numberStream(11);
const noise = (length: number): Float32Array => Float32Array.from({ length }, () => 4 * next() - 2);

async function agrees(graph: Graph, feeds: Feeds, options: RunOptions): Promise<void> {
  const outputs = await run(graph, feeds, options);
  const expected = evaluate(Object.values(graph), feeds as Readonly<Record<string, Float32Array>>);
  Object.keys(graph).forEach((name, i) => {
    expect(outputs[name]).toHaveLength(expected[i]!.length);
    outputs[name]!.forEach((value, k) => {
      const wanted = expected[i]![k]!;
      expect(Math.abs(value - wanted) / (1 + Math.abs(wanted)), `${name}[${k}] is ${value}, not ${wanted}`).toBeLessThan(2e-5);
    });
  });
}

describe("cluster kernels", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])("rows of %i columns: element by element, reduced, and both", async (columns) => {
    const x = parameter("x", [5, columns]);
    const row = parameter("row", [columns]);
    const column = parameter("column", [5, 1]);
    const graph = {
      wide: add(mul(x, row), column), total: reduceSum(exp(x), [1]), largest: reduceMax(x, [1]), spread: sub(x, reduceMax(x, [1])),
      probabilities: softmax(x),
      logs: logSoftmax(mul(x, column)), standard: standardize(x, 1e-3), norm: layerNorm(x, row, row, 1e-3), flat: neg(reshape(x, [5 * columns])),
    };
    for (const threads of [1, 2]) await agrees(graph, { x: noise(5 * columns), row: noise(columns), column: noise(5) }, { threads });
  });

  it.each([1, 3, 4, 6, 9])("rows of %i columns that lie apart", async (columns) => {
    const x = parameter("x", [columns, 7]);
    const across = transpose(x, [1, 0]); // [7, columns], 7 elements apart
    const every = slice(transpose(parameter("y", [columns, 3, 7]), [2, 1, 0]), [0, 1, 0], [7, 2, columns]); // [7, 1, columns]
    await agrees({ sum: add(across, reshape(every, [7, columns])), softmax: softmax(across) }, { x: noise(7 * columns), y: noise(21 * columns) }, { threads: 2 });
  });

  it("rows whose number has several digits", async () => {
    const x = transpose(parameter("x", [3, 4, 2, 20]), [2, 0, 1, 3]); // [2, 3, 4, 20]
    const y = expand(parameter("y", [2, 1, 4, 1]), [2, 3, 4, 20]);
    await agrees({ sum: add(x, y), max: reduceMax(mul(x, y), [3]) }, { x: noise(480), y: noise(8) }, { threads: 3 });
  });

  it("a value known once a row, stored once and for every column", async () => {
    const x = parameter("x", [6, 18]);
    const mean = div(reduceSum(x, [1]), 18);
    await agrees({ mean, wide: expand(mean, [6, 18]), away: sub(x, mean) }, { x: noise(108) }, { threads: 2 });
  });

  it("reductions of rows whose elements are one", async () => {
    const x = expand(parameter("x", [90, 1]), [90, 2]);
    await agrees({ sum: reduceSum(x, [1]), max: reduceMax(x, [1]), standard: standardize(x, 0.1) }, { x: noise(90) }, { threads: 2 });
  });

  it.each([1, 2, 3])("sums of columns by %i threads, also by those that have no row", async (threads) => {
    const order = [...Array(threads).keys()].toReversed();
    for (const [rows, columns] of [[17, 5], [1, 4], [2, 70], [40, 1]] as const) {
      const x = parameter("x", [rows, columns]);
      const weighted = mul(x, parameter("y", [rows, columns]));
      await agrees({ sum: reduceSum(x, [0]), product: reduceSum(weighted, [0]), weighted }, { x: noise(rows * columns), y: noise(rows * columns) }, { threads, order });
    }
  });

  it("one long row, shared out by blocks of columns", async () => {
    const [x, y] = [parameter("x", [1003]), parameter("y", [1003])];
    for (const threads of [1, 2, 3]) await agrees({ y: add(mul(x, 3), y), z: exp(x) }, { x: noise(1003), y: noise(1003) }, { threads });
  });

  it("an element-wise update over what it reads", async () => {
    for (const size of [1, 6, 64, 131]) {
      const [x, g, m] = [parameter("x", [size]), parameter("g", [size]), parameter("m", [size])];
      const momentum = add(mul(m, 0.5), g);
      const graph = { x: sub(x, mul(momentum, 0.25)), m: momentum };
      const feeds = { x: noise(size), g: noise(size), m: noise(size) };
      expect(await run(graph, feeds, { threads: 2, over: { x: "x", m: "m" } })).toEqual(await run(graph, feeds));
    }
  });

  it("rows that ids say, and rows added to those", async () => {
    for (const columns of [1, 3, 4, 67]) {
      const ids = parameter("ids", [5], "i32");
      const table = parameter("table", [4, columns]);
      const sums = scatterAdd(zeros([4, columns]), ids, parameter("rows", [5, columns]));
      const graph = { rows: gather(table, ids), twice: mul(gather(table, ids), 2), sums };
      await agrees(graph, { ids: Int32Array.of(3, 0, 3, 1, 3), table: noise(4 * columns), rows: noise(5 * columns) }, { threads: 2 });
    }
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])("whole numbers in rows of %i divide towards zero, whatever lies behind the end", async (columns) => {
    const [x, y] = [parameter("x", [2, columns], "i32"), parameter("y", [columns], "i32")];
    const numbers = Int32Array.from({ length: 2 * columns }, (_, i) => [7, -7, 0, 100, -2_147_483_648, 2_147_483_647][i % 6]!);
    const divisors = Int32Array.from({ length: columns }, (_, i) => [-1, 2, -3, 1][i % 4]!);
    const { quotient, flat } = await run({ quotient: div(x, y), flat: div(slice(y, [0], [columns]), y) }, { x: numbers, y: divisors });
    // As two's complement says, -2147483648 / -1 is -2147483648.
    expect(quotient).toEqual([...numbers].map((number, i) => Math.trunc(number / divisors[i % columns]!) | 0));
    expect(flat).toEqual(Array(columns).fill(1));
    for (const behind of [0, -1]) expect((await run({ quotient: div(x, y) }, { x: numbers, y: divisors }, { behind })).quotient).toEqual(quotient);
  });

  it.each([1, 3, 5, 8])("booleans of %i columns are 0 or 1 in memory", async (columns) => {
    const [x, y, mask] = [parameter("x", [3, columns]), parameter("y", [columns]), parameter("mask", [3, columns], "bool")];
    const lower: Node = less(x, y);
    const graph = {
      lower, same: equal(lower, mask), chosen: where(mask, x, 5), both: where(lower, mask, equal(mask, mask)),
      ones: cast(mask, "f32"), whole: cast(lower, "i32"), truth: cast(x, "bool"),
    };
    const feeds = { x: noise(3 * columns), y: noise(columns), mask: Int32Array.from({ length: 3 * columns }, (_, i) => i % 2) };
    await agrees(graph, feeds, { threads: 2 });
  });
});
