/** Where two values differ. */
export interface Difference {
  /** Names of fields with dots between them; empty where the values themselves differ. */
  readonly path: string;
  /** As JSON; `undefined` where there is no such field. */
  readonly values: readonly [string | undefined, string | undefined];
}

/** The path of the first field in which two plain values differ, and what is there in each; `null` where none does. */
export function firstDifference(a: unknown, b: unknown, path: readonly string[] = []): Difference | null {
  if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const found = firstDifference((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], [...path, key]);
      if (found !== null) return found;
    }
    return null;
  }
  return a === b ? null : { path: path.join("."), values: [JSON.stringify(a), JSON.stringify(b)] };
}
