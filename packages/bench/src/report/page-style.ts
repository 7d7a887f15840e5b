import { type Html, trustedHtml } from "./html.js";

/** The style sheet of a report, light and dark. Series colours follow Okabe and Ito, darker on white and lighter on black for contrast. */
export const pageStyle: Html = trustedHtml(`
:root {
  color-scheme: light dark;
  --background: #ffffff; --text: #1b1f24; --muted: #57606a; --line: #d0d7de; --soft: #f4f6f8; --mark: #fff4d6; --highlight: #d55e00;
  --series-0: #0072b2; --series-1: #d55e00; --series-2: #00865f; --series-3: #b3568f; --series-4: #8f6a00; --series-5: #5c636b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --background: #15181c; --text: #e6e8eb; --muted: #a2a9b1; --line: #3a4149; --soft: #1f242a; --mark: #3b3010; --highlight: #f28e4b;
    --series-0: #56b4e9; --series-1: #f28e4b; --series-2: #2fc49a; --series-3: #e091c0; --series-4: #e3c34b; --series-5: #b4bac1;
  }
}
body { margin: 0; background: var(--background); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; }
h2 { margin: 2.75rem 0 0.75rem; padding-bottom: 0.3rem; border-bottom: 1px solid var(--line); font-size: 1.3rem; }
p { max-width: 46rem; margin: 0.6rem 0; }
h1, h2, p, th, td, dd, figcaption, .legend li { overflow-wrap: break-word; }
.subtitle, .generated, .note, .no-data, dt { color: var(--muted); }
.subtitle { font-size: 1.1rem; }
.generated, .note { font-size: 0.875rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.75rem; margin: 1.5rem 0; }
.facts div { padding: 0.6rem 0.9rem; border-radius: 6px; background: var(--soft); }
dt { font-size: 0.875rem; }
dd { margin: 0; font-size: 1.15rem; font-weight: 600; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; min-width: 50%; font-size: 0.9375rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.4rem 0.9rem; border-bottom: 1px solid var(--line); text-align: left; font-weight: 400; }
thead th { border-bottom-width: 2px; color: var(--muted); font-weight: 600; vertical-align: bottom; }
.right { text-align: right; white-space: nowrap; }
.center { text-align: center; white-space: nowrap; }
.highlight > * { background: var(--mark); font-weight: 700; }
.highlight > :first-child { box-shadow: inset 4px 0 var(--highlight); }
figure { margin: 1.5rem 0; }
figcaption { font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0.4rem 0; padding: 0; list-style: none; font-size: 0.875rem; }
.plot-frame { overflow-x: auto; }
.plot { display: block; width: 100%; min-width: 36rem; height: auto; overflow: visible; --plot-background: var(--background); }
.plot text { white-space: pre; }
@media print { main { max-width: none; } section { break-inside: avoid-page; } }
`);
