/** Styles of a report: both themes, narrow and wide, on paper. */
export const STYLES = `
:root { color-scheme: light dark; --text: light-dark(#1b1f24, #e8eaee); --muted: light-dark(#596270, #a4adba); --page: light-dark(#f6f7f9, #14171b); --surface: light-dark(#fff, #1c2026); --line: light-dark(#dfe3e8, #323840); --accent: light-dark(#1f5fbf, #8cb8ff); --good: light-dark(#17703a, #6fd693); --warn: light-dark(#8a5200, #f0b85c); --bad: light-dark(#b3202c, #ff8d8f); --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem clamp(0.9rem, 3vw, 2rem) 3rem; background: var(--page); color: var(--text); font: 0.9375rem/1.5 system-ui, sans-serif; }
h1, h2, h3, p, dl, dd, ul { margin: 0; }
h1 { font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; }
.kicker { color: var(--muted); font-size: 0.8125rem; }
a { color: var(--accent); }
a:focus-visible, .scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
nav { margin: 1rem 0 1.5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; padding: 0; list-style: none; }
nav a { display: inline-block; min-height: 1.5rem; overflow-wrap: anywhere; }
nav .level-2 a { font-weight: 600; }
main { display: grid; gap: 1rem; }
section { min-width: 0; padding: 1rem 1.15rem; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.75rem; scroll-margin-top: 1rem; }
section.level-2 { margin-top: 0.75rem; }
dl { display: grid; grid-template-columns: minmax(0, 1fr); }
dl > div { display: grid; grid-template-columns: minmax(7rem, 15rem) minmax(0, 1fr); gap: 0 1rem; padding: 0.25rem 0; border-top: 1px solid var(--line); }
dl > div:first-child { border-top: 0; }
dt { color: var(--muted); }
dd { overflow-wrap: anywhere; }
.note, .none, .number, footer { color: var(--muted); font-size: 0.8125rem; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.8438rem; }
caption { padding: 0.3rem 0; text-align: start; font-weight: 600; }
th { color: var(--muted); font-weight: 500; text-align: start; white-space: nowrap; vertical-align: bottom; }
th, td { padding: 0.28rem 0.9rem 0.28rem 0; border-bottom: 1px solid var(--line); }
td { vertical-align: top; max-width: 34rem; }
td.text, td.code { min-width: 7rem; overflow-wrap: anywhere; }
.bytes, .count { text-align: end; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.time, td.state, td.digest { white-space: nowrap; }
code { font: 0.92em var(--mono); }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.bad, .warn { font-weight: 600; }
.sign { border: 1px solid currentcolor; border-radius: 3px; padding: 0 0.2em; font: 0.75em var(--mono); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
footer { margin-top: 1.5rem; }
@media (max-width: 34rem) { section { padding: 0.8rem; } dl > div { grid-template-columns: minmax(0, 1fr); } }
@media (forced-colors: active) { .state { color: CanvasText; } }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; background: none; font-size: 9pt; } nav { display: none; } section { border: 0; padding: 0.3rem 0; } .scroll { overflow: visible; } table { font-size: 8pt; } thead { display: table-header-group; } tr, dl > div { break-inside: avoid; } h2, h3, caption { break-after: avoid; } td, code { overflow-wrap: anywhere; white-space: normal !important; } }
`;
