import { bdf, type Rhs, solve } from "@hml/integrators";
import { learnedRhs, loadNet, type NetSpec, type TrainingData } from "@hml/nets";
import {
  derivative,
  derivativeFeatures,
  type DerivativeOrder,
  type Features,
  library,
  regression,
  type Snapshots,
  type SparseFit,
  stlsq,
} from "@hml/pde-features";

/** u, u_x and u_xx at every node, by differences or a sine series about the held ends. */
export function studyFeatures(x: Float64Array, order: DerivativeOrder): Features {
  return derivativeFeatures(x, 2, { order, ends: "odd" });
}

/** Training data of a functional net: features and slopes at the inner nodes, `[row, node, feature]`. */
export function functionalData(rows: Snapshots, features: Features): TrainingData {
  const { points } = rows;
  const inner = points - 2;
  const width = features.names.length;
  const inputs = new Float64Array(rows.rows * inner * width);
  const targets = new Float64Array(rows.rows * inner);
  const values = new Float64Array(width * points);
  for (let r = 0; r < rows.rows; r++) {
    features.evaluate(rows.u.subarray(r * points, (r + 1) * points), values);
    for (let i = 0; i < inner; i++) {
      for (let k = 0; k < width; k++) inputs[(r * inner + i) * width + k] = values[k * points + i + 1]!;
      targets[r * inner + i] = rows.dudt[r * points + i + 1]!;
    }
  }
  return { inputs, targets, points: inner };
}

/** Training data of a net that reads neighbouring values: the snapshots themselves. */
export function stencilData(rows: Snapshots): TrainingData {
  return { inputs: rows.u, targets: rows.dudt, points: rows.points };
}

/** A trained net from its file, as a right-hand side with held ends. */
export function netRhs(file: Uint8Array, x: Float64Array, order: DerivativeOrder): Rhs {
  const net = loadNet(file);
  const isFunctional = (spec: NetSpec): boolean => spec.kind === "functionalNet";
  return learnedRhs(net, {
    size: x.length,
    ends: "dirichlet",
    ...(isFunctional(net.spec)
      ? {
          derivatives: {
            u_x: derivative(x, 1, { order, ends: "odd" }),
            u_xx: derivative(x, 2, { order, ends: "odd" }),
          },
        }
      : {}),
  });
}

/** Products of u, u_x, u_xx to degree 2: ten candidates; the threshold is a tenth of a coefficient of order 0.5. */
export function sparseLaw(rows: Snapshots, features: Features): SparseFit {
  const candidates = library(features.names, { degree: 2 });
  return stlsq(regression(rows, features, candidates, { held: "ends" }), { threshold: 0.05 });
}

/** Slopes of a law on every row. */
export function slopes(rhs: Rhs, rows: Snapshots): Float64Array {
  const out = new Float64Array(rows.u.length);
  for (let r = 0; r < rows.rows; r++) {
    rhs(
      0,
      rows.u.subarray(r * rows.points, (r + 1) * rows.points),
      out.subarray(r * rows.points, (r + 1) * rows.points),
    );
  }
  return out;
}

/** The law integrated by BDF from `u0` over the times `t`, `[frame, node]`: tolerances far below the laws' own errors. */
export function forecast(rhs: Rhs, u0: Float64Array, t: Float64Array): Float64Array {
  return solve({ rhs, size: u0.length }, u0, [t[0]!, t.at(-1)!], { method: bdf(), rtol: 1e-8, atol: 1e-10, saveAt: t })
    .u;
}
