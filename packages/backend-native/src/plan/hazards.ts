import { type Cluster } from "./cluster.js";
import { type Draft } from "./plan-step.js";
import { operandsOf } from "./accesses.js";

/**
 * For each output, the feeds whose memory it may be written over: those that no step reads after the output is first written, and that the
 * step which writes it reads element by element at the same places.
 */
export function overwritableFeeds({ steps }: Draft): ReadonlyMap<string, ReadonlySet<string>> {
  const reads = new Map<string, number[]>();
  const writes = new Map<string, number[]>();
  steps.forEach((step, index) => {
    for (const { buffer, writes: isWrite } of operandsOf(step)) {
      if (buffer.use.kind === "feed") push(reads, buffer.use.name, index);
      else if (buffer.use.kind === "output" && isWrite) push(writes, buffer.use.name, index);
    }
  });
  return new Map([...writes].map(([output, at]) => {
    const first = Math.min(...at);
    const writer = steps[first]!;
    const inPlace = writer.kind === "cluster" && at.length === 1 && readsInPlace(writer);
    const safe = [...reads].filter(([feed, indices]) => indices.every((index) => index < first || (inPlace && index === first && alignedIn(writer, feed))));
    return [output, new Set(safe.map(([feed]) => feed))];
  }));
}

function push(map: Map<string, number[]>, name: string, index: number): void {
  const known = map.get(name);
  if (known === undefined) map.set(name, [index]);
  else known.push(index);
}

/** Whether every element is read before the element of its place is written. */
const readsInPlace = (cluster: Cluster): boolean => cluster.flat && !cluster.reduces;

const alignedIn = ({ values }: Cluster, feed: string): boolean =>
  values.every((value) => value.kind !== "load" || value.access.buffer.use.kind !== "feed" || value.access.buffer.use.name !== feed
    || (value.access.offset === 0 && value.access.columnStride === 1 && value.access.indirect === undefined));
