import { type ArchTuple, type GridSpace, gridSpace } from "@bort/arch";
import { type Objectives } from "./objectives.js";
import { type SearchEvent, type SearchOptions, type SearchResult } from "./search.js";

export interface ToyTheta {
  readonly rate: number;
}

/** A space of 4 x 2 x 4 x 4 points, all of which can be built, for tests. */
export const toySpace: GridSpace = gridSpace({ depth: [1, 2, 3, 4], heads: [1, 2], hidden: [8, 16, 24, 32], intermediate: [8, 16, 24, 32] });

/** Objectives that take no time; `error` is the toy's own. Nothing in `toySpace` lies beyond `toyMaximumPoint`. */
export const toyObjectives = (error: (arch: ArchTuple, theta: ToyTheta, steps?: number) => number): Objectives<ToyTheta> => ({
  parameters: ([depth, heads, hidden, intermediate]) => depth * hidden + intermediate + heads,
  latenciesMs: async (archs) => archs.map(([depth, heads, hidden]) => depth * heads + hidden),
  error: async (arch, theta, { steps }) => error(arch, theta, steps),
});

export const toyMaximumPoint: SearchOptions<ToyTheta>["maximumPoint"] = { parameters: 1000, latencyMs: 100 };

/** Runs a search to its end. */
export async function followed<Result extends SearchResult>(
  search: AsyncGenerator<SearchEvent<Result>, Result, void>,
): Promise<{ readonly events: SearchEvent<Result>[]; readonly result: Result }> {
  const events: SearchEvent<Result>[] = [];
  let next = await search.next();
  for (; next.done !== true; next = await search.next()) events.push(next.value);
  return { events, result: next.value };
}
