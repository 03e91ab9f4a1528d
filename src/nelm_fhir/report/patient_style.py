"""The look of the page of one patient: on a screen, on two pages of A4, and without any color.

What matters is said by marks and words; tints only help to find it. No letter is smaller on paper
than a journal prints its tables.
"""

from typing import Final

STYLE: Final = """
:root { color-scheme: light; --ink: #1c242b; --dim: #515c66; --line: #d5dbe1; --soft: #f4f6f8;
        --met: #dff1e3; --wait: #fdf0cf; --open: #e1edf9; --not: #f7e4e1; }
* { box-sizing: border-box; }
html { scroll-behavior: auto; }
body { font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
       color: var(--ink); background: #fff; margin: 0 auto; padding: 1.6rem 1.4rem 4rem;
       max-width: 76rem; }
h1 { font-size: 1.55rem; margin: 0; line-height: 1.2; letter-spacing: -.01em; }
h2 { font-size: 1.12rem; margin: 2.4rem 0 .5rem; padding-bottom: .25rem;
     border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.1rem 0 .2rem; line-height: 1.35; }
p { margin: .25rem 0 .6rem; max-width: 58rem; }
ul, ol { margin: .2rem 0 .6rem; padding-left: 1.2rem; } li { margin: .12rem 0; }
a { color: #0b4f8a; } a.cite { text-decoration: none; font-size: .86em; }
a.cite:hover, a.cite:focus { text-decoration: underline; }
a:focus-visible, summary:focus-visible { outline: 2px solid #0b4f8a; outline-offset: 2px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
          white-space: nowrap; }
.paper { display: none; }
a.skip { position: absolute; left: -60rem; } a.skip:focus { position: static; }
.dim { color: var(--dim); } .small { font-size: .87em; }
.notice { border: 1px solid var(--line); border-left: 4px solid var(--dim); padding: .5rem .8rem;
          max-width: none; margin: .9rem 0 0; }
.alert { border: 2px solid var(--ink); padding: .4rem .8rem; font-weight: 600; }
dl.who { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1.1rem;
         margin: .8rem 0 0; }
dl.who dt { color: var(--dim); } dl.who dd { margin: 0; overflow-wrap: anywhere; }
dl.who dd.subject { font-weight: 600; }
nav.links { display: flex; flex-wrap: wrap; gap: .6rem; margin: .9rem 0 0; padding: 0; }
nav.links a { border: 1px solid var(--line); border-radius: .4rem; padding: .3rem .8rem;
              text-decoration: none; }
nav.links a:first-child { border-color: #0b4f8a; }
.scroll { overflow-x: auto; position: relative; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .45rem; }
table.matrix { font-size: .87em; line-height: 1.3; min-width: 56rem; table-layout: fixed; }
table.matrix col.q { width: 17%; }
table.matrix thead th { font-weight: 600; vertical-align: bottom; }
table.matrix thead tr:last-child > * { border-bottom: 2px solid var(--ink); }
table.matrix thead td { vertical-align: top; }
table.matrix .sub { display: block; font-weight: 400; color: var(--dim); font-size: .88em; }
table.matrix b { font-weight: 600; white-space: nowrap; }
table.matrix tr.chapter th { padding-top: .75rem; font-size: .86em; color: var(--dim);
                             font-weight: 600; border-bottom: 1px solid var(--line); }
table.matrix tbody tr.row > * { border-bottom: 1px solid var(--line); }
table.matrix tbody th { font-weight: 600; }
table.matrix td { border-left: 1px solid var(--line); overflow-wrap: anywhere; hyphens: auto; }
table.matrix td.none { color: var(--dim); }
table.matrix .item + .item { display: block; margin-top: .3rem; }
table.matrix .item { display: block; }
table.matrix .beside b { font-weight: 400; }
table.matrix .limit { white-space: nowrap; } table.matrix .id { font: inherit; }
table.matrix .differs { display: block; font-weight: 600; font-size: .88em; }
td.met, td.criteria-met { background: var(--met); }
td.running, td.deferred { background: var(--wait); }
td.unknown, td.indeterminate { background: var(--open); }
td.not-met, td.criteria-not-met { background: var(--not); }
ul.missing { list-style: none; padding: 0; } ul.missing > li { margin: .35rem 0; }
.settling { display: block; margin-left: 1rem; max-width: 60rem; }
ul.marked { list-style: none; padding: 0; }
ul.marked > li { position: relative; padding-left: 1.5rem; max-width: 60rem; }
ul.marked > li > .mark { position: absolute; left: 0; font-weight: 700; }
.id { font: .88em ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; }
.verdict { font-weight: 600; }
details { margin: .25rem 0 .4rem; } summary { cursor: pointer; color: #0b4f8a; }
details > ul { margin: .4rem 0 .8rem; padding-left: 1.8rem;
               border-left: 3px solid var(--line); }
blockquote { margin: .1rem 0 .3rem; color: var(--dim); }
table.plain { font-size: .9em; table-layout: fixed; min-width: 44rem; }
table.plain col.result { width: 57%; } table.plain col.population { width: 22%; }
table.plain th { border-bottom: 2px solid var(--ink); }
table.plain td { border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
ol.facts { list-style: none; padding: 0; }
ol.facts > li { padding: .3rem .4rem .3rem 2.6rem; position: relative; max-width: 64rem;
                overflow-wrap: anywhere; }
ol.facts > li:target { background: var(--soft); outline: 1px solid var(--line); }
ol.facts > li > .number { position: absolute; left: 0; width: 2.2rem; color: var(--dim);
                          text-align: right; }
ol.facts ul { margin: .1rem 0; } .source { color: var(--dim); font-size: .87em; }
figure { margin: .4rem 0; } figure svg { width: 100%; height: auto; display: block; }
svg text { font: 11px system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
           fill: #1c242b; }
svg .soft { fill: #515c66; } svg .strong { font-weight: 600; }
ol.events { columns: 2 22rem; column-gap: 2rem; font-size: .92em; list-style: none; padding: 0; }
ol.events li { break-inside: avoid; position: relative; padding-left: 2rem; }
ol.events .number { position: absolute; left: 0; color: var(--dim); }
footer { margin-top: 2.5rem; padding-top: .8rem; border-top: 1px solid var(--line);
         color: var(--dim); }
@page { size: A4; margin: 7mm 8mm; }
@media print {
  body { font-size: 7pt; line-height: 1.27; padding: 0; max-width: none; }
  h1 { font-size: 12pt; } h2 { font-size: 8.2pt; margin: 4pt 0 1pt; padding-bottom: .6pt;
       break-after: avoid; } h3 { font-size: 7.2pt; margin: 3pt 0 0; break-after: avoid; }
  p, ul, ol { max-width: none; margin: .8pt 0; } li { margin: 0; }
  .small, .dim.small, .source { font-size: 6.2pt; }
  a { color: inherit; text-decoration: none; }
  nav.links, a.skip, details, footer, .screen { display: none; }
  .notice { padding: 1.5pt 5pt; margin: 3pt 0 0; } .alert { padding: 1pt 5pt; margin: 2pt 0; }
  dl.who { grid-template-columns: repeat(3, max-content auto); margin: 2pt 0 0; gap: 0 5pt; }
  .scroll { overflow: visible; } table.plain { min-width: 0; }
  table.matrix { min-width: 0; font-size: 6.9pt; line-height: 1.17; }
  table.matrix th, table.matrix td { padding: .9pt 2.5pt; }
  table.matrix tr.chapter th { padding: 2.4pt 2.5pt 0; font-size: 6.4pt; }
  table.matrix .sub { font-size: 6.2pt; }
  table.matrix b { white-space: normal; } table.matrix .item + .item { margin-top: 1pt; }
  table.matrix tr { break-inside: avoid; }
  table.plain { font-size: 6.2pt; line-height: 1.18; }
  table.plain th, table.plain td { padding: 1pt 3pt .6pt; }
  td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  #deciding { break-before: page; }
  .sets { columns: 3; column-gap: 10pt; font-size: 6.3pt; line-height: 1.19; }
  .sets h3 { font-size: 6.6pt; margin-top: 2pt; break-inside: avoid; }
  .sets li { break-inside: avoid; } .sets .id { font: inherit; font-weight: 600; }
  ul.missing { columns: 3; column-gap: 10pt; padding: 0; font-size: 6.3pt; line-height: 1.17;
               list-style: none; }
  ul.missing > li { margin: 0 0 1pt; break-inside: avoid; }
  .settling { display: inline; margin: 0; }
  ul.texts { columns: 3; column-gap: 11pt; font-size: 6.3pt; line-height: 1.2; padding-left: 8pt; }
  ul.texts li { break-inside: avoid; }
  ul.marked > li { padding-left: 8pt; }
  figure { margin: 0; break-inside: avoid; } section { margin: 0; }
  ol.events { columns: 3; column-gap: 10pt; font-size: 6.2pt; line-height: 1.15; }
  ol.events li { padding-left: 12pt; }
  .paper { display: block; font-size: 5.7pt; line-height: 1.15; overflow-wrap: anywhere; }
}
"""
