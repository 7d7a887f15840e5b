/** The file that says what a model is. */
export const CONFIG_FILE = "config.json";

/** The files that a tokenizer may be in; any of the first three is enough for some kind. */
export const TOKENIZER_FILES = ["tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"] as const;

/** What weights may be in, the best first: one file, or the index of several. */
export const WEIGHT_FILES = ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"] as const;

/** Whether a weights file is the index of others. */
export const isWeightIndex = (file: string): boolean => file.endsWith(".index.json");

/** The shards that an index of weights names, by the tensors in them; `undefined` where it is no such index, or names a file outside of its folder. */
export function shardsOf(indexText: string): ReadonlyMap<string, string> | undefined {
  const map = weightMapOf(indexText);
  if (typeof map !== "object" || map === null || Array.isArray(map)) return undefined;
  const entries = Object.entries(map as Readonly<Record<string, unknown>>);
  const areFiles = entries.every((entry): entry is [string, string] => typeof entry[1] === "string" && /^[A-Za-z0-9][\w.-]*$/.test(entry[1]));
  return areFiles && entries.length > 0 ? new Map(entries as [string, string][]) : undefined;
}

function weightMapOf(indexText: string): unknown {
  try {
    return (JSON.parse(indexText) as { readonly weight_map?: unknown } | null)?.weight_map;
  } catch {
    return undefined;
  }
}
