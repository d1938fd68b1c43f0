import { FONT_SIZE, INK, round, text, textWidth } from "./canvas.ts";
import type { LegendEntry, Panel } from "./panel.ts";

/** Okabe and Ito's palette, dark colours first: told apart by colour-blind readers, and legible on white. */
const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4b5563", "#8c510a"];

const SAMPLE = 26;
const LINE = 20;

/** One colour for each series name, in the order in which the names appear. */
export function seriesColors(panels: readonly Panel[]): Map<string, string> {
  const colors = new Map<string, string>();
  let next = 0;
  for (const panel of panels) {
    if (panel.kind !== "lines") continue;
    for (const series of panel.series) {
      if (series.color !== undefined) colors.set(series.name, series.color);
      else if (!colors.has(series.name)) colors.set(series.name, PALETTE[next++ % PALETTE.length]!);
    }
  }
  return colors;
}

/** The legend of a figure: each name once. A figure of one nameless or single series needs none. */
export function legendEntries(panels: readonly Panel[], colors: ReadonlyMap<string, string>): LegendEntry[] {
  const entries = new Map<string, LegendEntry>();
  for (const panel of panels) {
    if (panel.kind === "plot") for (const entry of panel.legend ?? []) entries.set(entry.name, entry);
    if (panel.kind !== "lines") continue;
    for (const { name, style = "line" } of panel.series) {
      if (name !== "" && !entries.has(name)) entries.set(name, { name, style, color: colors.get(name) ?? INK });
    }
  }
  return [...entries.values()];
}

/** The legend's rows within a width, as SVG, and the height that they take. */
export function drawLegend(entries: readonly LegendEntry[], width: number): { inner: string; height: number } {
  if (entries.length === 0) return { inner: "", height: 0 };
  let x = 0;
  let row = 0;
  const parts: string[] = [];
  for (const entry of entries) {
    const room = SAMPLE + 8 + textWidth(entry.name) + 20;
    if (x > 0 && x + room > width) {
      x = 0;
      row++;
    }
    parts.push(sample(entry, x, row * LINE + LINE / 2));
    parts.push(text(entry.name, x + SAMPLE + 8, row * LINE + LINE / 2 + 0.35 * FONT_SIZE));
    x += room;
  }
  return { inner: parts.join(""), height: (row + 1) * LINE };
}

function sample({ color, style }: LegendEntry, x: number, y: number): string {
  const dash = style === "dashed" ? ` stroke-dasharray="6,4"` : style === "dotted" ? ` stroke-dasharray="1.5,4"` : "";
  const line = `<line x1="${round(x)}" x2="${round(x + SAMPLE)}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2.2" stroke-linecap="round"${dash}/>`;
  const dot = `<circle cx="${round(x + SAMPLE / 2)}" cy="${y}" r="3.6" fill="${color}"/>`;
  return style === "points" ? dot : style === "line+points" ? line + dot : line;
}
