import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Figure } from "./figure.ts";
import { cellText, columnTitle, isNumeric, type Table } from "./table.ts";

/** A page about one run. */
export interface Report {
  readonly title: string;
  /** What was done and what came out, for a reader who reads nothing else. */
  readonly lead: string;
  readonly sections: readonly Section[];
  /** A last line: seed, mode, versions. */
  readonly footer?: string;
}

/** A heading with any of text, figures and tables, shown in this order. */
export interface Section {
  readonly heading: string;
  /** Paragraphs of plain text. */
  readonly text?: string | readonly string[];
  readonly figures?: readonly Figure[];
  readonly tables?: readonly Table[];
}

/** One HTML file that holds everything: no scripts, no addresses, figures inside. */
export function reportHtml(report: Report): string {
  const sections = report.sections.map(sectionHtml).join("\n");
  const footer = report.footer === undefined ? "" : `<footer>${escapeHtml(report.footer)}</footer>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(report.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(report.title)}</h1>
${paragraphs(report.lead, "lead")}
${sections}
${footer}
</main>
</body>
</html>
`;
}

/** Writes `<folder>/report.html`; gives its path. */
export async function writeReport(report: Report, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, "report.html");
  await writeFile(file, reportHtml(report));
  return file;
}

function sectionHtml(section: Section): string {
  return [
    "<section>",
    `<h2>${escapeHtml(section.heading)}</h2>`,
    paragraphs(section.text ?? []),
    ...(section.figures ?? []).map(figureHtml),
    ...(section.tables ?? []).map(tableHtml),
    "</section>",
  ].join("\n");
}

function figureHtml(figure: Figure): string {
  const caption = figure.caption === "" ? "" : `<figcaption>${escapeHtml(figure.caption)}</figcaption>`;
  const svg = figure.svg.replace("<svg ", `<svg aria-label="${escapeHtml(figure.title)}" `);
  return `<figure><div class="paper" style="max-width:${figure.width}px">${svg}</div>${caption}</figure>`;
}

function tableHtml(table: Table): string {
  const side = table.columns.map((_, k) => (isNumeric(table, k) ? ' class="number"' : ""));
  const head = table.columns.map((column, k) => `<th scope="col"${side[k]}>${escapeHtml(columnTitle(column))}</th>`);
  const rows = table.rows.map((row) => {
    const cells = table.columns.map((column, k) => `<td${side[k]}>${escapeHtml(cellText(row[k], column))}</td>`);
    return `<tr>${cells.join("")}</tr>`;
  });
  const caption = table.title === undefined ? "" : `<caption>${escapeHtml(table.title)}</caption>`;
  return `<div class="scroll"><table>${caption}<thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

function paragraphs(text: string | readonly string[], name?: string): string {
  const attribute = name === undefined ? "" : ` class="${name}"`;
  return [text]
    .flat()
    .map((paragraph) => `<p${attribute}>${escapeHtml(paragraph)}</p>`)
    .join("\n");
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1f2430; --faint: #5b6472; --line: #dfe3e8; --ground: #fbfbfa; --band: #f2f4f6; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ec; --faint: #9aa3b2; --line: #363c47; --ground: #16181d; --band: #1f232a; }
}
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 "Helvetica Neue", Helvetica, Arial, "DejaVu Sans", sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 3rem 1.5rem 5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.25rem; margin: 3rem 0 0.75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
p { max-width: 44rem; margin: 0.6rem 0; }
.lead { font-size: 1.1rem; }
figure { margin: 1.5rem 0; }
.paper { background: white; border-radius: 6px; box-shadow: 0 0 0 1px var(--line); overflow: hidden; }
.paper svg { display: block; width: 100%; height: auto; }
figcaption { max-width: 44rem; margin-top: 0.6rem; color: var(--faint); font-size: 0.92rem; }
.scroll { overflow-x: auto; margin: 1.25rem 0; }
table { border-collapse: collapse; font-size: 0.94rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.4rem; }
th, td { text-align: left; padding: 0.35rem 1.1rem 0.35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--faint); font-weight: 600; }
tbody tr:hover { background: var(--band); }
.number { text-align: right; white-space: nowrap; }
footer { margin-top: 3rem; color: var(--faint); font-size: 0.88rem; }
`;
