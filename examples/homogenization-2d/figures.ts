import { figure, type Figure, lineChart, type Panel, type Series } from "../lib/figure.ts";
import { CENTRES, lattice, PAPER, scheme, SIZE } from "./study.ts";

const AXIS = { label: "x", domain: [0, PAPER.side] } as const;
const VERTICAL = { label: "y", domain: [0, PAPER.side] } as const;
const N = CENTRES.length;

/** A law with what a figure shows of it. */
export interface Shown {
  readonly name: string;
  readonly slopes: Float64Array;
  readonly slopeErrors: Float64Array;
  readonly forecast: Float64Array;
  readonly curve: Float64Array;
}

/** The medium, the patches with a healed state in them, and the micro-structure of one patch. */
export function patchFigure(state: Float64Array, time: number): Figure {
  const { grid } = scheme;
  const [inside] = grid.interior;
  const perPatch = inside * inside;
  // Each patch drawn five times as wide as it is: at a ratio of 0.1 it would be a dot.
  const side = 2 * inside;
  const columns = N * side;
  const picture = new Float64Array(columns * columns).fill(Number.NaN);
  for (let k = 0; k < state.length; k++) {
    const [i, j] = [k % inside, Math.floor(k / inside) % inside];
    const patch = Math.floor(k / perPatch);
    const [I, J] = [patch % N, Math.floor(patch / N)];
    picture[(J * side + j + 1) * columns + I * side + i + 1] = state[k]!;
  }
  // The steepest patch: its values less the plane through them are what the medium adds.
  const wrinkle = (patch: number): Float64Array =>
    lessPlane(state.subarray(patch * perPatch, (patch + 1) * perPatch), inside);
  const size = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);
  let steepest = 0;
  for (let patch = 1; patch < N * N; patch++) if (size(wrinkle(patch)) > size(wrinkle(steepest))) steepest = patch;
  const cells = { x: { label: "i", domain: [-0.5, 2.5] }, y: { label: "j", domain: [-0.5, 2.5] } } as const;
  const bonds = { label: "κ", domain: [0, 6.6], scheme: "viridis" } as const;
  const panels: Panel[] = [
    {
      kind: "heat",
      title: "κ of the bond to the next point in x",
      ...cells,
      color: bonds,
      values: lattice.bonds[0]!,
      columns: 3,
    },
    {
      kind: "heat",
      title: "κ of the bond to the next point in y",
      ...cells,
      color: bonds,
      values: lattice.bonds[1]!,
      columns: 3,
    },
    {
      kind: "heat",
      title: `the patches at t = ${time}, drawn five times as wide`,
      x: AXIS,
      y: VERTICAL,
      color: { label: "u", scheme: "rdbu", domain: symmetric([state]) },
      values: picture,
      columns,
    },
    {
      kind: "heat",
      title: "micro-structure: the steepest patch less its plane",
      ...cells,
      color: { label: "u − plane", scheme: "rdbu" },
      values: wrinkle(steepest),
      columns: inside,
    },
  ];
  return figure({
    title: "Gap-tooth simulation of diffusion on a 3 x 3 periodic lattice",
    caption:
      "Above: the medium, nine bonds in each direction that repeat. Below left: 16 x 16 patches of one period each, 1 % of " +
      "the square; between them nothing is computed. Below right: after the healing time a patch holds the wrinkles of the medium.",
    panels,
    columns: 2,
    panelWidth: 430,
    panelHeight: 360,
  });
}

/** Values less their best plane. */
function lessPlane(values: Float64Array, n: number): Float64Array {
  const middle = (n - 1) / 2;
  let [mean, alongX, alongY, square] = [0, 0, 0, 0];
  for (let p = 0; p < values.length; p++) {
    const [x, y] = [(p % n) - middle, Math.floor(p / n) - middle];
    mean += values[p]! / values.length;
    alongX += values[p]! * x;
    alongY += values[p]! * y;
    square += x * x;
  }
  return values.map((value, p) => {
    const [x, y] = [(p % n) - middle, Math.floor(p / n) - middle];
    return value - mean - (alongX * x + alongY * y) / square;
  });
}

/** Figure 7 redone: true slopes of a large and of a small snapshot, and the errors of laws and of the paper's truth. */
export function slopeFigure(
  laws: readonly Shown[],
  truth: Float64Array,
  paperTruth: Float64Array,
  rows: readonly { readonly row: number; readonly label: string }[],
): Figure {
  const panels = rows.flatMap(({ row, label }): Panel[] => {
    const at = (values: Float64Array): Float64Array => values.subarray(row * SIZE, (row + 1) * SIZE);
    const exact = at(truth);
    const field = { label: "∂u/∂t", scheme: "rdbu", domain: symmetric([exact]) } as const;
    const others = [
      ...laws.map(({ name, slopes }) => ({ name, values: at(slopes) })),
      { name: "paper's eq. (27)", values: at(paperTruth) },
    ];
    return [
      { kind: "heat", title: label, x: AXIS, y: VERTICAL, color: field, values: exact, columns: N },
      ...others.map(({ name, values }): Panel => {
        const error = values.map((value, p) => value - exact[p]!);
        return {
          kind: "heat",
          title: `${name}: ${percent(norm(error) / norm(exact))}`,
          x: AXIS,
          y: VERTICAL,
          color: { label: "error", scheme: "rdbu", domain: symmetric([error]) },
          values: error,
          columns: N,
        };
      }),
    ];
  });
  return figure({
    title: "Slopes of two test snapshots, and errors against the homogenised law",
    caption:
      "Each row: the exact slope, then the error of each learned law and of the paper's truth; the number is the relative L2 " +
      "error. Every panel has its own scale.",
    panels,
    columns: laws.length + 2,
    panelWidth: 300,
    panelHeight: 220,
  });
}

/** Figure 8 redone: a test trajectory at four times, with errors against the homogenised law. */
export function trajectoryFigure(
  laws: readonly Shown[],
  truth: Float64Array,
  paperTruth: Float64Array,
  frames: readonly { readonly row: number; readonly label: string }[],
): Figure {
  const panels = frames.flatMap(({ row, label }): Panel[] => {
    const at = (values: Float64Array): Float64Array => values.subarray(row * SIZE, (row + 1) * SIZE);
    const exact = at(truth);
    const others = [
      ...laws.map(({ name, forecast }) => ({ name, values: at(forecast) })),
      { name: "paper's eq. (27)", values: at(paperTruth) },
    ];
    return [
      {
        kind: "heat",
        title: label,
        x: AXIS,
        y: VERTICAL,
        color: { label: "u", scheme: "rdbu", domain: symmetric([exact]) },
        values: exact,
        columns: N,
      },
      ...others.map(({ name, values }): Panel => {
        const error = values.map((value, p) => value - exact[p]!);
        const finite = error.every(Number.isFinite);
        return {
          kind: "heat",
          title: `${name}: ${finite ? percent(norm(error) / norm(exact)) : "blew up"}`,
          x: AXIS,
          y: VERTICAL,
          color: { label: "error", scheme: "rdbu", domain: finite ? symmetric([error]) : [-1, 1] },
          values: error,
          columns: N,
        };
      }),
    ];
  });
  return figure({
    title: "Forecast of the last test trajectory, and errors against the homogenised law",
    caption:
      "Each row a time: the exact field, then the error of each law's forecast from the healed state, with its relative L2 size.",
    panels,
    columns: laws.length + 2,
    panelWidth: 300,
    panelHeight: 220,
  });
}

/** Error of the test trajectories in time; dashed what is no learned law. */
export function timeFigure(
  curves: readonly { readonly name: string; readonly curve: Float64Array; readonly dashed?: boolean }[],
  t: Float64Array,
): Figure {
  const colors = ["#00798c", "#d1495b", "#6b4e9b", "#edae49", "#2a7f3f", "#66b2d6", "#a0522d", "#c2185b"];
  const drawn = (value: number): number => (value > 0 && value < 1e3 ? value : Number.NaN);
  let next = 0;
  return lineChart({
    title: "Distance of the test trajectories from the homogenised solution",
    caption:
      "Root of the squared errors over the squared truth, summed over the test trajectories and the grid, at each time.",
    x: { label: "t" },
    y: { label: "relative L2 error", type: "log", domain: [1e-5, 10] },
    series: curves.map(({ name, curve, dashed }, k): Series => {
      const look = dashed
        ? ({ style: "dashed", color: k === 0 ? "#1f2430" : "#8d96a3" } as const)
        : { color: colors[next++ % 8]! };
      return { name, x: t, y: curve.map(drawn), ...look };
    }),
    height: 460,
  });
}

/** Relative error of slopes against the size of the snapshot: medians over bins of the size. */
export function magnitudeFigure(laws: readonly Shown[], truth: Float64Array): Figure {
  const rows = truth.length / SIZE;
  const magnitude = Float64Array.from(
    { length: rows },
    (_, r) => norm(truth.subarray(r * SIZE, (r + 1) * SIZE)) / Math.sqrt(SIZE),
  );
  const order = Array.from(magnitude.keys()).toSorted((a, b) => magnitude[a]! - magnitude[b]!);
  const bins = Array.from({ length: 20 }, (_, b) =>
    order.slice(Math.floor((b * rows) / 20), Math.floor(((b + 1) * rows) / 20)),
  );
  const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
  const series = laws.map(
    ({ name, slopeErrors }): Series => ({
      name,
      x: bins.map((bin) => middle(bin.map((r) => magnitude[r]!))),
      y: bins.map((bin) => middle(bin.map((r) => slopeErrors[r]!))),
      style: "line+points",
    }),
  );
  return lineChart({
    title: "Relative error of the slope against the size of the slope",
    caption:
      "Medians over twentieths of the test snapshots by their size. With the paper's loss a net sees the large snapshots only; " +
      "the relative loss and nets without constant terms treat all sizes alike.",
    x: { label: "rms of ∂u/∂t", type: "log" },
    y: { label: "relative L2 error of the slope", type: "log" },
    series,
    height: 460,
  });
}

/** Validation loss after each epoch, over that of the law that says zero. */
export function trainingFigure(runs: readonly { readonly name: string; readonly losses: readonly number[] }[]): Figure {
  return lineChart({
    title: "Training",
    caption:
      "Validation loss after each epoch over that of a law that says zero: of mean squared errors for the paper's loss, of " +
      "errors relative to each snapshot for the relative one.",
    x: { label: "epoch", type: "log" },
    y: { label: "validation loss / loss of zero", type: "log" },
    series: runs.map(({ name, losses }) => ({ name, x: losses.map((_, k) => k + 1), y: losses, style: "line+points" })),
  });
}

function symmetric(fields: readonly ArrayLike<number>[]): [number, number] {
  let largest = 0;
  for (const field of fields) {
    for (let p = 0; p < field.length; p++) if (Math.abs(field[p]!) > largest) largest = Math.abs(field[p]!);
  }
  return largest > 0 ? [-largest, largest] : [-1, 1];
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function percent(value: number): string {
  return `${(100 * value).toPrecision(2)} %`;
}
