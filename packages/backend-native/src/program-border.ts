import { type Call, type DType, feedChecker, type Feeds, type Graph, GraphError, parametersOf, type TypedArray } from "@bort/graph";
import { type SharedHeap } from "./memory/shared-heap.js";
import { overwritableFeeds } from "./plan/hazards.js";
import { type IdFeed, idFeeds } from "./plan/lookups.js";
import { type Draft } from "./plan/plan-step.js";
import { type Buffer } from "./plan/view.js";

/** What a program takes and gives, and where that may lie. */
export class ProgramBorder {
  readonly graph: Graph;
  /** The buffers of feeds, and those of outputs. */
  readonly feeds: readonly NamedBuffer[];
  readonly outputs: readonly NamedBuffer[];
  readonly #heap: SharedHeap;
  readonly #check: (feeds: Feeds, into: Feeds) => void;
  readonly #overwritable: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #idFeeds: readonly IdFeed[];

  constructor(heap: SharedHeap, graph: Graph, draft: Draft) {
    const inputs = parametersOf(graph);
    const named = (kind: "feed" | "output", dtypeOf: (name: string) => DType): NamedBuffer[] =>
      draft.buffers.flatMap((buffer) => (buffer.use.kind === kind ? [{ buffer, name: buffer.use.name, dtype: dtypeOf(buffer.use.name) }] : []));
    this.graph = graph;
    this.feeds = named("feed", (name) => inputs.get(name)!.dtype);
    this.outputs = named("output", (name) => graph[name]!.dtype);
    this.#heap = heap;
    this.#check = feedChecker(graph);
    this.#overwritable = overwritableFeeds(draft);
    this.#idFeeds = idFeeds(draft);
  }

  /** @throws GraphError `graph/missing-feed`, `graph/bad-feed`, `graph/index` */
  validate({ feeds, into }: Call): void {
    this.#check(feeds, into);
    for (const part of this.#idFeeds) checkIds(feeds[part.name] as Int32Array, part);
  }

  /** Where an output is written, if that can be the array where it is wanted. */
  outputInPlace({ name, dtype }: NamedBuffer, { feeds, into }: Call): number | undefined {
    const target = into[name];
    const address = target === undefined || (dtype !== "f32" && dtype !== "i32") ? undefined : this.#heap.addressOf(target);
    return address !== undefined && this.#mayOverwrite(name, target!, feeds) ? address : undefined;
  }

  /** Whether calls need no memory of their own, other than for feeds that are the same in all of them. */
  canQueue(calls: readonly Call[]): boolean {
    const [first] = calls;
    return calls.every((call) =>
      this.outputs.every((output) => this.outputInPlace(output, call) !== undefined)
      && Object.entries(call.feeds).every(([name, feed]) => this.#heap.addressOf(feed) !== undefined || feed === first!.feeds[name]));
  }

  /** Whether writing an output to an array disturbs no feed that has still to be read. */
  #mayOverwrite(name: string, target: TypedArray, feeds: Feeds): boolean {
    return Object.entries(feeds).every(([feed, array]) => {
      const { byteOffset, byteLength } = array;
      if (this.#heap.addressOf(array) === undefined) return true;
      if (byteOffset >= target.byteOffset + target.byteLength || target.byteOffset >= byteOffset + byteLength) return true;
      return byteOffset === target.byteOffset && this.#overwritable.get(name)!.has(feed);
    });
  }
}

/** The buffer of a feed or an output. */
export interface NamedBuffer {
  readonly buffer: Buffer;
  readonly name: string;
  readonly dtype: DType;
}

function checkIds(feed: Int32Array, { name, first, count, rows }: IdFeed): void {
  for (let i = first; i < first + count; i++) {
    const id = feed[i]!;
    if (id >= 0 && id < rows) continue;
    throw new GraphError("graph/index", `graph: id ${id} at position ${i} of "${name}" is not a row of the table; ids must lie in 0..${rows - 1}`);
  }
}
