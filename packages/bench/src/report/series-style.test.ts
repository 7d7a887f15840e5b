import { describe, expect, it } from "vitest";
import { pageStyle } from "./page-style.js";
import { legend, seriesStyle } from "./series-style.js";

describe("seriesStyle", () => {
  it("gives 18 lines and 24 symbols looks of their own", () => {
    expect(new Set(Array.from({ length: 18 }, (_, i) => `${seriesStyle(i).colour} ${seriesStyle(i).dash}`)).size).toBe(18);
    expect(new Set(Array.from({ length: 24 }, (_, i) => `${seriesStyle(i).colour} ${seriesStyle(i).symbol}`)).size).toBe(24);
  });

  it("uses colours that the style sheet has, light and dark, three times as bright or dark as the page at least", () => {
    const [light, dark] = pageStyle.source.split("@media (prefers-color-scheme: dark)").map((part) =>
      new Map([...part.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, colour]) => [`var(--${name!})`, colour!])));
    for (const colours of [light!, dark!]) {
      for (let i = 0; i < 6; i++) {
        expect(contrast(colours.get(seriesStyle(i).colour)!, colours.get("var(--background)")!)).toBeGreaterThan(3);
      }
      for (const name of ["text", "muted"]) expect(contrast(colours.get(`var(--${name})`)!, colours.get("var(--soft)")!)).toBeGreaterThan(4.5);
    }
  });
});

describe("legend", () => {
  it("names what there is to tell apart", () => {
    expect(legend(["only"], "line")).toBeUndefined();
    const { source } = legend(["a<b", "c"], "symbol")!;
    expect(source.match(/<li>/g)).toHaveLength(2);
    expect(source).toContain("a&lt;b");
  });
});

/** Contrast ratio of WCAG 2.1. */
function contrast(a: string, b: string): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance of WCAG 2.1, of `#rrggbb`. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
