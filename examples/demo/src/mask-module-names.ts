/** What a module's name is replaced by. */
const MASK_WORD = "thing";

/** The parts of an identifier: `TLSSocket` is `TLS` and `Socket`, `Http2Session` is `Http2` and `Session`. */
const PARTS = /[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*/g;

/**
 * Replaces what gives a module away, in any letter case, by `thing`: its name, with or without `node:`, and every identifier or word made from it,
 * as `Http2Session`, `HTTP/2`, `child process` or `streaming`. A member keeps its own name: `fs.readFile` becomes `thing.readFile`.
 * A name of up to 4 letters counts as a whole part of an identifier only, because `fs` is in `offset` and `test` in `latest`.
 */
export function maskModuleNames(text: string, modules: readonly string[]): string {
  const long = modules.filter((name) => !isShort(name)).sort((a, b) => b.length - a.length);
  const short = modules.filter(isShort);
  const withoutLong = long.reduce((masked, name) => masked.replace(containing(name), MASK_WORD), text);
  return withoutLong
    .replace(/(?:\bnode:)?[A-Za-z$][\w$]*/g, (identifier) => short.some((name) => hasPart(identifier, name)) ? MASK_WORD : identifier)
    .replace(new RegExp(`\\b${MASK_WORD}(?:[\\s.:/_-]+${MASK_WORD})+\\b`, "g"), MASK_WORD);
}

function isShort(name: string): boolean {
  return name.length <= 4;
}

/** A word or identifier that contains the name, whose parts may be apart: `child_process`, `child process`, `ChildProcess`; `http2`, `HTTP/2`. */
function containing(name: string): RegExp {
  const parts = name.match(/[a-z]+|\d+/g) ?? [name];
  return new RegExp(`(?:\\bnode:)?[\\w$]*${parts.join("[\\s_/-]?")}[\\w$]*`, "gi");
}

/** Whether a part of the identifier is the name, as it is or with an ending: `https`, `http2`, `tests`, `testing`. */
function hasPart(identifier: string, name: string): boolean {
  const form = new RegExp(`^${name}(?:s|ed|ing|ers?|\\d+)?$`, "i");
  return [identifier, ...(identifier.replace(/^node:/, "").match(PARTS) ?? [])].some((part) => form.test(part));
}
