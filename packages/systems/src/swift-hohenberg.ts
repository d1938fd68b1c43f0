import { checkOptions, finite } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import type { LatticeRhs, LatticeView } from "./lattice-view.ts";

/** Parameters of the Swift-Hohenberg equation. */
export interface SwiftHohenbergSpec {
  /** Growth rate r of the critical wavenumber 1. */
  readonly growth: number;
  /** Coefficient g of the quadratic term; default 0. */
  readonly quadratic?: number;
}

/**
 * The Swift-Hohenberg equation on a lattice of 1 or 2 dimensions,
 *
 *   u_t = r u - (1 + L)^2 u + g u^2 - u^3,  L the second difference (three or five points),
 *
 * which reads two layers around a point: `edgePoints: 2`. A wave of wavenumber q grows from rest at
 * r - (1 - s)^2, s = sum over axes of 4 sin^2(q_a h_a / 2) / h_a^2. Good values to start with: r = 0.2, g = 0.
 * A periodic lattice never raises the energy
 * sum of ((L u + u)^2 - r u^2) / 2 - g u^3 / 3 + u^4 / 4. `rhs` throws RangeError for fewer than two edge layers or
 * three dimensions.
 *
 * @throws RangeError / TypeError for a malformed spec.
 * Source: Swift and Hohenberg, Phys. Rev. A 15 (1977) 319, eq. (17).
 */
export function swiftHohenberg(spec: SwiftHohenbergSpec): LatticeRhs {
  const where = "swiftHohenberg";
  checkOptions(where, spec, ["growth", "quadratic"], "spec");
  const growth = finite(where, "growth", spec.growth);
  const quadratic = finite(where, "quadratic", spec.quadratic ?? 0);
  let shifted = new Float64Array(0);
  return (_t, u, out, view) => {
    const { points, spacing, edgePoints, channels } = view;
    if (edgePoints < 2 || points.length > 2) {
      throw new RangeError(
        `${where}: the view must have at least 2 edge layers and at most 2 axes, got ${edgePoints} and ${points.length}`,
      );
    }
    if (shifted.length !== u.length) shifted = new Float64Array(u.length);
    const stride = u.length / channels;
    for (let c = 0; c < channels; c++) {
      // w = u + L u one layer beyond the interior, then w + L w inside.
      onePlusLaplacian(u, shifted, c * stride, points, spacing, edgePoints - 1);
      onePlusLaplacian(shifted, out, c * stride, points, spacing, edgePoints);
    }
    forInterior(u, out, view, growth, quadratic);
  };
}

/** to = from + L from on the points at least `edge` layers from the end, for one channel that starts at `first`. */
function onePlusLaplacian(
  from: Vec,
  to: Vec,
  first: number,
  points: readonly number[],
  spacing: readonly number[],
  edge: number,
): void {
  const nx = points[0]!;
  const across = 1 / (spacing[0]! * spacing[0]!);
  if (points.length === 1) {
    for (let n = first + edge; n < first + nx - edge; n++) {
      to[n] = from[n]! + across * (from[n + 1]! - 2 * from[n]! + from[n - 1]!);
    }
    return;
  }
  const along = 1 / (spacing[1]! * spacing[1]!);
  for (let j = edge; j < points[1]! - edge; j++) {
    const start = first + j * nx;
    for (let n = start + edge; n < start + nx - edge; n++) {
      const twice = 2 * from[n]!;
      to[n] =
        from[n]! + across * (from[n + 1]! - twice + from[n - 1]!) + along * (from[n + nx]! - twice + from[n - nx]!);
    }
  }
}

/** out = r u - out + g u^2 - u^3 in the interior. */
function forInterior(u: Vec, out: Vec, view: LatticeView, growth: number, quadratic: number): void {
  const { points, edgePoints: edge, channels } = view;
  const nx = points[0]!;
  const ny = points[1] ?? 1;
  const edgeY = points.length > 1 ? edge : 0;
  for (let c = 0; c < channels; c++) {
    for (let j = edgeY; j < ny - edgeY; j++) {
      const start = (c * ny + j) * nx;
      for (let n = start + edge; n < start + nx - edge; n++) {
        const here = u[n]!;
        out[n] = here * (growth + here * (quadratic - here)) - out[n]!;
      }
    }
  }
}
