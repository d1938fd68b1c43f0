import { callable, checkOptions, integer, lengthOf, positive } from "@hml/guard";
import type { Rhs } from "@hml/integrators";
import type { LatticeRhs, LatticeView } from "./lattice-view.ts";

/** Size and spacing of a whole periodic lattice. */
export interface PeriodicLatticeSpec {
  /** Points along each axis, x first; one to three axes. */
  readonly points: ArrayLike<number>;
  /** Distance of neighbouring points along each axis. */
  readonly spacing: ArrayLike<number>;
  /** Layers that the model reads around a point; default 1. */
  readonly edgePoints?: number;
  /** Number of fields; default 1. */
  readonly channels?: number;
}

/** A model on a whole periodic lattice, for any integrator: `[channel, z, y, x]`, no edge points. */
export interface PeriodicLattice {
  /** du/dt of the whole lattice; it owns its scratch. */
  readonly rhs: Rhs;
  /** Number of unknowns. */
  readonly size: number;
}

/**
 * The whole periodic lattice of a model that is written for a patch: one patch whose edges are its own other side. Point 0
 * of each axis has phase 0 of the medium. The truth that a patch scheme is compared with.
 *
 * @throws RangeError / TypeError for a malformed spec.
 */
export function periodicLattice(model: LatticeRhs, spec: PeriodicLatticeSpec): PeriodicLattice {
  const where = "periodicLattice";
  callable(where, "model", model);
  checkOptions(where, spec, ["points", "spacing", "edgePoints", "channels"], "spec");
  const dim = integer(where, "points.length", lengthOf(where, "points", spec.points), 1, 3);
  lengthOf(where, "spacing", spec.spacing, dim);
  const edge = integer(where, "edgePoints", spec.edgePoints ?? 1, 1);
  const channels = integer(where, "channels", spec.channels ?? 1, 1);
  const points = Array.from({ length: dim }, (_, a) => integer(where, `points[${a}]`, spec.points[a], 1));
  const spacing = Array.from({ length: dim }, (_, a) => positive(where, `spacing[${a}]`, spec.spacing[a]));
  const size = points.reduce((product, n) => integer(where, "size", product * n, 1), channels);

  // Along each axis: which point a padded position repeats. An absent axis has one position and no edges.
  const wrapped = [0, 1, 2].map((a) =>
    a < dim
      ? Int32Array.from({ length: points[a]! + 2 * edge }, (_, i) => (i - edge + edge * points[a]!) % points[a]!)
      : new Int32Array(1),
  );
  const [xs, ys, zs] = wrapped as [Int32Array, Int32Array, Int32Array];
  const [nx, ny, nz] = [points[0]!, points[1] ?? 1, points[2] ?? 1];
  const [edgeY, edgeZ] = [dim > 1 ? edge : 0, dim > 2 ? edge : 0];
  const work = new Float64Array(integer(where, "padded size", channels * xs.length * ys.length * zs.length, 1));
  const slope = new Float64Array(work.length);
  const view: LatticeView = {
    channels,
    points: points.map((n) => n + 2 * edge),
    edgePoints: edge,
    spacing,
    // The first padded point lies `edge` points before point 0.
    phase: points.map(() => -edge),
  };

  const rhs: Rhs = (t, u, out) => {
    let to = 0;
    for (let c = 0; c < channels; c++) {
      for (let k = 0; k < zs.length; k++) {
        for (let j = 0; j < ys.length; j++) {
          const from = ((c * nz + zs[k]!) * ny + ys[j]!) * nx;
          for (let i = 0; i < xs.length; i++) work[to++] = u[from + xs[i]!]!;
        }
      }
    }
    model(t, work, slope, view);
    to = 0;
    for (let c = 0; c < channels; c++) {
      for (let k = 0; k < nz; k++) {
        for (let j = 0; j < ny; j++) {
          const from = ((c * zs.length + k + edgeZ) * ys.length + j + edgeY) * xs.length + edge;
          for (let i = 0; i < nx; i++) out[to++] = slope[from + i]!;
        }
      }
    }
  };
  return { rhs, size };
}
