import { integer } from "@hml/guard";
import type { Vec } from "../rhs.ts";

/** Restarts before a solve counts as failed. */
const MOST_CYCLES = 20;

/** A matrix, or an approximate inverse of one, known by its products: writes the product with `v`, which it leaves alone. */
export type LinearMap = (v: Vec, out: Vec) => void;

/** GMRES for systems of one size. Owns its basis and scratch: not re-entrant, one per worker. */
export interface Gmres {
  /** Products with the matrix in the last solve. */
  readonly products: number;
  /**
   * Replaces b by x with |b - A x| <= tolerance in the root mean square of components times `weights`, starting from
   * x = 0 and by at least one iteration; false, with `b` unchanged, where that fails or a number is not finite.
   *
   * @param precondition - an approximate inverse of A, applied from the right; none when absent
   */
  solve(apply: LinearMap, precondition: LinearMap | undefined, weights: Vec, b: Vec, tolerance: number): boolean;
}

/**
 * Restarted GMRES(m) with right preconditioning, A P^-1 (P x) = b: the residual that is measured is that of x itself,
 * whatever P is.
 *
 * Modified Gram-Schmidt in the inner product (1/n) sum w_i^2 x_i y_i, Givens rotations for the small least-squares problem;
 * `restart` + 1 vectors are kept. The residual is computed anew at every restart; after 20 cycles a solve has failed.
 *
 * @throws RangeError when `size` or `restart` is not a positive integer.
 * Source: Saad, Schultz, SIAM J. Sci. Stat. Comput. 7 (1986) 856; Saad, Iterative Methods for Sparse Linear Systems, 2nd
 * ed., algorithms 6.9 and 9.5.
 */
export function gmres(size: number, restart: number): Gmres {
  integer("gmres", "size", size, 1);
  const most = Math.min(integer("gmres", "restart", restart, 1), size);
  const basis = Array.from({ length: most + 1 }, () => new Float64Array(size));
  const x = new Float64Array(size);
  const combined = new Float64Array(size);
  const preconditioned = new Float64Array(size);
  const least = leastSquares(most);
  const state = { products: 0 };

  /** One cycle from the residual in basis[0]; adds to x and gives the residual's norm, not finite where it broke down. */
  function cycle(
    apply: LinearMap,
    precondition: LinearMap | undefined,
    weights: Vec,
    norm: number,
    tolerance: number,
  ): number {
    scale(basis[0]!, 1 / norm);
    least.start(norm);
    let residual = norm;
    for (let k = 0; k < most && (k === 0 || residual > tolerance); k++) {
      const next = basis[k + 1]!;
      precondition?.(basis[k]!, preconditioned);
      apply(precondition ? preconditioned : basis[k]!, next);
      state.products++;
      for (let i = 0; i <= k; i++) {
        const overlap = weightedDot(basis[i]!, next, weights);
        least.column[i] = overlap;
        addMultiple(next, -overlap, basis[i]!);
      }
      const length = Math.sqrt(weightedDot(next, next, weights));
      residual = least.append(length);
      // A zero length means that the solution lies in the basis; the residual is zero then, unless A is singular.
      if (length === 0 || !(residual < Number.POSITIVE_INFINITY)) break;
      scale(next, 1 / length);
    }
    const y = least.solution();
    combined.fill(0);
    for (let i = 0; i < least.columns; i++) addMultiple(combined, y[i]!, basis[i]!);
    precondition?.(combined, preconditioned);
    addMultiple(x, 1, precondition ? preconditioned : combined);
    return residual;
  }

  return {
    get products() {
      return state.products;
    },
    solve(apply, precondition, weights, b, tolerance) {
      state.products = 0;
      x.fill(0);
      const first = basis[0]!;
      first.set(b);
      for (let k = 0; k < MOST_CYCLES; k++) {
        const norm = Math.sqrt(weightedDot(first, first, weights));
        if (!(norm < Number.POSITIVE_INFINITY)) return false;
        let residual = norm;
        if (norm > 0 && (k === 0 || norm > tolerance)) residual = cycle(apply, precondition, weights, norm, tolerance);
        if (residual <= tolerance) {
          // A solution that is not finite shows in its norm.
          if (!(weightedDot(x, x, weights) < Number.POSITIVE_INFINITY)) return false;
          b.set(x);
          return true;
        }
        apply(x, first);
        state.products++;
        for (let i = 0; i < size; i++) first[i] = b[i]! - first[i]!;
      }
      return false;
    },
  };
}

/** The problem min |beta e_1 - H y| for a Hessenberg matrix that grows by columns, kept triangular by Givens rotations. */
interface LeastSquares {
  /** The next column's entries on and above the subdiagonal, filled by the caller. */
  readonly column: Vec;
  /** Columns so far. */
  readonly columns: number;
  /** Forgets all columns; `beta` is the norm of the right-hand side. */
  start(beta: number): void;
  /** Takes the column with its last entry; gives the norm of the residual. */
  append(last: number): number;
  /** y, of which `columns` numbers count. */
  solution(): Vec;
}

function leastSquares(most: number): LeastSquares {
  const triangle = new Float64Array(most * most); // column by column
  const cosines = new Float64Array(most);
  const sines = new Float64Array(most);
  const right = new Float64Array(most + 1);
  const column = new Float64Array(most);
  const y = new Float64Array(most);
  const state = { columns: 0 };
  return {
    column,
    get columns() {
      return state.columns;
    },
    start(beta) {
      state.columns = 0;
      right[0] = beta;
    },
    append(last) {
      const k = state.columns++;
      for (let i = 0; i < k; i++) {
        const rotated = cosines[i]! * column[i]! + sines[i]! * column[i + 1]!;
        column[i + 1] = cosines[i]! * column[i + 1]! - sines[i]! * column[i]!;
        column[i] = rotated;
      }
      const diagonal = column[k]!;
      const larger = Math.max(Math.abs(diagonal), last);
      const a = diagonal / larger;
      const b = last / larger;
      const radius = larger * Math.sqrt(a * a + b * b);
      cosines[k] = diagonal / radius;
      sines[k] = last / radius;
      column[k] = radius;
      for (let i = 0; i <= k; i++) triangle[k * most + i] = column[i]!;
      right[k + 1] = -sines[k]! * right[k]!;
      right[k]! *= cosines[k]!;
      return Math.abs(right[k + 1]!);
    },
    solution() {
      for (let i = state.columns - 1; i >= 0; i--) {
        let sum = right[i]!;
        for (let j = i + 1; j < state.columns; j++) sum -= triangle[j * most + i]! * y[j]!;
        y[i] = sum / triangle[i * most + i]!;
      }
      return y;
    },
  };
}

/** (1/n) sum w_i^2 x_i y_i, scaled before multiplied: weights may be 1e300. */
function weightedDot(x: Vec, y: Vec, weights: Vec): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += weights[i]! * x[i]! * (weights[i]! * y[i]!);
  return sum / x.length;
}

/** x += factor y. */
function addMultiple(x: Vec, factor: number, y: Vec): void {
  for (let i = 0; i < x.length; i++) x[i]! += factor * y[i]!;
}

function scale(x: Vec, factor: number): void {
  for (let i = 0; i < x.length; i++) x[i]! *= factor;
}
