import * as Plot from "@observablehq/plot";
import { type Axis, axisDomain, axisTicks, axisTitle, tickFormat } from "./axis.ts";
import { draw, FAINT, FONT_SIZE, GRID, INK, placed, textWidth } from "./canvas.ts";
import type { LinePanel, Rule, Series } from "./panel.ts";

const DASHES = { dashed: "6,4", dotted: "1.5,4" } as const;

/** Room for the axes around a panel, in pixels. */
export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Draws the curves of one panel into a box of the given size. */
export function drawLines(
  panel: LinePanel,
  width: number,
  height: number,
  colors: ReadonlyMap<string, string>,
): string {
  const xDomain = axisDomain(panel.x, [...panel.series.map((series) => series.x), ruled(panel.rules, "x")]);
  const yDomain = axisDomain(panel.y, [...panel.series.map((series) => series.y), ruled(panel.rules, "y")]);
  const options = frameOptions(panel.x, panel.y, xDomain, yDomain, width, height);
  const marks: Plot.Markish[] = [...options.marks];
  for (const rule of panel.rules ?? []) marks.push(...ruleMarks(rule, xDomain, yDomain));
  for (const series of panel.series) marks.push(...seriesMarks(panel, series, colors.get(series.name) ?? INK));
  return placed(draw({ ...options.plot, marks }).inner, 0, 0);
}

/** Axes, grid and frame, shared by curves and heat maps. */
export function frameOptions(
  x: Axis,
  y: Axis,
  xDomain: readonly [number, number],
  yDomain: readonly [number, number],
  width: number,
  height: number,
): { plot: Plot.PlotOptions; marks: Plot.Markish[]; margins: Margins } {
  const yTicks = axisTicks(y, yDomain, Math.max(3, Math.floor(height / 55)));
  const xTicks = axisTicks(x, xDomain, Math.max(3, Math.floor(width / 110)));
  const margins = { top: 8, right: 16, bottom: 46, left: 38 + widestTick(y, yDomain, yTicks) };
  return {
    margins,
    plot: {
      width,
      height,
      marginTop: margins.top,
      marginRight: margins.right,
      marginBottom: margins.bottom,
      marginLeft: margins.left,
      x: { type: x.type ?? "linear", domain: [...xDomain] },
      y: { type: y.type ?? "linear", domain: [...yDomain] },
    },
    marks: [
      Plot.gridX({ ticks: xTicks, stroke: GRID, strokeOpacity: 1 }),
      Plot.gridY({ ticks: yTicks, stroke: GRID, strokeOpacity: 1 }),
      Plot.axisX({ ...axisStyle(x, xDomain), ticks: xTicks, anchor: "bottom", labelOffset: 38 }),
      Plot.axisY({ ...axisStyle(y, yDomain), ticks: yTicks, anchor: "left", labelOffset: margins.left - 12 }),
      Plot.frame({ stroke: "#9ca3af" }),
    ],
  };
}

/** One look for every axis. */
export function axisStyle(
  axis: Axis,
  domain: readonly [number, number],
): {
  label: string;
  labelAnchor: "center";
  labelArrow: "none";
  text: (value: number) => string;
  fontSize: number;
  tickSize: number;
} {
  return {
    label: axisTitle(axis),
    labelAnchor: "center",
    labelArrow: "none",
    // Not `tickFormat`, of which a logarithmic scale leaves out every second one.
    text: tickFormat(axis, domain),
    fontSize: FONT_SIZE,
    tickSize: 4,
  };
}

/** Pixels that the widest tick label of an axis may need. */
export function widestTick(axis: Axis, domain: readonly [number, number], ticks: number[] | number): number {
  const format = tickFormat(axis, domain);
  if (typeof ticks !== "number") return Math.max(...ticks.map((tick) => textWidth(format(tick))));
  const step = 10 ** Math.floor(Math.log10((domain[1] - domain[0]) / ticks));
  const samples = [domain[0], domain[1], domain[0] + step].map((value) => Math.round(value / step) * step);
  return Math.max(...samples.map((value) => textWidth(format(value))), 14);
}

function seriesMarks(panel: LinePanel, series: Series, color: string): Plot.Markish[] {
  if (series.x.length !== series.y.length) {
    throw new RangeError(
      `figure: x and y of ${series.name} must be equally long, got ${series.x.length} and ${series.y.length}`,
    );
  }
  const drawable = (axis: Axis, value: number): number => (axis.type === "log" && value <= 0 ? Number.NaN : value);
  const points = Array.from({ length: series.x.length }, (_, i): [number, number] => [
    drawable(panel.x, series.x[i]!),
    drawable(panel.y, series.y[i]!),
  ]);
  const style = series.style ?? "line";
  const marks: Plot.Markish[] = [];
  if (style !== "points") {
    const strokeDasharray = style === "dashed" || style === "dotted" ? DASHES[style] : undefined;
    marks.push(
      Plot.line(points, {
        stroke: color,
        strokeWidth: series.width ?? 1.8,
        clip: true,
        ...(strokeDasharray === undefined ? {} : { strokeDasharray }),
      }),
    );
  }
  if (style === "points" || style === "line+points") {
    marks.push(Plot.dot(points, { fill: color, stroke: "white", strokeWidth: 0.6, r: 3.2, clip: true }));
  }
  return marks;
}

function ruleMarks(rule: Rule, x: readonly [number, number], y: readonly [number, number]): Plot.Markish[] {
  const style = { stroke: FAINT, strokeWidth: 1, strokeDasharray: "2,3" };
  const words = { fill: FAINT, fontSize: FONT_SIZE - 1, stroke: "white", strokeWidth: 4 };
  const marks: Plot.Markish[] = [];
  if (rule.y !== undefined) {
    marks.push(Plot.ruleY([rule.y], style));
    if (rule.label !== undefined) {
      marks.push(
        Plot.text([[x[1], rule.y]], {
          ...words,
          text: () => rule.label!,
          textAnchor: "end",
          lineAnchor: "bottom",
          dx: -4,
          dy: -3,
        }),
      );
    }
  }
  if (rule.x !== undefined) {
    marks.push(Plot.ruleX([rule.x], style));
    if (rule.label !== undefined && rule.y === undefined) {
      marks.push(
        Plot.text([[rule.x, y[1]]], {
          ...words,
          text: () => rule.label!,
          textAnchor: "start",
          lineAnchor: "top",
          dx: 5,
          dy: 5,
        }),
      );
    }
  }
  return marks;
}

function ruled(rules: readonly Rule[] | undefined, axis: "x" | "y"): number[] {
  return (rules ?? []).flatMap((rule) => rule[axis] ?? []);
}
