import { callable, checkOptions, finiteVector, integer } from "@hml/guard";

/** The homogenised coefficient and the corrector of a 1D periodic medium. */
export interface CellProblem {
  /** The homogenised coefficient a*, the harmonic mean. */
  readonly effective: number;
  /**
   * The corrector chi(y) of period 1 and mean 0, with a(y) (1 - chi'(y)) = a*. The fine field is
   * u(x) = U - epsilon chi(x / epsilon) U_x + O(epsilon^2).
   */
  corrector(y: number): number;
}

/**
 * Solves the cell problem (a(y) (1 - chi'))' = 0 of a smooth coefficient a(y) > 0 of period 1:
 *
 *   1 / a* = integral of 1 / a over a period,  chi' = 1 - a* / a,  chi of mean zero,
 *
 * by the trapezoidal rule, spectrally exact for smooth periodic functions, doubling the points until the mean of 1 / a
 * and its highest Fourier coefficients stand still to 1e-15; chi is summed from its Fourier series.
 *
 * @throws RangeError when a(y) is not positive and finite, or when `maxPoints` (default 4096) do not resolve it, as for a
 * layered medium: use `latticeEffective` on its lattice values then.
 * Source: Pavliotis and Stuart, Multiscale Methods (2008), section 12.6; Arbabi et al., JOM 72 (2020) 4444, eq. (20).
 */
export function cellProblem(
  coefficient: (y: number) => number,
  options: { readonly maxPoints?: number } = {},
): CellProblem {
  callable("cellProblem", "coefficient", coefficient);
  checkOptions("cellProblem", options, ["maxPoints"]);
  const maxPoints = integer("cellProblem", "maxPoints", options.maxPoints ?? 4096, 32, 1 << 16);
  for (let n = 32; n <= maxPoints; n *= 2) {
    const resistance = Float64Array.from({ length: n }, (_, i) => 1 / positiveAt(coefficient, i / n));
    const { mean, cosines, sines } = fourier(resistance);
    const top = Math.floor(n / 4);
    let tail = 0;
    for (let k = top; k < cosines.length; k++) tail = Math.max(tail, Math.abs(cosines[k]!), Math.abs(sines[k]!));
    if (!(tail < 1e-15 * mean * Math.sqrt(n))) continue;
    const effective = 1 / mean;
    return { effective, corrector: correctorOf(effective, cosines, sines, top) };
  }
  throw new RangeError(
    `cellProblem: coefficient must be smooth enough for ${maxPoints} points a period; raise maxPoints, or use ` +
      `latticeEffective on lattice values`,
  );
}

/**
 * The homogenised coefficient of a lattice u'_i = (a_i (u_(i+1) - u_i) - a_(i-1) (u_i - u_(i-1))) / dx^2 whose bonds
 * repeat: the harmonic mean of one period of bonds, exact at any resolution.
 *
 * @throws RangeError for an empty period or a bond that is not positive.
 */
export function latticeEffective(bonds: ArrayLike<number>): number {
  finiteVector("latticeEffective", "bonds", bonds);
  integer("latticeEffective", "bonds.length", bonds.length, 1);
  let resistance = 0;
  for (let i = 0; i < bonds.length; i++) {
    if (!(bonds[i]! > 0)) throw new RangeError(`latticeEffective: bonds[${i}] must be positive, got ${bonds[i]}`);
    resistance += 1 / bonds[i]!;
  }
  return bonds.length / resistance;
}

function positiveAt(coefficient: (y: number) => number, y: number): number {
  const a = coefficient(y);
  if (!(a > 0) || !Number.isFinite(a)) {
    throw new RangeError(`cellProblem: coefficient must be positive and finite, got ${a} at y = ${y}`);
  }
  return a;
}

/** Mean and real Fourier coefficients of modes 1 .. n/2 - 1, by the definition: n is at most a few thousand, once. */
function fourier(values: Float64Array): { mean: number; cosines: Float64Array; sines: Float64Array } {
  const n = values.length;
  const cosine = Float64Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * i) / n));
  const sine = Float64Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * i) / n));
  const cosines = new Float64Array(n / 2);
  const sines = new Float64Array(n / 2);
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]!;
  mean /= n;
  for (let k = 1; k < n / 2; k++) {
    let c = 0;
    let s = 0;
    for (let i = 0; i < n; i++) {
      // k * i mod n keeps the angle exact.
      c += values[i]! * cosine[(k * i) % n]!;
      s += values[i]! * sine[(k * i) % n]!;
    }
    cosines[k] = (2 * c) / n;
    sines[k] = (2 * s) / n;
  }
  return { mean, cosines, sines };
}

/** chi(y) = -a* sum_k (c_k sin(2 pi k y) - s_k cos(2 pi k y)) / (2 pi k), the integral of 1 - a* / a. */
function correctorOf(
  effective: number,
  cosines: Float64Array,
  sines: Float64Array,
  modes: number,
): (y: number) => number {
  return (y) => {
    let sum = 0;
    for (let k = modes - 1; k >= 1; k--) {
      const angle = 2 * Math.PI * k * y;
      sum += (cosines[k]! * Math.sin(angle) - sines[k]! * Math.cos(angle)) / (2 * Math.PI * k);
    }
    return -effective * sum;
  };
}
