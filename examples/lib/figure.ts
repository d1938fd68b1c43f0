import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { axisDomain } from "./figure/axis.ts";
import { draw, FAINT, FONT_FAMILY, FONT_SIZE, INK, placed, round, text } from "./figure/canvas.ts";
import { drawHeat } from "./figure/heat.ts";
import { drawLegend, legendEntries, seriesColors } from "./figure/legend.ts";
import { drawLines } from "./figure/lines.ts";
import type { HeatPanel, LinePanel, Panel } from "./figure/panel.ts";

export type { Axis } from "./figure/axis.ts";
export type { ColorScheme, HeatPanel, LegendEntry, LinePanel, Panel, PlotPanel, Rule, Series } from "./figure/panel.ts";

/** A finished drawing. */
export interface Figure {
  readonly title: string;
  /** What to see in it, in a sentence or two; the report prints it below the figure. */
  readonly caption: string;
  readonly width: number;
  readonly height: number;
  /** A complete SVG document on white paper. */
  readonly svg: string;
}

/** Panels, and how they stand on the page. */
export interface FigureOptions {
  readonly title: string;
  readonly caption?: string;
  readonly panels: readonly Panel[];
  /** Panels in a row: by default all of up to three, else a square-like arrangement. */
  readonly columns?: number;
  /** Size of one panel in pixels; 620 x 380 alone, smaller in company. */
  readonly panelWidth?: number;
  readonly panelHeight?: number;
  /** Axes on which all line panels get the same ends. */
  readonly share?: "x" | "y" | "both";
}

const EDGE = 16;
const BETWEEN = 12;

/** Lays out panels under one title and one legend. */
export function figure(options: FigureOptions): Figure {
  const { title, caption = "", share } = options;
  const panels = shared(options.panels, share);
  const count = panels.length;
  if (count === 0) throw new RangeError("figure: panels must not be empty");
  const columns = Math.min(count, options.columns ?? (count <= 3 ? count : Math.ceil(Math.sqrt(count))));
  const { panelWidth = [620, 440][columns - 1] ?? 340, panelHeight = [380, 320][columns - 1] ?? 280 } = options;
  const rows = Math.ceil(count / columns);
  const width = 2 * EDGE + columns * panelWidth + (columns - 1) * BETWEEN;
  const colors = seriesColors(panels);
  const legend = drawLegend(legendEntries(panels, colors), width - 2 * EDGE);

  const parts = [text(title, EDGE, EDGE + 14, { size: FONT_SIZE + 3, weight: 600 })];
  let y = EDGE + 30;
  if (legend.height > 0) {
    parts.push(`<g transform="translate(${EDGE},${y})">${legend.inner}</g>`);
    y += legend.height + 6;
  }
  const header = panels.some((panel) => panel.title !== undefined) ? 22 : 0;
  for (const [index, panel] of panels.entries()) {
    const left = EDGE + (index % columns) * (panelWidth + BETWEEN);
    const top = y + Math.floor(index / columns) * (panelHeight + header + BETWEEN);
    const head = panel.title === undefined ? "" : text(panel.title, 2, 14, { weight: 600, color: FAINT });
    const body = drawPanel(panel, panelWidth, panelHeight, colors);
    parts.push(`<g transform="translate(${left},${top})">${head}<g transform="translate(0,${header})">${body}</g></g>`);
  }
  const height = round(y + rows * (panelHeight + header) + (rows - 1) * BETWEEN + EDGE / 2);
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${FONT_FAMILY}" font-size="${FONT_SIZE}" role="img">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...parts,
    "</svg>",
  ].join("\n");
  return { title, caption, width, height, svg };
}

/** A figure of one line panel. */
export function lineChart(
  spec: Omit<LinePanel, "kind" | "title"> & { title: string; caption?: string; width?: number; height?: number },
): Figure {
  const { title, caption, width, height, ...panel } = spec;
  return figure({ ...page(title, caption, width, height), panels: [{ kind: "lines", ...panel }] });
}

/** A figure of one heat map. */
export function heatMap(
  spec: Omit<HeatPanel, "kind" | "title"> & { title: string; caption?: string; width?: number; height?: number },
): Figure {
  const { title, caption, width, height, ...panel } = spec;
  return figure({ ...page(title, caption, width, height), panels: [{ kind: "heat", ...panel }] });
}

/** Writes `<folder>/<name>.svg`, and `<name>.png` at twice the size when asked; gives the paths written. */
export async function saveFigure(
  drawing: Figure,
  folder: string,
  name: string,
  options: { png?: boolean } = {},
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths = [path.join(folder, `${name}.svg`)];
  await writeFile(paths[0]!, drawing.svg);
  if (options.png === true) {
    paths.push(path.join(folder, `${name}.png`));
    await writeFile(paths[1]!, figurePng(drawing));
  }
  return paths;
}

/** The figure as a PNG at twice its size, with the machine's own fonts (a machine without fonts draws no words). */
export function figurePng(drawing: Figure): Uint8Array {
  const resvg = new Resvg(drawing.svg, {
    fitTo: { mode: "width", value: 2 * drawing.width },
    font: { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" },
  });
  return resvg.render().asPng();
}

function drawPanel(panel: Panel, width: number, height: number, colors: ReadonlyMap<string, string>): string {
  if (panel.kind === "lines") return drawLines(panel, width, height, colors);
  if (panel.kind === "heat") return drawHeat(panel, width, height);
  return placed(draw({ style: { color: INK }, ...panel.options, width, height }).inner, 0, 0);
}

/** Gives every line panel the ends that hold all of them. */
function shared(panels: readonly Panel[], share: FigureOptions["share"]): readonly Panel[] {
  if (share === undefined) return panels;
  const lines = panels.filter((panel): panel is LinePanel => panel.kind === "lines");
  const domainOf = (name: "x" | "y"): [number, number] | undefined =>
    lines[0] &&
    axisDomain(
      lines[0][name],
      lines.flatMap((panel) => panel.series.map((series) => series[name])),
    );
  const x = share === "y" ? undefined : domainOf("x");
  const y = share === "x" ? undefined : domainOf("y");
  return panels.map((panel) =>
    panel.kind === "lines"
      ? { ...panel, x: { ...panel.x, ...(x && { domain: x }) }, y: { ...panel.y, ...(y && { domain: y }) } }
      : panel,
  );
}

function page(
  title: string,
  caption: string | undefined,
  width: number | undefined,
  height: number | undefined,
): Omit<FigureOptions, "panels"> {
  return {
    title,
    ...(caption !== undefined && { caption }),
    ...(width !== undefined && { panelWidth: width }),
    ...(height !== undefined && { panelHeight: height }),
  };
}
