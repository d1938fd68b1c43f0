import { type Rhs, rk4, solve } from "@hml/integrators";
import { type DerivativeOperator, learnedRhs, loadNet, type NetSpec, type TrainingData } from "@hml/nets";
import {
  type Features,
  library,
  periodicFeatures,
  regression,
  type Snapshots,
  type SparseFit,
  stlsq,
} from "@hml/pde-features";
import { type Law, MACRO, SIZE } from "./study.ts";

/** u and its derivatives to the second order by Fourier interpolation, u_xy among them. */
export const features: Features = periodicFeatures(MACRO);

/** Training data of a net: its features at every point, or the fields themselves. */
export function trainingData(spec: NetSpec, rows: Snapshots): TrainingData {
  if (!("features" in spec)) return { inputs: rows.u, targets: rows.dudt, points: MACRO.points };
  const columns = spec.features.map((name) => features.names.indexOf(name));
  const width = columns.length;
  const inputs = new Float64Array(rows.rows * SIZE * width);
  const values = new Float64Array(features.names.length * SIZE);
  for (let r = 0; r < rows.rows; r++) {
    features.evaluate(rows.u.subarray(r * SIZE, (r + 1) * SIZE), values);
    for (let p = 0; p < SIZE; p++) {
      for (let k = 0; k < width; k++) inputs[(r * SIZE + p) * width + k] = values[columns[k]! * SIZE + p]!;
    }
  }
  return { inputs, targets: rows.dudt, points: MACRO.points };
}

/** A trained net from its file, as a right-hand side on the macroscale grid. */
export function netRhs(file: Uint8Array): Rhs {
  const net = loadNet(file);
  const derivatives: Record<string, DerivativeOperator> = {};
  if ("features" in net.spec) {
    for (const name of net.spec.features) {
      if (name !== "u") derivatives[name] = features.operators[features.names.indexOf(name)]!;
    }
  }
  const grid = { size: MACRO.points, ends: "periodic" } as const;
  return learnedRhs(net, "features" in net.spec ? { ...grid, derivatives } : grid);
}

/** A macroscale law as a right-hand side, by Fourier derivatives. */
export function lawRhs(law: Law): Rhs {
  const values = new Float64Array(features.names.length * SIZE);
  const [xx, yy, xy] = ["u_xx", "u_yy", "u_xy"].map((name) => features.names.indexOf(name) * SIZE) as [
    number,
    number,
    number,
  ];
  return (_t, u, out) => {
    features.evaluate(u, values);
    for (let p = 0; p < SIZE; p++) {
      out[p] = law.xx * values[xx + p]! + law.xy * values[xy + p]! + law.yy * values[yy + p]!;
    }
  };
}

/**
 * Products of u and its derivatives to degree 2: 28 candidates. Every snapshot counts alike; the threshold is a tenth of
 * the smallest coefficient to be found.
 */
export function sparseLaw(rows: Snapshots): SparseFit {
  const candidates = library(features.names, { degree: 2 });
  return stlsq(regression(rows, features, candidates, { weights: "relative" }), { threshold: 0.02 });
}

/** Slopes of a law on every row. */
export function slopes(rhs: Rhs, rows: Snapshots): Float64Array {
  const out = new Float64Array(rows.u.length);
  for (let r = 0; r < rows.rows; r++) {
    rhs(0, rows.u.subarray(r * SIZE, (r + 1) * SIZE), out.subarray(r * SIZE, (r + 1) * SIZE));
  }
  return out;
}

/** Step of RK4: 0.005 times the fastest rate of the grid, 170, is well inside its stability; the error is below 1e-6. */
const STEP = 0.005;

/** A law integrated from `u0` over the times `t`, `[frame, point]`; NaN from where it blew up. */
export function forecast(rhs: Rhs, u0: Float64Array, t: Float64Array): Float64Array {
  const run = solve(rk4(rhs, SIZE), u0, [t[0]!, t.at(-1)!], { dt: STEP, saveAt: t, throw: false });
  const out = new Float64Array(t.length * SIZE).fill(Number.NaN);
  out.set(run.u.subarray(0, Math.min(run.u.length, out.length)));
  return out;
}
