import type { DivergenceOrder } from "../spec/field-net.ts";

/** Weights of u_{i+s} - u_{i-s} over the spacing, for central first derivatives of order 2, 4 and 6. */
const CENTRAL = {
  2: [1 / 2],
  4: [2 / 3, -1 / 12],
  6: [3 / 4, -3 / 20, 1 / 60],
} as const;

/**
 * The first derivative on n equidistant points of a period as a circulant: (D u)_i = sum_j w[n + j - i] u_j, with
 * w[n - s] = -w[n + s] to the bit and w[n] = 0, so D is antisymmetric and the sum of D u vanishes to rounding.
 *
 * Spectral: the derivative of the trigonometric interpolant, w[n + s] = -(pi / L) (-1)^s cot(pi s / n) for even n (whose
 * highest mode, which has no derivative on the grid, gives zero) and -(pi / L) (-1)^s / sin(pi s / n) for odd n. Exact
 * for fields of fewer than n / 2 waves. Source: Trefethen, Spectral Methods in MATLAB, SIAM 2000, chapter 3, for even n;
 * for odd n by the same sum.
 */
export function circulantDerivative(n: number, period: number, order: DivergenceOrder): Float64Array {
  const weights = new Float64Array(2 * n);
  if (order === "spectral") {
    for (let s = 1; s < n; s++) {
      if (2 * s === n) continue;
      // The half below n / 2, mirrored, is antisymmetric to the bit.
      const near = Math.min(s, n - s);
      const angle = (Math.PI * near) / n;
      const size = (Math.PI / period) * (n % 2 === 0 ? 1 / Math.tan(angle) : 1 / Math.sin(angle));
      const sign = (near % 2 === 0 ? 1 : -1) * (s === near ? -1 : 1);
      weights[n + s] = sign * size;
    }
  } else {
    const spacing = period / n;
    CENTRAL[order].forEach((weight, k) => {
      // On a grid narrower than the stencil, images fall on one another and add up.
      const s = (k + 1) % n;
      const back = (n - s) % n;
      weights[n + s] = weights[n + s]! + weight / spacing;
      weights[n + back] = weights[n + back]! - weight / spacing;
    });
  }
  for (let s = 1; s < n; s++) weights[s] = weights[n + s]!;
  return weights;
}
