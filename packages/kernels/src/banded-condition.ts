/** What a factored band is made of: factors `[rows, 2 lower + upper + 1]`, reciprocal pivots, rows that were exchanged. */
export interface BandedFactors {
  readonly factors: Float64Array;
  readonly inverse: Float64Array;
  readonly pivots: Int32Array;
  readonly lower: number;
  readonly upper: number;
}

/**
 * An estimate from below of the 1-norm of A^(-1), mostly within a factor of 3, from a few solves with A and its transpose.
 *
 * `work` holds the right-hand sides and solutions, `solve` solves A x = b in it.
 *
 * Source: Higham, ACM Trans. Math. Softw. 14 (1988) 381, algorithm 4.1; LAPACK's lacon.
 */
export function inverseNorm(band: BandedFactors, work: Float64Array, solve: () => void): number {
  const n = work.length;
  work.fill(1 / n);
  solve();
  if (n === 1) return Math.abs(work[0]!);
  let estimate = norm(work);
  const signs = Float64Array.from(work, signOf);
  work.set(signs);
  solveTransposed(band, work);
  let at = largest(work);
  for (let k = 0; k < 4; k++) {
    work.fill(0);
    work[at] = 1;
    solve();
    const next = norm(work);
    const same = work.every((value, i) => signOf(value) === signs[i]);
    const larger = next > estimate;
    if (larger) estimate = next;
    // A local maximum is reached.
    if (same || !larger) break;
    work.forEach((value, i) => (signs[i] = signOf(value)));
    work.set(signs);
    solveTransposed(band, work);
    const before = at;
    at = largest(work);
    if (Math.abs(work[before]!) === Math.abs(work[at]!)) break;
  }
  // A vector that shows what alternating cancellation hides.
  for (let i = 0; i < n; i++) work[i] = (i % 2 === 0 ? 1 : -1) * (1 + i / (n - 1));
  solve();
  return Math.max(estimate, (2 * norm(work)) / (3 * n));
}

/** A^T x = b in place. */
export function solveTransposed({ factors, inverse, pivots, lower, upper }: BandedFactors, x: Float64Array): void {
  const n = x.length;
  const width = 2 * lower + upper + 1;
  for (let j = 0; j < n; j++) {
    const diagonal = j * width + lower + upper;
    let sum = x[j]!;
    for (let i = Math.min(lower + upper, j); i > 0; i--) sum -= factors[diagonal - i]! * x[j - i]!;
    x[j] = sum * inverse[j]!;
  }
  for (let j = n - 2; j >= 0; j--) {
    const diagonal = j * width + lower + upper;
    let sum = x[j]!;
    for (let i = 1; i <= Math.min(lower, n - 1 - j); i++) sum -= factors[diagonal + i]! * x[j + i]!;
    const row = pivots[j]!;
    x[j] = x[row]!;
    x[row] = sum;
  }
}

function norm(x: Float64Array): number {
  return x.reduce((sum, value) => sum + Math.abs(value), 0);
}

function signOf(value: number): number {
  return value < 0 ? -1 : 1;
}

/** The place of the first entry of the largest size. */
function largest(x: Float64Array): number {
  let at = 0;
  for (let i = 1; i < x.length; i++) if (Math.abs(x[i]!) > Math.abs(x[at]!)) at = i;
  return at;
}
