import { beforeAll, describe, expect, test } from "vitest";
import type { Backend, Feeds } from "./backend.js";
import { disagreement } from "./disagreement.js";
import { parametersOf } from "./ir.js";
import { print } from "./print.js";
import { randomGraph } from "./random-graph.js";
import { roundTo } from "./reference.js";

export interface TestRandomGraphsOptions {
  /** Graphs of the seeds from 0 to this, not included. Default 200. */
  readonly seeds?: number;
  /** Largest difference from the reference in an f32 element, relative to 1 + its size. Default 1e-4. */
  readonly tolerance?: number;
}

/** Graphs of one test. */
const graphsPerTest = 25;

/** Runs random graphs with gradients on a backend, as vitest tests: what it computes must be what the reference does. A failure names the seed. */
export function testRandomGraphs(
  name: string, create: () => Promise<Backend> | Backend, { seeds = 200, tolerance = 1e-4 }: TestRandomGraphsOptions = {},
): void {
  describe(`${name} backend on random graphs`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await create();
    });
    for (let first = 0; first < seeds; first += graphsPerTest) {
      const last = Math.min(seeds, first + graphsPerTest) - 1;
      test(`seeds ${first} to ${last}`, async () => {
        for (let seed = first; seed <= last; seed++) expect(await failure(backend, seed, tolerance)).toBeNull();
      });
    }
  });
}

/** What is wrong with a backend's run of a graph, and the graph; `null`: nothing. */
async function failure(backend: Backend, seed: number, tolerance: number): Promise<string | null> {
  const { graph, feeds } = randomGraph(seed);
  const typed: Feeds = Object.fromEntries([...parametersOf(graph)].map(([name, node]) => [name, roundTo(node, feeds[name]!)]));
  const told = (text: string): string => `seed ${seed}: ${text}\n${print(graph)}`;
  try {
    const program = await backend.compile(graph);
    const wrong = disagreement(await program.run(typed), graph, feeds, tolerance);
    await program.dispose();
    return wrong === null ? null : told(wrong);
  } catch (error) {
    return told(String(error));
  }
}
