/** A piece of HTML in which all text is escaped; only {@link html} and {@link trustedHtml} make one. */
export class Html {
  constructor(readonly source: string) {}
}

/** What a template takes: text and numbers are escaped, pieces and lists of pieces go in as they are, undefined leaves nothing. */
export type HtmlValue = string | number | Html | readonly Html[] | undefined;

/** Builds HTML from a template literal. Attribute values must stand in double quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.reduce((source, string, index) => source + sourceOf(values[index - 1]) + string));
}

/** Takes markup as it is: for markup that no user wrote, such as a rendered plot. */
export function trustedHtml(source: string): Html {
  return new Html(source);
}

function sourceOf(value: HtmlValue): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.source;
  if (typeof value === "object") return value.map(({ source }) => source).join("");
  return escaped(String(value));
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Escaped for text and for quoted attributes; control characters, which HTML forbids, become U+FFFD. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!).replace(/[^\P{Cc}\t\n\r]/gu, "\ufffd");
}
