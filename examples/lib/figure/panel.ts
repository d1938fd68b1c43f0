import type * as Plot from "@observablehq/plot";
import type { Axis } from "./axis.ts";

/** One curve or one cloud of points. The same name has the same colour in every panel of a figure. */
export interface Series {
  /** Name in the legend. */
  readonly name: string;
  readonly x: ArrayLike<number>;
  /** As long as `x`; a value that is not finite leaves a gap. */
  readonly y: ArrayLike<number>;
  /** `line` unless told otherwise. */
  readonly style?: "line" | "dashed" | "dotted" | "points" | "line+points";
  /** A CSS colour; by default the next one of a palette that colour-blind readers can tell apart. */
  readonly color?: string;
  /** Stroke width in pixels, 1.8 by default. */
  readonly width?: number;
}

/** A straight line across a panel with a word at its end, for bounds and marked times. */
export interface Rule {
  readonly x?: number;
  readonly y?: number;
  readonly label?: string;
}

/** Curves and points against two axes. */
export interface LinePanel {
  readonly kind: "lines";
  readonly title?: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly rules?: readonly Rule[];
}

/** A field on a rectangle as coloured cells, with the colour bar beside it. */
export interface HeatPanel {
  readonly kind: "heat";
  readonly title?: string;
  /** Ends of the outermost cells along the horizontal axis, and its words. */
  readonly x: Axis & { readonly domain: readonly [number, number] };
  /** The same upwards. */
  readonly y: Axis & { readonly domain: readonly [number, number] };
  /** What the colour means. `domain` shares one scale between panels. */
  readonly color: Axis & { readonly scheme?: ColorScheme };
  /** `[row, column]`, row-major; row 0 lies at the bottom. */
  readonly values: ArrayLike<number>;
  readonly columns: number;
}

/** Any Observable Plot, for what the other two do not draw. Legend entries are given by hand. */
export interface PlotPanel {
  readonly kind: "plot";
  readonly title?: string;
  readonly options: Plot.PlotOptions;
  readonly legend?: readonly LegendEntry[];
}

export type Panel = LinePanel | HeatPanel | PlotPanel;

export type ColorScheme = "viridis" | "magma" | "rdbu" | "greys";

/** A line of the legend. */
export interface LegendEntry {
  readonly name: string;
  readonly color: string;
  readonly style: NonNullable<Series["style"]>;
}
