import { type Cluster, type ClusterValue, type ElementOp } from "../plan/cluster.js";

/**
 * The order of work on one row: passes over its elements, since a reduction is known only after a pass, with what is computed once a row between them.
 */
export interface RowPasses {
  /** In pass p, elements of these values are computed from the first column to the last. */
  readonly passes: readonly Pass[];
  /** Values to keep for a later pass, in a scratch row, since computing them again would cost more. */
  readonly kept: readonly number[];
}

export interface Pass {
  /** What is known once a row and must be ready before the pass. */
  readonly before: readonly number[];
  /** Full values to compute in this order. */
  readonly values: readonly number[];
  readonly reduces: readonly number[];
  /** Places in the cluster's list of stores, and in that of sums. */
  readonly stores: readonly number[];
  readonly sums: readonly number[];
}

const expensive: ReadonlySet<ElementOp> = new Set(["div", "erf", "exp", "log", "sigmoid", "sqrt", "tanh", "uniform"]);

/** Schedules a cluster's values. */
export function rowPasses(cluster: Cluster): RowPasses {
  const { values, stores, sums } = cluster;
  const levels = levelsOf(values);
  const isFull = (place: number): boolean => values[place]!.span === "full";
  const last = Math.max(0, ...levels);
  const rootsOf = Array.from({ length: last + 1 }, () => new Set<number>());
  values.forEach((value, place) => {
    if (value.kind === "reduce") rootsOf[levels[place]! - 1]!.add(value.input);
  });
  for (const { value } of [...stores, ...sums]) if (isFull(value)) rootsOf[levels[value]!]!.add(value);

  // From the last pass to the first: what a pass needs of earlier ones is kept if dear, else computed again.
  const kept = new Set<number>();
  const closures = rootsOf.map(() => new Set<number>());
  for (let pass = last; pass >= 0; pass--) {
    const visit = (place: number): void => {
      if (closures[pass]!.has(place) || !isFull(place)) return;
      closures[pass]!.add(place);
      if (levels[place]! < pass && isDear(values, place)) {
        kept.add(place);
        rootsOf[levels[place]!]!.add(place);
        return;
      }
      inputsOf(values[place]!).forEach(visit);
    };
    rootsOf[pass]!.forEach(visit);
  }

  const inOrder = (places: Iterable<number>): number[] => [...places].sort((a, b) => a - b);
  const passes = rootsOf.map((_, pass): Pass => ({
    before: inOrder(values.keys()).filter((place) => !isFull(place) && levels[place] === pass && values[place]!.kind !== "reduce"),
    values: inOrder(closures[pass]!),
    reduces: inOrder(values.keys()).filter((place) => values[place]!.kind === "reduce" && levels[place] === pass + 1),
    stores: inOrder(stores.keys()).filter((i) => levels[stores[i]!.value] === pass),
    sums: inOrder(sums.keys()).filter((i) => levels[sums[i]!.value] === pass),
  }));
  return { passes, kept: inOrder(kept) };
}

/** In which pass each value can first be computed. */
function levelsOf(values: readonly ClusterValue[]): number[] {
  const levels: number[] = [];
  for (const value of values) {
    const before = Math.max(0, ...inputsOf(value).map((input) => levels[input]!));
    levels.push(value.kind === "reduce" ? before + 1 : before);
  }
  return levels;
}

export function inputsOf(value: ClusterValue): readonly number[] {
  if (value.kind === "element") return value.inputs;
  return value.kind === "reduce" ? [value.input] : [];
}

/** Whether computing a value again would run a slow instruction, or more than a few fast ones. */
function isDear(values: readonly ClusterValue[], place: number, budget: { left: number } = { left: 4 }): boolean {
  const value = values[place]!;
  if (value.kind !== "element" || value.span === "row") return false;
  if (expensive.has(value.op) || budget.left-- === 0) return true;
  return value.inputs.some((input) => isDear(values, input, budget));
}
