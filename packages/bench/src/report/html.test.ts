import { describe, expect, it } from "vitest";
import { html, trustedHtml } from "./html.js";

describe("html", () => {
  it("escapes text, in attributes too", () => {
    const text = `<b title="x">&'`;
    expect(html`<p title="${text}">${text}</p>`.source).toBe("<p title=\"&lt;b title=&quot;x&quot;&gt;&amp;&#39;\">&lt;b title=&quot;x&quot;&gt;&amp;&#39;</p>");
  });

  it("takes pieces, lists, numbers and nothing", () => {
    expect(html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}</ul>${undefined}${trustedHtml("<hr>")}`.source).toBe("<ul><li>1</li><li>2</li></ul><hr>");
  });

  it("does not escape twice, nor take entities for escaped", () => {
    expect(html`${html`${"&amp;"}`}`.source).toBe("&amp;amp;");
  });

  it("replaces control characters, but not line breaks", () => {
    expect(html`${"a\u0000\u001b[1m\n\u0085"}`.source).toBe("a\ufffd\ufffd[1m\n\ufffd");
  });
});
