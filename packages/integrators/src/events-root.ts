/** Steps by Brent's rules, and then bisections: from any step in time to its resolution are fewer than 60 halvings. */
const BRENT_STEPS = 64;
const BISECTIONS = 60;

/**
 * Where `g` changes sign between `from` and `to`, by Brent's method: inverse quadratic interpolation and secants, with
 * bisection as soon as they do not converge, at most 124 evaluations.
 *
 * The result lies within 4 eps max(|from|, |to|) of a sign change, at a zero of `g` or just behind it, seen from `from`:
 * `g` has the sign of `gTo` there, so a search that goes on from it does not find the same change again.
 *
 * Source: Brent, Algorithms for Minimization without Derivatives (1973), chapter 4.
 *
 * @param g - continuous for a root, finite; evaluated strictly between `from` and `to`
 * @param gFrom - its value at `from`, not zero
 * @param gTo - its value at `to`, of the other sign or zero
 */
export function signChange(
  g: (t: number) => number,
  [from, to]: readonly [number, number],
  gFrom: number,
  gTo: number,
): number {
  if (gTo === 0) return to;
  const tolerance = 2 * Number.EPSILON * Math.max(Math.abs(from), Math.abs(to));
  // b is the best point, c the other end of the bracket, a the best point before.
  let [a, ga, b, gb] = [from, gFrom, to, gTo];
  let [c, gc] = [a, ga];
  let move = b - a;
  let moveBefore = move;
  for (let k = 0; k < BRENT_STEPS + BISECTIONS; k++) {
    if (gb > 0 === gc > 0) {
      [c, gc] = [a, ga];
      move = b - a;
      moveBefore = move;
    }
    if (Math.abs(gc) < Math.abs(gb)) {
      [a, ga] = [b, gb];
      [b, gb] = [c, gc];
      [c, gc] = [a, ga];
    }
    const half = (c - b) / 2;
    if (Math.abs(half) <= tolerance) break;
    let bisect = k >= BRENT_STEPS || !(Math.abs(moveBefore) >= tolerance && Math.abs(ga) > Math.abs(gb));
    if (!bisect) {
      let [p, q] = interpolation(a, b, c, ga, gb, gc);
      if (p > 0) q = -q;
      else p = -p;
      bisect = !(2 * p < Math.min(3 * half * q - Math.abs(tolerance * q), Math.abs(moveBefore * q)));
      if (!bisect) {
        moveBefore = move;
        move = p / q;
      }
    }
    if (bisect) {
      move = half;
      moveBefore = half;
    }
    [a, ga] = [b, gb];
    b += Math.abs(move) > tolerance ? move : half > 0 ? tolerance : -tolerance;
    gb = g(b);
    if (gb === 0) return b;
  }
  return gb > 0 === gTo > 0 ? b : c;
}

/** The move from b, as p / q, to the zero of the secant (a = c) or of the inverse quadratic through three points. */
function interpolation(a: number, b: number, c: number, ga: number, gb: number, gc: number): [p: number, q: number] {
  const s = gb / ga;
  if (a === c) return [(c - b) * s, 1 - s];
  const q = ga / gc;
  const r = gb / gc;
  return [s * ((c - b) * q * (q - r) - (b - a) * (r - 1)), (q - 1) * (r - 1) * (s - 1)];
}
