import { createHash } from "node:crypto";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** Ink and grid colours of every figure; the paper is white, whatever surrounds the figure. */
export const INK = "#1f2430";
export const FAINT = "#6b7280";
export const GRID = "#e5e7eb";
export const FONT_SIZE = 12;
export const FONT_FAMILY = "'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif";

const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** A plot drawn without a browser: its inner SVG, and its scales for what is drawn on top. */
export interface Drawing {
  readonly inner: string;
  scale(name: "x" | "y"): (value: number) => number;
}

/** Draws with Observable Plot on a document that is not on a screen. */
export function draw(options: Plot.PlotOptions): Drawing {
  const plot = Plot.plot({ ...options, document });
  const svg = plot.tagName.toLowerCase() === "svg" ? plot : plot.querySelector("svg");
  if (!svg) throw new Error("draw: the plot holds no svg");
  svg.querySelector("style")?.remove();
  return {
    inner: withStableIds(svg.innerHTML),
    scale(name) {
      const scale = plot.scale(name);
      if (!scale) throw new Error(`draw: the plot has no ${name} scale`);
      return (value) => scale.apply(value);
    },
  };
}

/** Plot counts its clip paths through the whole process; a name made from the content is the same in every run. */
function withStableIds(inner: string): string {
  const content = inner.replace(/plot-clip-\d+/g, "clip");
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  return inner.replace(/plot-clip-(\d+)/g, (_, count: string) => `clip-${hash}-${Number(count) - firstClip(inner)}`);
}

function firstClip(inner: string): number {
  return Math.min(...[...inner.matchAll(/plot-clip-(\d+)/g)].map((match) => Number(match[1])));
}

/** `inner` of a drawing at a place of the page. Plot leaves font and anchor to its root element, so they are repeated. */
export function placed(inner: string, x: number, y: number): string {
  return `<g transform="translate(${round(x)},${round(y)})" text-anchor="middle" fill="${INK}" color="${INK}">${inner}</g>`;
}

/** A text element; `y` is the baseline. */
export function text(
  content: string,
  x: number,
  y: number,
  style: { size?: number; weight?: number; color?: string; anchor?: "start" | "middle" | "end"; rotate?: number } = {},
): string {
  const { size = FONT_SIZE, weight = 400, color = INK, anchor = "start", rotate } = style;
  const turn = rotate === undefined ? "" : ` transform="rotate(${rotate},${round(x)},${round(y)})"`;
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" fill="${color}" text-anchor="${anchor}"${turn}>${escapeXml(content)}</text>`;
}

/** Width that a text may take. There are no font metrics without a browser, so a wide face is assumed. */
export function textWidth(content: string, size: number = FONT_SIZE): number {
  let width = 0;
  for (const character of content)
    width += /[iljtfr.,:;'|()[\]]/.test(character) ? 0.4 : /[mwMW@%]/.test(character) ? 0.98 : 0.64;
  return width * size;
}

export function escapeXml(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

/** Coordinates need no more than a hundredth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
