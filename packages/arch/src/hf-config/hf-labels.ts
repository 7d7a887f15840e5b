import { badField, type JsonObject, requireObject } from "../json-fields.js";

/** The two tables of a `config.json` that name the classes of a classifier. */
export interface LabelTables {
  readonly id2label: Readonly<Record<string, string>>;
  readonly label2id: Readonly<Record<string, number>>;
}

/** Returns `labels` if there is one and no two are equal; throws `arch/bad-config`. */
export function validateLabels(labels: readonly string[]): readonly string[] {
  if (labels.length === 0) throw badField("labels must name at least one class", labels);
  const seen = new Set<string>();
  for (const label of labels) {
    if (seen.has(label)) throw badField("labels must differ from one another", label);
    seen.add(label);
  }
  return labels;
}

export function labelTables(labels: readonly string[]): LabelTables {
  return {
    id2label: Object.fromEntries(labels.map((label, id) => [String(id), label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
  };
}

/** Reads the labels by their ids, or `undefined` where the file has none; throws `arch/bad-config`. */
export function labelsOf(config: JsonObject): readonly string[] | undefined {
  const { id2label } = config;
  if (id2label === undefined || id2label === null) return undefined;
  const table = requireObject(id2label, "id2label");
  return validateLabels(Object.keys(table).map((_, id) => {
    const label = Object.hasOwn(table, String(id)) ? table[String(id)] : undefined;
    if (typeof label !== "string") throw badField(`id2label must name the classes "0", "1", ... without a gap, and its "${id}" be a text`, label);
    return label;
  }));
}
