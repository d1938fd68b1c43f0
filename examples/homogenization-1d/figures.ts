import { cellProblem } from "@hml/patch";
import type { History } from "@hml/nets";
import { figure, type Figure, lineChart, type LinePanel, type Panel, type Series } from "../lib/figure.ts";
import type { Floor } from "./floor.ts";
import { LIFTING_ORDERS } from "./floor.ts";
import { medium, PAPER, paperDynamics } from "./study.ts";

const INK = "#1f2430";
const orderName = (order: Floor["order"]): string => (order === "spectral" ? "sine-spectral" : `order ${order}`);

/** The macroscale field with its patches, and what a burst makes of a lifted patch: the corrector appears. */
export function patchFigure(u: Float64Array, fine: (x: number) => number, time: number): Figure {
  const dynamics = paperDynamics(2);
  const { nodes, patches } = dynamics;
  const curve = Float64Array.from({ length: 401 }, (_, i) => i / 400);
  const half = PAPER.bufferWidth / 2;
  const pieces: number[] = [];
  const levels: number[] = [];
  for (const [p, patch] of patches.entries()) {
    const slope = (u[p + 2]! - u[p]!) / (nodes[p + 2]! - nodes[p]!);
    for (const side of [-half, half]) {
      pieces.push(patch.centre + side);
      levels.push(u[p + 1]! + side * slope);
    }
    pieces.push(Number.NaN);
    levels.push(Number.NaN);
  }
  // One patch by hand: the field s U_x lifted about the steepest node, before and after one burst.
  let steepest = 1;
  const slopeAt = (i: number): number => (u[i + 1]! - u[i - 1]!) / (nodes[i + 1]! - nodes[i - 1]!);
  for (let i = 2; i < nodes.length - 1; i++) if (Math.abs(slopeAt(i)) > Math.abs(slopeAt(steepest))) steepest = i;
  const patch = patches[steepest - 1]!;
  const slope = slopeAt(steepest);
  const middle = (patch.points - 1) / 2;
  const lifted = Float64Array.from({ length: patch.points }, (_, i) => (i - middle) * patch.spacing * slope);
  const after = lifted.slice();
  medium.exponential([patch]).advance(after, 0, PAPER.burst);
  const { corrector } = cellProblem(medium.coefficient);
  const window = Array.from({ length: 401 }, (_, k) => middle - 200 + k);
  const position = window.map((i) => (i - middle) * patch.spacing * 1e6);
  const panels: Panel[] = [
    {
      kind: "lines",
      title: `The field at t = ${time} and its patches`,
      x: { label: "x" },
      y: { label: "u" },
      series: [
        { name: "fine homogenised solution", x: curve, y: curve.map(fine), color: "#9aa3b2" },
        { name: "patches about the macroscale values, 7 % of space", x: pieces, y: levels, color: "#d1495b", width: 8 },
      ],
    },
    {
      kind: "lines",
      title: `Inside the patch at x = ${patch.centre.toFixed(1)}: micro-structure after one burst`,
      x: { label: "s = x − X", unit: "10⁻⁶" },
      y: { label: "u − lifted u", unit: "10⁻⁶" },
      series: [
        { name: "burst of 1e-6", x: position, y: window.map((i) => (after[i]! - lifted[i]!) * 1e6), color: "#d1495b" },
        {
          name: "corrector −ε χ(x/ε) U_x",
          x: position.filter((_, k) => k % 5 === 0),
          y: window
            .filter((_, k) => k % 5 === 0)
            .map((i) => -PAPER.epsilon * corrector(((i - middle) * patch.spacing) / PAPER.epsilon) * slope * 1e6),
          style: "points",
          color: INK,
        },
      ],
    },
  ];
  return figure({
    title: "Patch dynamics of heterogeneous diffusion",
    caption:
      "Left: fine simulation happens in nine patches of width 0.008 only, and for 1e-6 of every 1e-3 of time. Right: the " +
      "field is lifted smooth; within one burst it grows the micro-structure that the cell problem predicts.",
    panels,
  });
}

/** Slopes of learned laws at a few test snapshots against the fine solution's. */
export function slopeFigure(
  laws: readonly { readonly name: string; readonly slope: (snapshot: number) => Float64Array }[],
  snapshots: readonly { readonly label: string; readonly rate: (x: number) => number; readonly patch: Float64Array }[],
  x: Float64Array,
): Figure {
  const curve = Float64Array.from({ length: 201 }, (_, i) => i / 200);
  const colors = ["#00798c", "#d1495b", "#6b4e9b"];
  const panels = laws.map(
    ({ name, slope }): LinePanel => ({
      kind: "lines",
      title: name,
      x: { label: "x" },
      y: { label: "∂u/∂t" },
      series: snapshots.flatMap(({ label, rate, patch }, k): Series[] => [
        { name: `fine, ${label}`, x: curve, y: curve.map(rate), color: colors[k % 3]! },
        {
          name: `patch data, ${label}`,
          x: x.slice(1, -1),
          y: patch.slice(1, -1),
          style: "dotted",
          color: colors[k % 3]!,
        },
        { name: `learned, ${label}`, x, y: slope(k), style: "points", color: colors[k % 3]! },
      ]),
    }),
  );
  return figure({
    title: "Learned slopes at test snapshots",
    caption:
      "The learned laws sit on the patch data; what separates both from the fine curve is the truncation of the eleven-point " +
      "second-order lifting, not the learning.",
    panels,
  });
}

/** Space-time maps of the last trajectory: fine solution, learned forecast, error; one row a law. */
export function trajectoryFigure(
  laws: readonly { readonly name: string; readonly u: Float64Array; readonly error: number }[],
  fine: Float64Array,
  frames: number,
  lastTime: number,
): Figure {
  const columns = fine.length / frames;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of fine) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const half = 0.5 / (columns - 1);
  const x = { label: "x", domain: [-half, 1 + half] } as const;
  const t = { label: "t", domain: [0, lastTime] } as const;
  const field = { label: "u", domain: [low, high], scheme: "viridis" } as const;
  const panels = laws.flatMap(({ name, u, error }): Panel[] => [
    { kind: "heat", title: "fine solution", x, y: t, color: field, values: fine, columns },
    { kind: "heat", title: `${name}`, x, y: t, color: field, values: u, columns },
    {
      kind: "heat",
      title: `|error|, relative MSE ${error.toExponential(1)}`,
      x,
      y: t,
      color: { label: "|error|", type: "log", scheme: "magma", domain: [1e-6, 1e-1] },
      values: u.map((value, k) => Math.max(1e-6, Math.abs(value - fine[k]!))),
      columns,
    },
  ]);
  return figure({
    title: "Forecast of the last trajectory",
    caption:
      "Each row: the fine solution, the learned law integrated by BDF from the same initial values, and their distance.",
    panels,
    columns: 3,
    panelWidth: 330,
    panelHeight: 250,
  });
}

/** The error floor by lifting order and number of teeth, and where the learned laws ended. */
export function floorFigure(
  floors: readonly Floor[],
  learned: readonly { readonly name: string; readonly error: number }[],
): Figure {
  const colors = ["#8d96a3", "#edae49", "#00798c", "#d1495b"];
  const series: Series[] = LIFTING_ORDERS.map((order, k) => {
    const rows = floors.filter((floor) => floor.order === order);
    return {
      name: `floor, lifting ${orderName(order)}`,
      x: rows.map((row) => row.teeth),
      y: rows.map((row) => row.error),
      style: "line+points",
      color: colors[k]!,
    };
  });
  const marks = ["#1f2430", "#6b4e9b", "#2a7f3f", "#a0522d", "#3366cc", "#c2185b"];
  for (const [k, law] of learned.entries()) {
    // Side by side around ten teeth, or they hide each other.
    series.push({
      name: law.name,
      x: [PAPER.teeth * (1 + 0.035 * (k - (learned.length - 1) / 2))],
      y: [law.error],
      style: "points",
      color: marks[k % marks.length]!,
    });
  }
  return lineChart({
    title: "Error floor of the patch scheme, and the learned laws on it",
    caption:
      "Relative mean squared error of the last trajectory against the fine solution. Lines: a perfect law on the teeth, " +
      "integrated exactly in time. Points: learned laws at ten teeth. A learner cannot go below its data's floor; the " +
      "sine-spectral lifting lowers it at no cost.",
    x: { label: "teeth", type: "log", domain: [8, 50] },
    y: { label: "relative MSE of the trajectory", type: "log" },
    series,
    height: 460,
  });
}

/** Validation loss relative to the variance of the test slopes. */
export function trainingFigure(
  runs: readonly { readonly name: string; readonly history: History }[],
  variance: number,
): Figure {
  return lineChart({
    title: "Training",
    caption: "Validation loss over the variance of the test slopes, after each epoch.",
    x: { label: "epoch", type: "log" },
    y: { label: "validation MSE / variance", type: "log" },
    series: runs.map(({ name, history }) => ({
      name,
      x: history.validation.map((_, k) => k + 1),
      y: history.validation.map((loss) => loss / variance),
    })),
  });
}

/** The distance to the fine solution at each time, relative to the field's variance. */
export function timeFigure(
  laws: readonly { readonly name: string; readonly curve: Float64Array }[],
  t: Float64Array,
): Figure {
  return lineChart({
    title: "Distance from the fine solution in time, last trajectory",
    caption: "Mean squared error over space at each time, divided by the variance of the whole fine trajectory.",
    x: { label: "t" },
    y: { label: "relative squared error", type: "log", domain: [1e-12, 1e-1] },
    series: laws.map(({ name, curve }) => ({ name, x: t, y: curve })),
  });
}
