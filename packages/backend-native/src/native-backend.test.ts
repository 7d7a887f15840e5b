import {
  add, cast, constant, div, evaluate, exp, gather, gradients, type Graph, less, type Node, matmul, mul, neg, parameter, reduceSum, reshape, scatterAdd, slice, softmax, sub, sumAll, tanh, transpose, where, zeros,
} from "@bort/graph";
import { numberStream, testBackend } from "@bort/graph/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { nativeBackend, type NativeBackend } from "./native-backend.js";
import { withoutBlas } from "./test-blas.js";

const noise = (length: number, seed: number): Float32Array => {
  const next = numberStream(seed);
  return Float32Array.from({ length }, () => next() - 0.5);
};

describe.skipIf(withoutBlas !== "")(`with a BLAS${withoutBlas}`, () => {
  testBackend("native, one thread", () => nativeBackend({ threads: 1 }));
  testBackend("native, two threads", () => nativeBackend({ threads: 2 }));

  let backend: NativeBackend;
  beforeAll(async () => {
    backend = await nativeBackend({ threads: 2 });
  });
  afterAll(() => backend.close());

  /** An array in the engine's memory. */
  const engineArray = (...values: readonly number[]): Float32Array => {
    const array = backend.memory.allocate(values.length);
    array.set(values);
    return array;
  };

  describe("arrays of the engine", () => {
    const x = parameter("x", [300]);
    const graph: Graph = { y: mul(x, 2) };

    it("are zeroed, also where others were before", () => {
      const first = engineArray(1, 2, 3);
      backend.memory.free(first);
      const second = backend.memory.allocate(3);
      expect(second.byteOffset).toBe(first.byteOffset);
      expect([...second]).toEqual([0, 0, 0]);
      backend.memory.free(second);
    });

    it("are read and written without a copy", async () => {
      const program = await backend.compile(graph);
      const [feed, target] = [backend.memory.allocate(300).fill(3), backend.memory.allocate(300)];
      const before = backend.memoryInUse();
      const { y } = await program.run({ x: feed }, { y: target });
      expect(backend.memoryInUse()).toBe(before);
      expect(y!.data).toBe(target);
      expect([...target]).toEqual(Array(300).fill(6));
      await program.dispose();
      for (const array of [feed, target]) backend.memory.free(array);
    });

    it("elsewhere are copied into the engine's memory and out of it, for as long as a run takes", async () => {
      const program = await backend.compile(graph);
      const [feed, target] = [new Float32Array(300).fill(3), new Float32Array(300)];
      const before = backend.memoryInUse();
      const running = program.run({ x: feed }, { y: target });
      await Promise.resolve();
      expect(backend.memoryInUse()).toBeGreaterThanOrEqual(before + 2 * 1200);
      await running;
      expect(backend.memoryInUse()).toBe(before);
      expect([...target]).toEqual(Array(300).fill(6));
      await program.dispose();
    });

    it("stay where they are when the memory grows", async () => {
      const [feed, target] = [engineArray(...Array<number>(300).fill(1)), backend.memory.allocate(300)];
      const large = backend.memory.allocate(4_000_000);
      const program = await backend.compile(graph);
      await program.run({ x: feed }, { y: target });
      expect([...target]).toEqual(Array(300).fill(2));
      await program.dispose();
      for (const array of [feed, target, large]) backend.memory.free(array);
    });
  });

  describe("outputs over feeds", () => {
    const [a, b] = [parameter("a", [2, 2]), parameter("b", [2, 2])];
    type Place = (memory: { a: Float32Array; b: Float32Array }) => Record<string, Float32Array>;
    async function over(graph: Graph, into: Place): Promise<Record<string, number[]>> {
      const memory = { a: engineArray(1, 2, 3, 4), b: engineArray(10, 20, 30, 40) };
      const program = await backend.compile(graph);
      const outputs = await program.run(memory, into(memory));
      const values = Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data, Number)]));
      await program.dispose();
      for (const array of Object.values(memory)) backend.memory.free(array);
      return values;
    }

    it("two that read what the other overwrites", async () => {
      expect(await over({ a: add(a, b), b: sub(a, b) }, (memory) => memory)).toEqual({ a: [11, 22, 33, 44], b: [-9, -18, -27, -36] });
    });
    it("a product over one of its matrices", async () => {
      expect(await over({ y: matmul(a, b) }, (memory) => ({ y: memory.b }))).toEqual({ y: [70, 100, 150, 220] });
    });
    it("a transpose of its own feed", async () => {
      expect(await over({ y: add(transpose(a, [1, 0]), b) }, (memory) => ({ y: memory.a }))).toEqual({ y: [11, 23, 32, 44] });
    });
    it("an output that hands on what another overwrites", async () => {
      expect(await over({ next: sub(b, a), last: a }, (memory) => ({ next: memory.a }))).toEqual({ next: [9, 18, 27, 36], last: [1, 2, 3, 4] });
    });
    it("a sum of columns over what is summed", async () => {
      expect(await over({ y: reduceSum(a, [0]), z: sub(b, a) }, (memory) => ({ y: memory.a.subarray(0, 2) }))).toEqual({ y: [4, 6], z: [9, 18, 27, 36] });
    });
    it("an array that lies across a feed", async () => {
      const whole = engineArray(1, 2, 3, 4, 5, 6);
      const x = parameter("x", [4]);
      const program = await backend.compile({ y: neg(x) });
      await program.run({ x: whole.subarray(0, 4) }, { y: whole.subarray(1, 5) });
      expect([...whole]).toEqual([1, -1, -2, -3, -4, 6]);
      await program.dispose();
      backend.memory.free(whole);
    });
  });

  describe("ids", () => {
    const ids = parameter("ids", [4], "i32");
    const rows = gather(parameter("table", [3, 2]), slice(ids, [1], [3]));
    const sums = scatterAdd(zeros([5]), slice(ids, [2], [4]), parameter("ones", [2]));
    const graph: Graph = { rows, sums };
    const feeds = { table: Float32Array.of(0, 1, 10, 11, 20, 21), ones: Float32Array.of(1, 1) };

    it.each([[-1, 1], [3, 1], [5, 3], [-2_000_000_000, 3]])("id %i at position %i is refused, and the engine goes on", async (id, position) => {
      const program = await backend.compile(graph);
      const wrong = Int32Array.of(0, 2, 1, 4).with(position, id);
      const message = expect.stringContaining(`id ${id} at position ${position} of "ids"`);
      await expect(program.run({ ...feeds, ids: wrong })).rejects.toMatchObject({ name: "GraphError", code: "graph/index", message });
      const outputs = await program.run({ ...feeds, ids: Int32Array.of(99, 2, 1, 4) });
      expect([[...outputs.rows!.data], [...outputs.sums!.data]]).toEqual([[20, 21, 10, 11], [0, 1, 0, 0, 1]]);
      await program.dispose();
    });

    describe("that the graph computes", () => {
      const [shift, table] = [parameter("shift", [], "i32"), parameter("table", [3, 2])];
      const bases = parameter("bases", [5], "i32");
      const looked: Graph = { y: gather(table, add(slice(bases, [0], [4]), shift)) };
      const summed: Graph = { y: scatterAdd(zeros([3, 2]), add(slice(bases, [0], [4]), shift), parameter("rows", [4, 2])) };
      const feedsAt = (by: number): Record<string, Float32Array | Int32Array> => ({ bases: Int32Array.of(0, 1, 0, 1, 9), shift: Int32Array.of(by) });

      it.each([
        ["gather", looked, { table: Float32Array.of(0, 1, 10, 11, 20, 21) }, [10, 11, 20, 21, 10, 11, 20, 21]],
        ["scatterAdd", summed, { rows: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) }, [0, 0, 6, 8, 10, 12]],
      ] as const)("%s: none but rows of the table are used, and the next run is right", async (op, graph, others, expected) => {
        const program = await backend.compile(graph);
        for (const [by, id] of [[-1, -1], [2, 3], [100_000_000, 100_000_001], [-2_147_483_648, -2_147_483_648]] as const) {
          const failure = (await program.run({ ...feedsAt(by), ...others }).catch((cause: unknown) => cause)) as Error;
          expect(failure).toMatchObject({ name: "GraphError", code: "graph/index", message: expect.stringContaining("ids must lie in 0..2") });
          expect(failure.message).toMatch(new RegExp(`${op} was given the id -?\\d+`));
          if (by === -1 || by === 2) expect(failure.message).toContain(`the id ${id} `);
          expect([...(await program.run({ ...feedsAt(1), ...others })).y!.data]).toEqual(expected);
        }
        await program.dispose();
      });

      it("are told after many calls at once, too", async () => {
        const program = await backend.compile(looked);
        const at = Array.from({ length: 4 }, () => backend.memory.allocate(8));
        const feeds = { table: Float32Array.of(0, 1, 10, 11, 20, 21), ...feedsAt(1) };
        await program.runEach!(at.map((y) => ({ feeds, into: { y } })));
        expect(at.map((y) => y[2])).toEqual([20, 20, 20, 20]);
        const wrong = { ...feeds, ...feedsAt(2) };
        await expect(program.runEach!(at.map((y) => ({ feeds: wrong, into: { y } })))).rejects.toMatchObject({ code: "graph/index" });
        await program.dispose();
        for (const y of at) backend.memory.free(y);
      });

      it("are checked where a constant says them, and where an equal program has them fed", async () => {
        const fed = await backend.compile({ y: gather(table, parameter("ids", [2], "i32")) });
        const fixed = await backend.compile({ y: gather(table, constant([2, 3], [2], "i32")) });
        const feed = { table: Float32Array.of(0, 1, 10, 11, 20, 21) };
        await expect(fixed.run(feed)).rejects.toMatchObject({ code: "graph/index" });
        expect([...(await fed.run({ ...feed, ids: Int32Array.of(2, 0) })).y!.data]).toEqual([20, 21, 0, 1]);
        await fed.dispose();
        await fixed.dispose();
      });
    });
  });

  describe("programs", () => {
    const [x, w, bias] = [parameter("x", [300, 64]), parameter("w", [64, 64]), parameter("bias", [64])];
    const y = softmax(add(matmul(x, w), bias));
    const loss = sumAll(mul(y, y));
    const graph: Graph = { loss, y, ...Object.fromEntries(gradients(loss, [x, w, bias]).map((gradient, i) => [`d${i}`, gradient])) };
    const feeds = { x: noise(300 * 64, 1), w: noise(64 * 64, 2), bias: noise(64, 3) };

    it("give the same bits in every run, and on another engine with as many threads", async () => {
      const program = await backend.compile(graph);
      const first = await program.run(feeds);
      expect(await program.run(feeds)).toEqual(first);
      const other = await nativeBackend({ threads: 2 });
      expect(await (await other.compile(graph)).run(feeds)).toEqual(first);
      await other.close();
      await program.dispose();
    });

    it("of many thousand ops on one value are more than one kernel", async () => {
      let chain: Node = parameter("x", [3]);
      for (let i = 0; i < 4000; i++) chain = mul(tanh(chain), 1.001);
      const program = await backend.compile({ chain });
      const x = Float32Array.of(-0.5, 0, 2);
      const { data } = (await program.run({ x }))["chain"]!;
      const [expected] = evaluate([chain], { x });
      for (const [i, value] of data.entries()) expect(Number(value)).toBeCloseTo(expected![i]!, 4);
      await program.dispose();
    });

    it("of values that are read twice, again and again, are compiled at once", async () => {
      let doubled: Node = parameter("x", [3]);
      for (let i = 0; i < 60; i++) doubled = mul(add(doubled, doubled), 0.5);
      const program = await backend.compile({ doubled });
      expect([...(await program.run({ x: Float32Array.of(-0.5, 0, 2) }))["doubled"]!.data]).toEqual([-0.5, 0, 2]);
      await program.dispose();
    });

    it("keep zeros of both signs apart", async () => {
      const [x, positive] = [parameter("x", [3]), less(0, parameter("x", [3]))];
      const program = await backend.compile({ y: div(1, where(positive, 0, -0)), z: div(1, where(less(0, exp(x)), -0, 0)) });
      const { y, z } = await program.run({ x: Float32Array.of(-1, 1, 2) });
      expect([[...y!.data], [...z!.data]]).toEqual([[-Infinity, Infinity, Infinity], [-Infinity, -Infinity, -Infinity]]);
      await program.dispose();
    });

    it("of one structure do not disturb each other", async () => {
      const [first, second] = await Promise.all([backend.compile(graph), backend.compile({ ...graph })]);
      const expected = await first.run(feeds);
      const [a, b] = await Promise.all([first.run(feeds), second.run({ ...feeds, x: noise(300 * 64, 9) })]);
      expect(a).toEqual(expected);
      expect(b.y).not.toEqual(expected.y);
      await first.dispose();
      expect(await second.run(feeds)).toEqual(expected);
      await second.dispose();
    });

    it("do runs that are asked for at once one after another", async () => {
      const program = await backend.compile({ y: add(mul(parameter("x", [50]), 2), 1) });
      const runs = Array.from({ length: 6 }, (_, i) => program.run({ x: new Float32Array(50).fill(i) }));
      const results = await Promise.all(runs);
      expect(results.map(({ y: { data } = { data: [] } }) => new Set(data as Float32Array))).toEqual(runs.map((_, i) => new Set([2 * i + 1])));
      await program.dispose();
    });

    it("do many calls as they would one by one, each of which may read what the one before wrote", async () => {
      const program = await backend.compile({ y: mul(parameter("x", [50]), parameter("factor", [])) });
      const array = backend.memory.allocate(50).fill(1);
      const factor = Float32Array.of(2);
      await program.runEach!(Array.from({ length: 5 }, () => ({ feeds: { x: array, factor }, into: { y: array } })));
      expect([...array]).toEqual(Array(50).fill(32));
      await program.dispose();
      backend.memory.free(array);
    });

    it("that do not fit are refused, and what fits still runs", async () => {
      const small = await nativeBackend({ threads: 1, maximumMemoryBytes: 16 * 65_536 });
      const wide = parameter("wide", [100_000]); // 400,000 bytes
      const double = await small.compile({ y: mul(wide, 2) });
      const three = await small.compile({ y: add(wide, add(parameter("other", [100_000]), 1)) });
      const before = small.memoryInUse();
      const square = parameter("square", [600, 600]); // 1,440,000 bytes, more than the engine has
      const refused = { name: "NativeError", code: "backend-native/out-of-memory", message: expect.stringContaining("smaller batch") };
      const ones = new Float32Array(100_000).fill(1);
      await expect(three.run({ wide: ones, other: ones })).rejects.toMatchObject(refused);
      await expect(small.compile({ y: sumAll(softmax(matmul(square, square))) })).rejects.toMatchObject(refused);
      expect(small.memoryInUse()).toBe(before);
      expect(new Set((await double.run({ wide: ones })).y!.data as Float32Array)).toEqual(new Set([2]));
      await small.close();
      await expect(nativeBackend({ maximumMemoryBytes: 100_000 })).rejects.toMatchObject({ code: "backend-native/bad-option" });
    });

    it("give their memory back", async () => {
      const before = backend.memoryInUse();
      const program = await backend.compile(graph);
      await program.run(feeds);
      expect(backend.memoryInUse()).toBeGreaterThan(before + 300 * 64 * 4);
      await program.dispose();
      await program.dispose();
      expect(backend.memoryInUse()).toBe(before);
    });

    it("read 64-bit ids and booleans through copies", async () => {
      const looked = gather(parameter("table", [4]), cast(parameter("ids", [3], "i64"), "i32"));
      const program = await backend.compile({ looked, whole: cast(parameter("mask", [2], "bool"), "i64") });
      const feed = { table: Float32Array.of(1, 2, 3, 4), ids: BigInt64Array.of(3n, 0n, 1n), mask: Uint8Array.of(1, 0) };
      const outputs = await program.run(feed);
      expect([...outputs.looked!.data]).toEqual([4, 1, 2]);
      expect([...outputs.whole!.data]).toEqual([1n, 0n]);
      await program.dispose();
    });

    it("say what their steps are and what they cost", async () => {
      const program = await backend.compile(graph);
      const times = await program.profile(feeds);
      const lines = backend.explain(graph).split("\n");
      expect(times.map(({ step }) => step)).toEqual(lines.slice(1).map((line) => line.slice(6)));
      expect(times.every(({ ms }) => ms >= 0)).toBe(true);
      expect(lines[0]).toContain(`${2 * 3 * 300 * 64 * 64} FLOPs in products`);
      await program.dispose();
    });

    it("end with their engine", async () => {
      const engine = await nativeBackend({ threads: 1 });
      const program = await engine.compile({ y: reshape(x, [64, 300]) });
      await engine.close();
      await expect(program.run({ x: feeds.x })).rejects.toMatchObject({ code: "backend-native/closed" });
      await expect(engine.compile(graph)).rejects.toMatchObject({ code: "backend-native/closed" });
    });
  });

  it.each([0, 1.5, -1])("refuses %d threads", async (threads) => {
    await expect(nativeBackend({ threads })).rejects.toMatchObject({ name: "NativeError", code: "backend-native/bad-option" });
  });
});

describe("without a BLAS", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("says what is missing", async () => {
    vi.stubEnv("BORT_BLAS", "/nonexistent/libblas.so");
    const error: unknown = await nativeBackend().catch((cause: unknown) => cause);
    const message = expect.stringMatching(/BORT_BLAS=\/nonexistent\/libblas\.so cannot be used.*unset it/);
    expect(error).toMatchObject({ name: "NativeError", code: "backend-native/bad-blas", message });
    expect((error as Error).message).not.toContain("\n");
  });
});
