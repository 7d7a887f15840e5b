import { DataError } from "../data-error.js";
import { TaskRow } from "./task-row.js";

/** A row whose fields are named by their columns; throws `data/bad-row` where it has more or fewer fields than there are columns. */
export function namedFields(columns: readonly string[], fields: readonly string[], place: string): TaskRow {
  if (fields.length === columns.length) return new TaskRow(place, Object.fromEntries(columns.map((name, i) => [name, fields[i]!])));
  throw new DataError("data/bad-row", `data: ${place} needs ${columns.length} fields (${columns.join(", ")}), got ${fields.length}`);
}

/** The names of the columns; throws `data/bad-row` where two are the same. */
export function columnNames(names: readonly string[], place: string): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return names;
  throw new DataError("data/bad-row", `data: ${place} names two columns ${JSON.stringify(twice)}; give each a name of its own`);
}
