import * as Plot from "@observablehq/plot";
import { axisDomain, axisTicks, axisTitle, dataRange } from "./axis.ts";
import { draw, INK, placed, round, text } from "./canvas.ts";
import { axisStyle, frameOptions, widestTick } from "./lines.ts";
import type { HeatPanel } from "./panel.ts";
import { pngAddress } from "./png.ts";

const BAR = 14;
const GAP = 14;

/** Draws one field as an image under its axes, with a colour bar at the right. */
export function drawHeat(panel: HeatPanel, width: number, height: number): string {
  const { columns, values } = panel;
  const rows = values.length / columns;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new RangeError(`figure: ${values.length} values do not fill rows of ${columns} columns`);
  }
  const ends = colorEnds(panel);
  const ticks = axisTicks(panel.color, ends, Math.max(3, Math.floor(height / 60)));
  const barRoom = GAP + BAR + 20 + widestTick(panel.color, ends, ticks);
  const mapWidth = width - barRoom;

  const frame = frameOptions(panel.x, panel.y, panel.x.domain, panel.y.domain, mapWidth, height);
  const [, , axisX, axisY, edge] = frame.marks;
  const { inner } = draw({ ...frame.plot, marks: [axisX, axisY, edge] });
  const left = frame.margins.left;
  const top = frame.margins.top;
  const innerWidth = mapWidth - left - frame.margins.right;
  const innerHeight = height - top - frame.margins.bottom;

  const color = colorOf(panel, ends);
  const map = image(columns, rows, innerWidth, innerHeight, (column, row) =>
    color(values[(rows - 1 - row) * columns + column]!),
  );
  const bar = image(1, 256, BAR, innerHeight, (_, row) => color(atFraction(panel, ends, 1 - (row + 0.5) / 256)));
  const barLeft = mapWidth - frame.margins.right + GAP;
  const scale = draw({
    width: BAR + 60,
    height,
    marginTop: top,
    marginBottom: frame.margins.bottom,
    marginLeft: 0,
    marginRight: 60,
    y: { type: panel.color.type ?? "linear", domain: ends },
    marks: [
      Plot.axisY({ ...axisStyle(panel.color, ends), label: null, ticks, anchor: "right" }),
      Plot.frame({ stroke: "#9ca3af" }),
    ],
  });
  return [
    `<image x="${left}" y="${top}" width="${round(innerWidth)}" height="${round(innerHeight)}" preserveAspectRatio="none" href="${map}"/>`,
    placed(inner, 0, 0),
    `<image x="${round(barLeft)}" y="${top}" width="${BAR}" height="${round(innerHeight)}" preserveAspectRatio="none" href="${bar}"/>`,
    placed(scale.inner, barLeft, 0),
    text(axisTitle(panel.color), width - 6, top + innerHeight / 2, { anchor: "middle", rotate: -90, color: INK }),
  ].join("");
}

/** Ends of the colour scale: the panel's own or those of its values; a constant field gets a scale around it. */
function colorEnds(panel: HeatPanel): [number, number] {
  if (panel.color.domain) return [...panel.color.domain];
  const [low, high] = dataRange(panel.color, [panel.values]);
  return low < high ? [low, high] : axisDomain(panel.color, [panel.values]);
}

type Rgb = readonly [number, number, number];

/** Value to colour; what is not finite, or not positive on a logarithmic scale, is grey. */
function colorOf(panel: HeatPanel, ends: readonly [number, number]): (value: number) => Rgb {
  const type = panel.color.type ?? "linear";
  const scale = Plot.scale({
    color: { type, domain: [...ends], scheme: panel.color.scheme ?? "viridis", clamp: true },
  });
  const missing: Rgb = [190, 190, 190];
  return (value) => {
    if (!Number.isFinite(value) || (type === "log" && value <= 0)) return missing;
    return parseColor(String(scale.apply(value)));
  };
}

function atFraction(panel: HeatPanel, [low, high]: readonly [number, number], fraction: number): number {
  return panel.color.type === "log" ? low * (high / low) ** fraction : low + fraction * (high - low);
}

/** d3 gives `rgb(r, g, b)` or `#rrggbb`. */
function parseColor(color: string): Rgb {
  if (color.startsWith("#")) {
    const packed = Number.parseInt(color.slice(1), 16);
    return [packed >> 16, (packed >> 8) & 255, packed & 255];
  }
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** Cells as an image of whole pixels per cell, so that no viewer blurs a coarse grid. */
function image(
  columns: number,
  rows: number,
  width: number,
  height: number,
  color: (column: number, row: number) => Rgb,
): string {
  const across = Math.max(1, Math.ceil((2 * width) / columns));
  const down = Math.max(1, Math.ceil((2 * height) / rows));
  const rgb = new Uint8Array(3 * columns * across * rows * down);
  const line = new Uint8Array(3 * columns * across);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = color(column, row);
      for (let k = 0; k < across; k++) line.set(cell, 3 * (column * across + k));
    }
    for (let k = 0; k < down; k++) rgb.set(line, (row * down + k) * line.length);
  }
  return pngAddress(columns * across, rows * down, rgb);
}
