import { describe, expect, it } from "vitest";
import { renderReport, type Report } from "./report.js";

/** A report in which every string of the caller's is `text`. */
function reportOf(text: string): Report {
  const axes = { x: { label: text }, y: { label: text } };
  return {
    title: text, subtitle: text, generated: text, facts: [{ label: text, value: text }],
    sections: [
      { heading: text, text: [text], table: { columns: [{ label: text }, { label: text, format: () => text }], rows: [[text, 1]], highlightRow: 0 } },
      { heading: text, chart: { kind: "line", title: text, ...axes, series: [{ name: text, points: [[0, 1], [1, 2]] }, { name: text, points: [[0, 2]] }] } },
      {
        heading: text,
        chart: { kind: "scatter", title: text, ...axes, sizeLabel: text, points: [{ x: 1, y: 1, label: text, group: text, size: 1 }, { x: 2, y: 2, group: "b" }] },
      },
      { heading: text, chart: { kind: "bar", title: text, valueLabel: text, format: () => text, bars: [{ label: text, value: 1, highlight: true }] } },
    ],
  };
}

describe("renderReport", () => {
  it("writes a page of facts and sections", () => {
    const page = renderReport({
      title: "Search", subtitle: "two cores", generated: "2026-01-02", facts: [{ label: "Chosen", value: "4,8,1024,768" }],
      sections: [{ heading: "Models", text: ["First.", "Second."], table: { columns: [{ label: "model" }, { label: "ms" }], rows: [["bort", 12.5]] } }],
    });
    expect(page.slice(page.indexOf("<body>"))).toMatchInlineSnapshot(`
      "<body>
      <main>
      <header>
      <h1>Search</h1>
      <p class="subtitle">two cores</p>
      <p class="generated">2026-01-02</p>
      </header>
      <dl class="facts">
      <div><dt>Chosen</dt><dd>4,8,1024,768</dd></div>
      </dl>
      <section>
      <h2>Models</h2>
      <p>First.</p>
      <p>Second.</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Table: Models"><table>
      <thead><tr><th scope="col">model</th><th scope="col" class="right">ms</th></tr></thead>
      <tbody>
      <tr><th scope="row">bort</th><td class="right">12.5</td></tr>
      </tbody>
      </table></div>
      </section>
      </main>
      </body>
      </html>
      "
    `);
  });

  it("escapes every string, wherever it goes", () => {
    const attack = `</title></style></script><script>alert("1")</script><img src=x onerror='alert(1)'>&amp;`;
    const page = renderReport(reportOf(attack));
    expect(page).not.toMatch(/<script|<img/);
    const tags = (text: string) => text.match(/<[^>]*>/g)!.map((tag) => /^<\/?\w+( [\w-]+="[^"]*")*/.exec(tag)?.[0].replace(/="[^"]*"/g, "") ?? tag);
    expect(tags(page)).toEqual(tags(renderReport(reportOf("x".repeat(attack.length)))));
  });

  it("keeps ampersands and entities literal, in charts too", () => {
    const page = renderReport(reportOf("R&amp;D"));
    expect(page).not.toMatch(/R&(?!amp;amp;D)/);
    expect(page.match(/R&amp;amp;D/g)!.length).toBeGreaterThan(20);
  });

  it("needs nothing from outside and runs nothing", () => {
    const page = renderReport(reportOf("plain"));
    expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, "")).not.toMatch(/https?:|url\(|@import|<script|<link|<iframe|\bsrc=|\bhref=|\son\w+=/i);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it("is the same text every time", () => {
    expect(renderReport(reportOf("plain"))).toBe(renderReport(reportOf("plain")));
  });

  it("has headings in order, a language, and named tables and images", () => {
    const page = renderReport(reportOf("plain"));
    expect(page.match(/<h\d/g)).toEqual(["<h1", "<h2", "<h2", "<h2", "<h2"]);
    expect(page).toContain('<html lang="en">');
    expect(page.match(/role="img" aria-label="\w+ chart: plain/g)).toHaveLength(3);
    expect(page).toContain('aria-label="Table: plain"');
  });

  it("may be empty", () => {
    const page = renderReport({ title: "Nothing yet", facts: [], sections: [] });
    expect(page).toContain("<h1>Nothing yet</h1>");
    expect(page).not.toMatch(/<section|<dl|undefined/);
  });
});
