import { operandsOf } from "./accesses.js";
import { type Draft } from "./plan-step.js";
import { type Buffer } from "./view.js";

/** Where temporaries lie in one block of memory, in bytes from its start. */
export interface MemoryPlan {
  readonly bytes: number;
  readonly offsets: ReadonlyMap<Buffer, number>;
}

/** Kernels read up to a vector past the end of a row. */
const slackBytes = 16;
const alignment = 64;

interface Life {
  readonly buffer: Buffer;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Gives temporaries that are never alive together the same memory: the largest first, each at the lowest place that is free for as long as it lives
 * (Pisarchyk and Lee 2020, "greedy by size").
 */
export function planMemory({ steps }: Draft): MemoryPlan {
  const placed: (Life & { readonly start: number })[] = [];
  for (const life of livesOf(steps).sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    const beside = placed.filter((other) => other.first <= life.last && life.first <= other.last).sort((a, b) => a.start - b.start);
    let start = 0;
    for (const other of beside) {
      if (start + life.bytes <= other.start) break;
      start = Math.max(start, other.start + other.bytes);
    }
    placed.push({ ...life, start });
  }
  return {
    bytes: placed.reduce((end, { start, bytes }) => Math.max(end, start + bytes), 0),
    offsets: new Map(placed.map(({ buffer, start }) => [buffer, start])),
  };
}

function livesOf(steps: Draft["steps"]): Life[] {
  const lives = new Map<Buffer, { first: number; last: number }>();
  steps.forEach((step, index) => {
    for (const { buffer } of operandsOf(step)) {
      if (buffer.use.kind !== "temporary") continue;
      const life = lives.get(buffer);
      if (life === undefined) lives.set(buffer, { first: index, last: index });
      else life.last = index;
    }
  });
  return [...lives].map(([buffer, { first, last }]) => ({ buffer, first, last, bytes: Math.ceil((4 * buffer.size + slackBytes) / alignment) * alignment }));
}
