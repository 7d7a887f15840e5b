/** A documentation comment with what it documents. */
export interface DocumentedDeclaration {
  /** The module that declares it, without `node:`; the file's name without `.d.ts` outside of `declare module`. */
  readonly module: string;
  /** The name of the declaration or member that follows the comment; the module's for the comment of a module. */
  readonly name: string;
  /** The comment, with its delimiters. */
  readonly comment: string;
}

/** A comment, the line that opens a module or a namespace, or the line that closes a module. */
const LANDMARK =
  /\/\*\*(?!\/)[\s\S]*?\*\/|^declare module ["'](?<opened>[^"']+)["']|^[ \t]*(?:export |declare )*namespace (?<namespace>[\w$]+)|^\}/gm;

/** The promise form of the function that the namespace around it is named after: its comment repeats that function's. */
const PROMISIFIED = "__promisify__";

/** White space and comments between a comment and what it documents. */
const FILLER = /(?:\s+|\/\/.*|\/\*[\s\S]*?\*\/)*/y;

const MODIFIERS = "(?:(?:export|declare|default|abstract|static|readonly|public|protected|private|get|set|async)\\s+)*";
const KINDS = "(?:(?:function|class|interface|type|const|let|var|namespace|module|enum|import)\\s+)?";

/** A named declaration or member, quoted and computed names included. */
const NAMED = new RegExp(`${MODIFIERS}${KINDS}(?:\\[\\s*(?<computed>[\\w$.]+)\\s*\\]|["'](?<quoted>[^"']+)["']|(?<plain>[\\w$]+))`, "y");

/** The documentation comments of a `.d.ts` text, in the order of the text; `file` is its name or path. */
export function documentedDeclarations(text: string, file: string): DocumentedDeclaration[] {
  const outside = file.slice(file.lastIndexOf("/") + 1).replace(/\.d\.ts$/, "");
  const result: DocumentedDeclaration[] = [];
  let module = outside;
  let namespace = outside;
  for (const match of text.matchAll(LANDMARK)) {
    const opened = match.groups?.["opened"];
    if (opened !== undefined) module = moduleName(opened);
    else if (match[0] === "}") module = outside;
    else if (match[0].startsWith("/**")) {
      const declaration = documented(text, match.index + match[0].length, match[0], module);
      result.push(declaration.name === PROMISIFIED ? { ...declaration, name: namespace } : declaration);
    } else namespace = match.groups?.["namespace"] ?? namespace;
  }
  return result;
}

/** The declaration that starts after `end`; a comment above `declare module` is the module's own. */
function documented(text: string, end: number, comment: string, module: string): DocumentedDeclaration {
  const start = end + matchAt(FILLER, text, end)![0].length;
  const found = matchAt(NAMED, text, start);
  const name = found?.groups?.["computed"] ?? found?.groups?.["quoted"] ?? found?.groups?.["plain"] ?? "call";
  if (!/^declare module ["']/.test(text.slice(start, start + 20))) return { module, name, comment };
  return { module: moduleName(name), name: moduleName(name), comment };
}

function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

function moduleName(specifier: string): string {
  return specifier.replace(/^node:/, "");
}
