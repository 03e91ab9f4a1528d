"""The look of the worklist page: on a screen, on landscape paper, and without any color.

What matters is said by marks and words; tints only help to find it. Verdicts keep their columns, so
that a coordinator can go down one set.
"""

from typing import Final

STYLE: Final = """
:root { color-scheme: light; --ink: #1c242b; --dim: #56616c; --line: #d5dbe1; --soft: #f4f6f8;
        --met: #dff1e3; --wait: #fdf0cf; --open: #e1edf9; }
* { box-sizing: border-box; }
body { font: 14px/1.45 system-ui, "Segoe UI", Roboto, sans-serif; color: var(--ink); margin: 0 auto;
       padding: 1.6rem 1.2rem 3rem; max-width: 86rem; }
h1 { font-size: 1.6rem; margin: 0; line-height: 1.2; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .2rem; }
p { margin: .25rem 0 .7rem; max-width: 60rem; }
.dim { color: var(--dim); } .small { font-size: .86em; }
.notice { border: 1px solid var(--line); border-left: 4px solid var(--dim); padding: .5rem .8rem;
          max-width: none; margin: 1rem 0; }
ul.counts { list-style: none; display: flex; flex-wrap: wrap; gap: .6rem; padding: 0;
            margin: 1rem 0; }
ul.counts li { border: 1px solid var(--line); border-radius: .4rem; padding: .45rem .8rem;
               flex: 1 1 8rem; }
ul.counts b { display: block; font-size: 1.5rem; line-height: 1.15; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; }
thead th { font-weight: 600; border-bottom: 2px solid var(--ink); font-size: .86em;
           line-height: 1.25; vertical-align: bottom; }
thead th span { display: block; font-weight: 400; color: var(--dim); }
tbody { border-bottom: 1px solid var(--line); break-inside: avoid; }
tbody.patient > tr:first-child > * { padding-top: .6rem; }
th.who { font-weight: 600; overflow-wrap: anywhere; min-width: 9rem; }
td.number { color: var(--dim); text-align: right; width: 2.4rem; }
td.verdict { width: 10%; } td.verdict b { font-weight: 600; white-space: nowrap; }
table.changes td.verdict, table.changes td.dim { width: 9rem; }
table.changes th.who { width: 13rem; }
span.line { display: block; font-size: .9em; }
td.verdict span { display: block; font-size: .82em; color: var(--dim); line-height: 1.25; }
td.verdict code { font-family: inherit; }
td.criteria-met { background: var(--met); } td.deferred { background: var(--wait); }
td.indeterminate { background: var(--open); }
td.not-applicable b, td.criteria-not-met b { font-weight: 400; }
td.why { padding: 0 .5rem .7rem; }
td.why dl { display: grid; grid-template-columns: 9.5rem 1fr; gap: .15rem .8rem; margin: 0;
            max-width: 70rem; }
td.why dt { color: var(--dim); } td.why dd { margin: 0; overflow-wrap: anywhere; }
td.why dd ul { margin: 0; padding-left: 1.1rem; }
code { font: .92em ui-monospace, "SFMono-Regular", Menlo, monospace; color: var(--dim);
       white-space: nowrap; }
dl.key { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .9rem;
         margin: .5rem 0; }
dl.key dt { font-weight: 600; } dl.key dd { margin: 0; }
footer { margin-top: 2.5rem; padding-top: .8rem; border-top: 1px solid var(--line);
         color: var(--dim); }
@page { size: A4 landscape; margin: 12mm; }
@media print {
  body { font-size: 9pt; padding: 0; max-width: none; }
  h2 { break-after: avoid; } thead { display: table-header-group; }
  td, ul.counts li { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@media screen and (max-width: 60rem) { td.why dl { grid-template-columns: 1fr; } }
"""
