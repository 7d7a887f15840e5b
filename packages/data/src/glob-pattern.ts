/** A pattern of paths, as a folder to search and what to take below it. */
export interface GlobPattern {
  /** The folder before the first segment with a wildcard. */
  readonly root: string;
  /** How many folders below the root a match may lie. */
  readonly depth: number;
  /** Whether a path below the root, with forward slashes, is meant. */
  matches(name: string): boolean;
}

/** Reads `*` (any part of a name), `?` (one character of a name) and `**` (any number of folders) in a path; undefined where there is none of them. */
export function globPattern(path: string): GlobPattern | undefined {
  const segments = path.replaceAll("\\", "/").split("/");
  const first = segments.findIndex((segment) => /[*?]/.test(segment));
  if (first === -1) return undefined;
  const below = segments.slice(first);
  const pattern = new RegExp(`^${below.map((segment, i) => segmentPattern(segment, i === below.length - 1)).join("")}$`);
  const root = segments.slice(0, first).join("/");
  return {
    root: first === 0 ? "." : root === "" ? "/" : root,
    depth: below.includes("**") ? Infinity : below.length - 1,
    matches: (name) => pattern.test(name),
  };
}

function segmentPattern(segment: string, isLast: boolean): string {
  if (segment === "**") return isLast ? ".*" : "(?:.*/)?";
  const name = segment.replace(/[\\^$.+()[\]{}|]/g, "\\$&").replaceAll("*", "[^/]*").replaceAll("?", "[^/]");
  return isLast ? name : `${name}/`;
}
