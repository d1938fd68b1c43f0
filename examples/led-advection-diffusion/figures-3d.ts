import * as Plot from "@observablehq/plot";
import { pca, pcaScores } from "@hml/metrics";
import { type Figure, figure, type Panel, type Series } from "../lib/figure.ts";
import { type DwellState, exactSeries, seriesOf } from "./analysis.ts";
import type { Clusters } from "./job.ts";
import type { Judged } from "./study.ts";

export const PALETTE = ["#00798c", "#d1495b", "#edae49", "#6b4e9b", "#2a7f3f", "#66b2d6", "#a0522d", "#c2185b"];
const EXACT = "#1f2430";

/** M1 and M2 along each axis over a stretch of time, of single runs, against the exact law. */
export function momentFigure(variants: readonly Judged[], axes: number, from: number, to: number): Figure {
  const { laws, runs } = variants[0]!;
  const { start, interval } = runs[0]![0]!;
  const [first, last] = [Math.round(from / interval), Math.round(to / interval)];
  const t = Float64Array.from({ length: last - first }, (_, n) => start + (first + n) * interval);
  const panels = ([1, 2] as const).flatMap((moment) =>
    Array.from({ length: axes }, (_, axis): Panel => {
      const cut = (values: Float64Array): Float64Array => values.slice(first, last);
      const series: Series[] = [
        { name: "exact density", x: t, y: cut(exactSeries(laws[0]!, moment, axis)), color: EXACT, width: 2.6 },
        ...variants.map(
          ({ variant, runs: all }, k): Series => ({
            name: variant.name,
            x: t,
            y: cut(seriesOf(all[0]![0]!, moment, axis, axes)),
            color: PALETTE[k]!,
            width: 1.4,
          }),
        ),
      ];
      const domain = moment === 1 ? ([-0.5, 0.5] as const) : ([0, 0.1] as const);
      return {
        kind: "lines",
        title: `M${moment}, axis ${axis + 1}`,
        x: { label: "t" },
        y: { label: `M${moment}`, domain },
        series,
      };
    }),
  );
  return figure({
    title: "Mean and variance of the particles at the end of the forecast",
    caption:
      "One run of each variant from the same initial condition, and the exact density. The particles of a forecast are drawn anew from " +
      "the decoder whenever they are looked at.",
    panels,
    columns: axes,
    panelWidth: axes === 1 ? 620 : 380,
    panelHeight: 250,
  });
}

/** A panel of bars. */
export function barPanel(
  title: string,
  label: string,
  bars: readonly { readonly name: string; readonly value: number; readonly color: string }[],
  type: "linear" | "log" = "linear",
): Panel {
  const values = bars.map(({ value }) => value);
  const crowded = bars.some(({ name }) => name.length > 12);
  const low = type === "log" ? Math.min(...values) / 3 : 0;
  const shown = (value: number): string =>
    value >= 1000 ? Math.round(value).toLocaleString("en") : value >= 100 ? value.toFixed(0) : value.toPrecision(2);
  return {
    kind: "plot",
    title,
    options: {
      x: { label: null, domain: bars.map(({ name }) => name), ...(crowded && { tickRotate: -18 }) },
      y: { label, type, domain: [low, (type === "log" ? 3 : 1.15) * Math.max(...values)], grid: true },
      marginLeft: 64,
      marginBottom: crowded ? 64 : 34,
      marks: [
        Plot.barY(bars, { x: "name", y1: low, y2: "value", fill: "color", insetLeft: 3, insetRight: 3 }),
        Plot.text(bars, { x: "name", y: "value", text: (bar) => shown(bar.value), dy: -8, fontWeight: 600 }),
        Plot.ruleY([low]),
      ],
    },
  };
}

/** Errors of all variants. */
export function errorBars(judged: readonly Judged[], title: string, seeds: string): Figure {
  const bars = (of: (one: Judged) => number) =>
    judged.map((one, k) => ({ name: one.variant.name, value: of(one), color: k === 0 ? "#8d96a3" : PALETTE[k - 1]! }));
  return figure({
    title,
    caption:
      `Distance of the values over ${seeds} from the exact law of M1 and M2 of so many particles, mean over time, axes and initial conditions. ` +
      "The grey bar is what the particles themselves show with as many seeds: the error of sampling.",
    panels: [
      barPanel(
        "Wasserstein distance, M1",
        "distance",
        bars((one) => one.m1),
      ),
      barPanel(
        "Wasserstein distance, M2",
        "distance",
        bars((one) => one.m2),
      ),
      barPanel(
        "L1 distance of histograms, M1",
        "distance",
        bars((one) => one.m1Histogram),
      ),
      barPanel(
        "L1 distance of histograms, M2",
        "distance",
        bars((one) => one.m2Histogram),
      ),
    ],
    columns: 2,
    panelWidth: 470,
    panelHeight: 260,
  });
}

/** Error of M1 in time, means over windows. */
export function errorInTime(judged: readonly Judged[], window: number): Figure {
  const series = judged.map(({ variant, runs, m1InTime }, k): Series => {
    const { interval } = runs[0]![0]!;
    const each = Math.max(1, Math.round(window / interval));
    const count = Math.max(1, Math.floor(m1InTime.length / each));
    const mean = (n: number): number =>
      m1InTime.subarray(n * each, (n + 1) * each).reduce((sum, value) => sum + value, 0) / each;
    return {
      name: variant.name,
      x: Float64Array.from({ length: count }, (_, n) => (n + 0.5) * each * interval),
      y: Float64Array.from({ length: count }, (_, n) => mean(n)),
      color: PALETTE[k]!,
    };
  });
  return figure({
    title: "Wasserstein distance of M1 in time",
    caption: `Means over windows of ${window.toFixed(0)}. Micro bursts of the true solver, which knows the time, put the phase right again.`,
    panels: [{ kind: "lines", x: { label: "time after the warm-up" }, y: { label: "distance", type: "log" }, series }],
    panelWidth: 760,
    panelHeight: 340,
  });
}

/** Latent states in the plane of their first two principal components, and where the clusters' particles are. */
export function portrait(
  codes: Float64Array,
  latentSize: number,
  found: Clusters,
  states: readonly DwellState[],
): Figure {
  const modes = pca(codes, { dimension: latentSize, modes: 3 });
  const scores = pcaScores(modes, codes);
  const component = (k: number): Float64Array =>
    Float64Array.from({ length: found.labels.length }, (_, n) => scores[3 * n + k]!);
  const [one, two, three] = [component(0), component(1), component(2)];
  const groups = states.map((state, cluster) => ({
    state,
    color: PALETTE[cluster % PALETTE.length]!,
    rows: Array.from(found.labels.keys()).filter((n) => found.labels[n] === cluster),
  }));
  const plane = (x: Float64Array, y: Float64Array, words: readonly [string, string]): Panel => ({
    kind: "lines",
    title: `principal components (PC) ${words.join(" and ")}`,
    x: { label: `PC ${words[0]}` },
    y: { label: `PC ${words[1]}` },
    series: groups.map(({ state, color, rows }) => ({
      name: state.name,
      x: rows.map((n) => x[n]!),
      y: rows.map((n) => y[n]!),
      style: "points",
      color,
    })),
  });
  return figure({
    title: `Latent states: ${found.clusters} metastable ones by spectral clustering`,
    caption:
      "States of the run that was learned from, by cluster; a name says where the particles are on average. Right: the smallest eigenvalues of the " +
      "graph's Laplacian, as many near zero as there are clusters.",
    panels: [
      plane(one, two, ["1", "2"]),
      plane(one, three, ["1", "3"]),
      {
        kind: "lines",
        title: "eigenvalues",
        x: { label: "number" },
        y: { label: "eigenvalue" },
        series: [
          {
            name: "eigenvalue",
            x: found.eigenvalues.map((_, k) => k + 1),
            y: found.eigenvalues,
            style: "points",
            color: EXACT,
          },
        ],
        rules: [{ x: found.clusters + 0.5, label: "largest gap" }],
      },
    ],
    panelWidth: 380,
    panelHeight: 330,
  });
}

/** Particles of a forecast and of the true solver in the plane of the first two axes. */
export function cloudFigure(truth: Judged, model: Judged, axes: number, times: readonly number[]): Figure {
  const row = (judged: Judged, name: string, color: string) =>
    times.map((time, k): Panel => {
      const cloud = judged.runs[0]![0]!.clouds[k]!;
      const shown = 500;
      const coordinate = (axis: number): number[] => Array.from({ length: shown }, (_, i) => cloud[i * axes + axis]!);
      return {
        kind: "lines",
        title: `${name}, t = ${time}`,
        x: { label: "x1", domain: [-0.5, 0.5] },
        y: { label: "x2", domain: [-0.5, 0.5] },
        series: [{ name, x: coordinate(0), y: coordinate(1), style: "points", color }],
      };
    });
  return figure({
    title: "Particles: true ones, and drawn from the decoder along the latent forecast",
    caption:
      "500 particles of 1000, in the plane of the first two axes. The two rows are different draws; their densities should agree.",
    panels: [...row(truth, "particles", EXACT), ...row(model, model.variant.name, PALETTE[0]!)],
    columns: times.length,
    panelWidth: 270,
    panelHeight: 250,
  });
}
