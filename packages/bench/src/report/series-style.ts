import { type Html, html } from "./html.js";

/** Colours of the page's style sheet, which has a light and a dark set; both tell apart with the common colour deficiencies. */
const colours = 6;

const dashes = ["none", "6 4", "2 3"] as const;

const symbols = ["circle", "square", "triangle", "diamond2"] as const;

const glyphs: Readonly<Record<(typeof symbols)[number], string>> = { circle: "●", square: "■", triangle: "▲", diamond2: "◆" };

/** How one series or group is drawn; where colours run out, the dash and the symbol change. */
export interface SeriesStyle {
  /** A CSS colour. */
  readonly colour: string;
  /** For `stroke-dasharray`. */
  readonly dash: (typeof dashes)[number];
  readonly symbol: (typeof symbols)[number];
}

/** The style of the series at `index`, from 0. */
export function seriesStyle(index: number): SeriesStyle {
  const round = Math.floor(index / colours);
  return { colour: `var(--series-${index % colours})`, dash: dashes[round % dashes.length]!, symbol: symbols[round % symbols.length]! };
}

/** Names each series beside a sample of its line or symbol; nothing for fewer than two, or where they have no name. */
export function legend(names: readonly string[], sample: "line" | "symbol"): Html | undefined {
  if (names.length < 2) return undefined;
  return html`<ul class="legend">${names.map((name, index) => html`<li>${sampleOf(seriesStyle(index), sample)} ${name}</li>`)}</ul>\n`;
}

function sampleOf({ colour, dash, symbol }: SeriesStyle, sample: "line" | "symbol"): Html {
  if (sample === "symbol") return html`<span style="color:${colour}" aria-hidden="true">${glyphs[symbol]}</span>`;
  return html`<svg width="24" height="10" aria-hidden="true"><path d="M0,5H24" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}"/></svg>`;
}
