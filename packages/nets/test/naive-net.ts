import { type Activation, tanh } from "@hml/kernels";
import type { FieldNet } from "../src/spec/field-net.ts";

/**
 * The textbook form of every net of this package: one row at a time, nested arrays, no tiles, no blocks. It is the
 * oracle of the fast one; where its sums run in the same order, the two agree to the bit. Only the hyperbolic tangent is
 * shared with it, since `Math.tanh` differs in last bits; the kernels' tests hold it against 36 digits.
 */
export interface NaiveNet {
  readonly weights: number[][][];
  readonly biases: (number[] | undefined)[];
  /** The linear skip, where the net has one. */
  readonly skip: number[][] | undefined;
}

/** Values read by the stack for one row. */
function inputsOf(spec: FieldNet): number {
  if ("features" in spec) return spec.features.length;
  return typeof spec.stencil === "number" ? spec.stencil : spec.stencil.reduce((a, b) => a * b, 1);
}

const SELU_SCALE = 1.0507009873554805;
const SELU_FLOOR = SELU_SCALE * 1.6732632423543772;

const ACTIVATE: Readonly<Record<Activation, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.log1p(Math.exp(x)),
  selu: (x) => (x > 0 ? SELU_SCALE * x : SELU_FLOOR * Math.expm1(x)),
  celu: (x) => (x > 0 ? x : Math.expm1(x)),
};

/** The slope of the activation, from its value. */
const SLOPE: Readonly<Record<Activation, (a: number) => number>> = {
  linear: () => 1,
  relu: (a) => (a > 0 ? 1 : 0),
  tanh: (a) => 1 - a * a,
  sigmoid: (a) => a * (1 - a),
  softplus: (a) => 1 - Math.exp(-a),
  selu: (a) => (a > 0 ? SELU_SCALE : a + SELU_FLOOR),
  celu: (a) => (a > 0 ? 1 : a + 1),
};

/** Reads the flat parameters layer by layer: weights [units, inputs], then biases [units]; last the skip. */
export function naiveNet(spec: FieldNet, parameters: ArrayLike<number>): NaiveNet {
  let width = inputsOf(spec);
  let at = 0;
  const matrix = (rows: number, columns: number): number[][] =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => parameters[at++]!));
  const weights: number[][][] = [];
  const biases: (number[] | undefined)[] = [];
  for (const { units, bias } of spec.layers) {
    weights.push(matrix(units, width));
    biases.push(bias === false ? undefined : Array.from({ length: units }, () => parameters[at++]!));
    width = units;
  }
  return { weights, biases, skip: spec.skip ? matrix(width, inputsOf(spec)) : undefined };
}

/** Values of every layer for one input, the input itself first, the outputs with the skip last. */
export function naiveForward(spec: FieldNet, net: NaiveNet, input: readonly number[]): number[][] {
  const values: number[][] = [[...input]];
  spec.layers.forEach(({ activation }, l) => {
    const below = values[l]!;
    values.push(
      net.weights[l]!.map((row, j) => {
        let s = net.biases[l]?.[j] ?? 0;
        row.forEach((w, k) => {
          s += below[k]! * w;
        });
        return ACTIVATE[activation](s);
      }),
    );
  });
  const last = values.at(-1)!;
  values.push(last.map((value, j) => (net.skip === undefined ? value : dot(net.skip[j]!, input) + value)));
  return values;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let s = 0;
  a.forEach((value, k) => {
    s += value * b[k]!;
  });
  return s;
}

/** Extents of a snapshot on a grid, x first; a line where `points` does not say more. */
type Grid = readonly number[];

/** Inputs of the stack for each of its rows on one snapshot. */
export function naiveRows(spec: FieldNet, snapshot: readonly number[], grid: Grid = [snapshot.length]): number[][] {
  if ("features" in spec) {
    const width = spec.features.length;
    return Array.from({ length: snapshot.length / width }, (_, p) => snapshot.slice(p * width, (p + 1) * width));
  }
  const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  const [nx, ny = 1] = grid as [number, number?];
  const [wx, wy = 1] = (typeof spec.stencil === "number" ? [spec.stencil] : spec.stencil) as [number, number?];
  const [hx, hy] = [Math.floor(wx / 2), Math.floor(wy / 2)];
  const faces = spec.kind === "fluxNet" ? 1 : 0;
  const [mx, my] = spec.padding === "valid" ? [hx, hy] : [0, 0];
  return range(ny - 2 * my).flatMap((qy) =>
    range(nx - 2 * mx + faces).map((qx) =>
      range(wy).flatMap((ky) =>
        range(wx).map((kx) => {
          const x = (qx + mx - hx + kx + nx) % nx;
          const y = (qy + my - hy + ky + ny) % ny;
          return snapshot[y * nx + x]!;
        }),
      ),
    ),
  );
}

/** Outputs of the stack on one row, made odd where the net is. */
function outputsOf(spec: FieldNet, net: NaiveNet, row: readonly number[]): number[] {
  const plus = naiveForward(spec, net, row).at(-1)!;
  if (!spec.odd) return plus;
  const minus = naiveForward(
    spec,
    net,
    row.map((x) => -x),
  ).at(-1)!;
  return plus.map((value, j) => 0.5 * (value - minus[j]!));
}

/**
 * The head of a net without faces as a matrix [prediction, row and output]: the identity, or the divergence, whose
 * spectral derivative is summed wave by wave here.
 */
function headMatrix(spec: FieldNet, rows: number, outputs: number, grid: Grid): number[][] {
  const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  if (spec.kind !== "divergenceNet") {
    return range(rows * outputs).map((i) => range(rows * outputs).map((q) => (q === i ? 1 : 0)));
  }
  const index = (p: number): number[] => {
    let rest = p;
    return grid.map((n) => {
      const i = rest % n;
      rest = (rest - i) / n;
      return i;
    });
  };
  return range(rows).map((p) =>
    range(rows).flatMap((q) =>
      grid.map((n, axis) => {
        const [from, to] = [index(q), index(p)];
        if (from.some((i, a) => a !== axis && i !== to[a])) return 0;
        return naiveDerivative(n, spec.period[axis]!, spec.derivative, to[axis]! - from[axis]!);
      }),
    ),
  );
}

/** d/dx at a point from a unit value `distance` points to its left, on n points of a period. */
export function naiveDerivative(n: number, period: number, order: "spectral" | 2 | 4 | 6, distance: number): number {
  if (order === "spectral") {
    let s = 0;
    for (let k = 1; 2 * k < n; k++) s -= 2 * k * Math.sin((2 * Math.PI * k * distance) / n);
    return (2 * Math.PI * s) / (period * n);
  }
  const weights = { 2: [1 / 2], 4: [2 / 3, -1 / 12], 6: [3 / 4, -3 / 20, 1 / 60] }[order];
  let s = 0;
  weights.forEach((w, k) => {
    if ((distance + k + 1 + n) % n === 0) s += (w * n) / period;
    if ((distance - k - 1 + n) % n === 0) s -= (w * n) / period;
  });
  return s;
}

/** Spacing of a flux net; this oracle knows those on a line. */
function spacingOf(spec: FieldNet): number {
  if (spec.kind !== "fluxNet" || typeof spec.spacing !== "number") throw new Error("spacingOf: a flux net on a line");
  return spec.spacing;
}

/** Predicted values of one snapshot, the points without a prediction left out. */
export function naivePredict(spec: FieldNet, net: NaiveNet, snapshot: readonly number[], grid?: Grid): number[] {
  const rows = naiveRows(spec, snapshot, grid);
  const outputs = rows.flatMap((row) => outputsOf(spec, net, row));
  if (spec.kind === "fluxNet") return outputs.slice(1).map((right, i) => (outputs[i]! - right) / spacingOf(spec));
  return headMatrix(spec, rows.length, outputs.length / rows.length, grid ?? [rows.length]).map((row) =>
    dot(row, outputs),
  );
}

/** The loss over snapshots and its gradient in the flat order of the parameters. */
export function naiveLoss(
  spec: FieldNet,
  parameters: ArrayLike<number>,
  snapshots: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  weights: readonly number[],
  grid?: Grid,
): { value: number; gradient: Float64Array } {
  const net = naiveNet(spec, parameters);
  const grad = naiveNet(spec, new Float64Array(parameters.length));
  const scale = 1 / (snapshots.length * targets[0]!.length);
  let sum = 0;
  snapshots.forEach((snapshot, s) => {
    const rows = naiveRows(spec, snapshot, grid);
    const outputs = rows.flatMap((row) => outputsOf(spec, net, row));
    const perRow = outputs.length / rows.length;
    const head = headMatrix(spec, rows.length, perRow, grid ?? [rows.length]);
    const slopes = outputs.map(() => 0);
    targets[s]!.forEach((target, i) => {
      const flux = spec.kind === "fluxNet";
      const prediction = flux ? (outputs[i]! - outputs[i + 1]!) / spacingOf(spec) : dot(head[i]!, outputs);
      const error = prediction - target;
      sum += weights[s]! * error * error;
      const slope = 2 * scale * weights[s]! * error;
      if (flux) {
        slopes[i]! += slope / spacingOf(spec);
        slopes[i + 1]! -= slope / spacingOf(spec);
      } else {
        head[i]!.forEach((h, q) => {
          slopes[q]! += h * slope;
        });
      }
    });
    const signs = spec.odd ? [1, -1] : [1];
    for (const sign of signs) {
      rows.forEach((row, q) => {
        const delta = slopes.slice(q * perRow, (q + 1) * perRow).map((d) => (spec.odd ? 0.5 * sign * d : d));
        const input = row.map((x) => sign * x);
        addGradient(spec, net, grad, naiveForward(spec, net, input), delta);
      });
    }
  });
  const flat = grad.weights.flatMap((rows, l) => rows.flat().concat(grad.biases[l] ?? []));
  return { value: sum * scale, gradient: Float64Array.from(flat.concat(grad.skip?.flat() ?? [])) };
}

/** Back-propagates one row. */
function addGradient(spec: FieldNet, net: NaiveNet, grad: NaiveNet, values: number[][], slopes: number[]): void {
  let delta = slopes;
  slopes.forEach((d, j) => {
    values[0]!.forEach((a, k) => {
      if (grad.skip !== undefined) grad.skip[j]![k]! += d * a;
    });
  });
  for (let l = spec.layers.length - 1; l >= 0; l--) {
    const { activation } = spec.layers[l]!;
    delta = delta.map((d, j) => {
      const a = values[l + 1]![j]!;
      return d * SLOPE[activation](a);
    });
    const below = values[l]!;
    delta.forEach((d, j) => {
      below.forEach((a, k) => {
        grad.weights[l]![j]![k]! += d * a;
      });
      const bias = grad.biases[l];
      if (bias !== undefined) bias[j]! += d;
    });
    const above = delta;
    delta = below.map((_, k) => {
      let back = 0;
      above.forEach((d, j) => {
        back += d * net.weights[l]![j]![k]!;
      });
      return back;
    });
  }
}
