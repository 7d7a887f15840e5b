import { type EncoderArch, uniformArch } from "@bort/arch";
import { type Backend, type Feeds, type Graph, parametersOf, referenceBackend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { encoderLatencies, measureEncoders } from "./encoder-latencies.js";

const archOf = (hidden: number): EncoderArch => uniformArch({ depth: 1, heads: 1, hidden, intermediate: 4, vocabSize: 9, positions: 6 });

/** The reference backend on a clock that each run moves by the encoder's width, and a log of what it was asked to do. */
function timedBackend(): { backend: Backend; clock: () => number; log: string[] } {
  const reference = referenceBackend();
  const log: string[] = [];
  let now = 0;
  const compile = async (graph: Graph): ReturnType<Backend["compile"]> => {
    const width = graph["states"]!.shape[1]!;
    const program = await reference.compile(graph);
    log.push(`compile ${width}`);
    return {
      run: async (feeds, into) => {
        expect([...parametersOf(graph).keys()].filter((name) => /^(mlm|classifier)\./.test(name))).toEqual([]);
        log.push(`run ${width}`);
        now += width;
        return program.run(feeds, into);
      },
      dispose: async () => {
        log.push(`dispose ${width}`);
        await program.dispose();
      },
    };
  };
  return { backend: { ...reference, compile }, clock: () => now, log };
}

describe("encoderLatencies", () => {
  it("gives the median of each in order, measured in turn, eight at a time", async () => {
    const { backend, clock, log } = timedBackend();
    const widths = [5, 1, 4, 2, 3, 9, 8, 7, 6];
    expect(await encoderLatencies(backend, widths.map(archOf), { batchSize: 2, sequenceLength: 6 }, { warmUp: 1, repeats: 2, clock })).toEqual(widths);
    const round = widths.slice(0, 8).map((width) => `run ${width}`);
    expect(log).toEqual([
      ...widths.slice(0, 8).map((width) => `compile ${width}`), ...round, ...round, ...round, ...widths.slice(0, 8).map((width) => `dispose ${width}`),
      "compile 6", "run 6", "run 6", "run 6", "dispose 6",
    ]);
  });

  it("comes with all that it depends on", async () => {
    const { backend, clock } = timedBackend();
    const shape = { batchSize: 2, sequenceLength: 6 };
    const measured = await measureEncoders({ ...backend, threads: 3 }, [archOf(2), archOf(5)], shape, { repeats: 6, clock });
    expect(measured).toMatchObject({ backend: "reference", threads: 3, ...shape, encoders: [{ medianMs: 2, lowMs: 2, highMs: 2, repeats: 6 }, { medianMs: 5 }] });
    expect((await measureEncoders(backend, [archOf(2)], shape, { clock })).threads).toBeNull();
  });

  it("gives back what it compiled where it is stopped or fails", async () => {
    const stopped = timedBackend();
    await expect(encoderLatencies(stopped.backend, [archOf(2)], { batchSize: 1, sequenceLength: 2 }, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    expect(stopped.log).toEqual(["compile 2", "dispose 2"]);
    const failed = timedBackend();
    await expect(encoderLatencies(failed.backend, [archOf(2), { ...archOf(3), positions: 1 }], { batchSize: 1, sequenceLength: 2 })).rejects.toMatchObject({ code: "nn/sequence-too-long" });
    expect(failed.log).toEqual(["compile 2", "dispose 2"]);
  });

  it("feeds parameters from the backend's memory, and gives it back", async () => {
    const arrays = new Set<Float32Array>();
    const memory = {
      allocate: (length: number): Float32Array => {
        const array = new Float32Array(length);
        arrays.add(array);
        return array;
      },
      free: (array: Float32Array): void => void expect(arrays.delete(array)).toBe(true),
    };
    const { backend, clock } = timedBackend();
    const compile = async (graph: Graph): ReturnType<Backend["compile"]> => {
      const program = await backend.compile(graph);
      const elsewhere = (feeds: Feeds): string[] => Object.keys(feeds).filter((name) => ![...arrays].some(({ buffer }) => buffer === feeds[name]!.buffer));
      return {
        ...program,
        run: (feeds, into) => {
          expect(elsewhere(feeds)).toEqual(["ids"]);
          return program.run(feeds, into);
        },
      };
    };
    expect(await encoderLatencies({ ...backend, memory, compile }, [archOf(2), archOf(3)], { batchSize: 1, sequenceLength: 2 }, { repeats: 1, clock })).toEqual([2, 3]);
    expect(arrays.size).toBe(0);
  });

  it("of no encoder are none", async () => {
    expect(await encoderLatencies(referenceBackend(), [], { batchSize: 1, sequenceLength: 1 })).toEqual([]);
  });
});
