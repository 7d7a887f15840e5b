import { type Shape, sizeOf } from "@bort/graph";
import { type Model, type ModelHead, ParameterStore, modelParameters } from "@bort/nn";
import { type AxisPart, type ParameterAxis, parameterAxes } from "./parameter-axes.js";
import { type KeptUnits, archWith, countsOf, requireUnits } from "./unit-vectors.js";

/**
 * The network of the units that stay: smaller tensors, nothing masked. It computes what the model does where the prunable parameters of the other units are zero (see `prunableGraph`).
 *
 * Units come in the order given, so that a permutation of all of them gives a model that computes the same.
 *
 * @throws SchubertError `schubert-prune/bad-units`, `schubert-prune/tied-units`
 */
export function cutModel<H extends ModelHead>({ arch, head, parameters }: Model<H>, kept: KeptUnits): Model<H> {
  requireUnits(arch, kept);
  const smaller = archWith(arch, countsOf(kept));
  const cut = new ParameterStore(modelParameters(smaller, head));
  const axesOf = new Map(parameterAxes(arch, head).map((parameter) => [parameter.spec.name, parameter]));
  for (const { name } of cut.specs) { // A parameter all of whose rows go is not among them.
    const { spec, axes } = axesOf.get(name)!;
    const [rows, columns] = axes.map((axis) => keptOf(axis, kept));
    cut.view(name).set(selected(parameters.view(name), spec.shape, rows!, columns));
  }
  return { arch: smaller, head, parameters: cut };
}

/** A row, or a column, that stays, and what it is multiplied by. */
interface KeptRow {
  readonly index: number;
  readonly factor: number;
}

/** What stays of an axis. */
function keptOf(axis: ParameterAxis, kept: KeptUnits): KeptRow[] {
  let start = 0;
  return axis.flatMap((part) => {
    const factor = part.isQuery === true ? queryFactor(part, kept) : 1;
    const rows = numbersOf(part, kept).map((number) => ({ index: start + number, factor }));
    start += part.size;
    return rows;
  });
}

/** The numbers within a part of the rows that stay. */
function numbersOf({ units, size, from = 0 }: AxisPart, kept: KeptUnits): number[] {
  if (units.length === 0) return Array.from({ length: size }, (_, i) => i);
  const [first, second] = units.map(({ name, size: all }) => kept[name] ?? Array.from({ length: all }, (_, i) => i));
  if (second === undefined) return first!.filter((unit) => unit >= from).map((unit) => unit - from);
  return first!.flatMap((outer) => second.map((inner) => outer * units[1]!.size + inner));
}

/** Scores are divided by the root of the size of a key, which is smaller then. */
function queryFactor({ units }: AxisPart, kept: KeptUnits): number {
  const keys = units[1]!;
  return Math.sqrt((kept[keys.name]?.length ?? keys.size) / keys.size);
}

function selected(values: Float32Array, shape: Shape, rows: readonly KeptRow[], columns: readonly KeptRow[] = [{ index: 0, factor: 1 }]): Float32Array {
  const width = sizeOf(shape.slice(1));
  const result = new Float32Array(rows.length * columns.length);
  let at = 0;
  for (const row of rows) for (const column of columns) result[at++] = row.factor * column.factor * values[row.index * width + column.index]!;
  return result;
}
