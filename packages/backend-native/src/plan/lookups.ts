import { sizeOf } from "@bort/graph";
import { type Access, type ClusterValue } from "./cluster.js";
import { type Draft, type PlanStep } from "./plan-step.js";
import { type Buffer } from "./view.js";

/** Rows of a table that ids say: elements [first, first + count) of `ids` must lie in 0..rows - 1. */
export interface Lookup {
  readonly op: "gather" | "scatterAdd";
  readonly ids: Buffer;
  readonly first: number;
  readonly count: number;
  readonly rows: number;
}

/** The lookups of a step, in the order of its operands. */
export function lookupsOf(step: PlanStep): Lookup[] {
  if (step.kind === "scatter") {
    const { ids: { buffer, offset, shape }, rows, target } = step;
    const count = sizeOf(shape);
    return [{ op: "scatterAdd", ids: buffer, first: offset, count, rows: (target.size * count) / sizeOf(rows.shape) }];
  }
  if (step.kind !== "cluster") return [];
  return step.values.flatMap((value) => {
    const indirect = indirectOf(value);
    return indirect === undefined ? [] : [{ op: "gather", ids: indirect.ids.buffer, first: indirect.ids.offset, count: step.rows, rows: indirect.rows }];
  });
}

/** How a value is looked up, if it is. */
export const indirectOf = (value: ClusterValue): Access["indirect"] => (value.kind === "load" ? value.access.indirect : undefined);

/** Whether ids are known before a run, which then checks them; otherwise kernels do. */
export const areFed = ({ use }: Buffer): boolean => use.kind === "feed";

/** Lookups by ids that only a kernel sees. */
export const computedLookups = (step: PlanStep): Lookup[] => lookupsOf(step).filter(({ ids }) => !areFed(ids));

/** A part of a feed that says which rows of a table are meant. */
export interface IdFeed extends Pick<Lookup, "first" | "count" | "rows"> {
  readonly name: string;
}

/** The feeds, or parts of them, that are ids. */
export const idFeeds = ({ steps }: Draft): readonly IdFeed[] =>
  steps.flatMap(lookupsOf).flatMap(({ ids: { use }, first, count, rows }) => (use.kind === "feed" ? [{ name: use.name, first, count, rows }] : []));
