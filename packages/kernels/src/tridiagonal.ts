import { checkOptions, integer, oneOf, show } from "@hml/guard";
import { float64Bytes } from "./array-bytes.ts";
import { type KernelEngine, own } from "./engine.ts";
import { SingularMatrixError } from "./singular-matrix.ts";
import { tridiagonalCode } from "./tridiagonal-code.ts";

/** Sizes of tridiagonal systems and how they are factored. */
export interface TridiagonalOptions {
  /** Unknowns of a system; at least 3 when periodic. */
  readonly rows: number;
  /** Systems solved side by side, 1 unless told otherwise. */
  readonly systems?: number;
  /** `each` system its own (default), or one `shared` by all: many right-hand sides. */
  readonly matrix?: "each" | "shared";
  /**
   * `none` (default): for matrices that are diagonally dominant or symmetric and positive definite. `partial`: rows are exchanged, for
   * any others; takes half as long again.
   */
  readonly pivoting?: "none" | "partial";
  /** Whether the first unknown stands in the last row and the last one in the first. */
  readonly periodic?: boolean;
}

/** Tridiagonal systems with their matrices, arrays of the engine: fill the bands, factor once, solve many times. */
export interface TridiagonalSolver {
  /** Entries left of the diagonal, `[row, system]`, or `[row]` when shared. Row 0: the corner when periodic, else not used. */
  readonly lower: Float64Array;
  /** The diagonal, as `lower`. */
  readonly diagonal: Float64Array;
  /** Entries right of the diagonal, as `lower`. Last row: the corner when periodic, else not used. */
  readonly upper: Float64Array;
  /** Right-hand sides before `solve`, solutions after it, `[row, system]`. */
  readonly x: Float64Array;
  /** Takes the bands as they are now. @throws SingularMatrixError where a row has no pivot, with the row and the system. */
  factor(): void;
  /**
   * Solves in place: `x`, or another array of the engine of its length. Allocates nothing.
   * @throws Error before `factor`, TypeError, RangeError for arrays of others or of another length
   */
  solve(x?: Float64Array): void;
}

/**
 * Gaussian elimination for tridiagonal systems A x = b, row i being lower_i x_(i-1) + diagonal_i x_i + upper_i x_(i+1).
 *
 * Without exchanges of rows the reciprocal pivots p_i = 1 / (diagonal_i - lower_i upper_(i-1) p_(i-1)) are kept, with the rows
 * divided by them: a solve takes 5 operations a row and no division. Two systems fill a vector and eight are worked on together;
 * a system's bits do not depend on those beside it, nor on the engine. With `periodic` the last unknown is set apart and found from a
 * second solution with the same factors.
 *
 * A pivot counts as missing when it is below `rows` 2^-52 times the sizes of its two terms: it may be their rounding. With
 * `partial` pivoting the matrix is then within that much of a singular one. Without, another order of elimination may still do.
 * Where rows are exchanged the residual is a few eps |A| |x|; without exchanges that holds for the matrices named above.
 *
 * Source: Golub, Van Loan, Matrix Computations, 4th ed., sections 3.5 and 4.3; LAPACK's gttrf and gttrs.
 *
 * @throws TypeError, RangeError for bad options, RangeError when the arrays do not fit into the engine: see `tridiagonalBytes`
 */
export function tridiagonal(engine: KernelEngine, options: TridiagonalOptions): TridiagonalSolver {
  const where = "tridiagonal";
  const sizes = sizesOf(where, options);
  const { rows, systems, matrices, shared, partial, periodic, entries } = sizes;
  const [lower, diagonal, upper] = [engine.float64(entries), engine.float64(entries), engine.float64(entries)];
  const x = engine.float64(rows * systems);
  const place = (): number => engine.float64(entries).byteOffset;
  const [inverse, before, after] = [place(), place(), place()];
  const [second, swaps] = partial ? [place(), place()] : [0, 0];
  const column = periodic ? engine.float64(entries - matrices) : undefined;
  const corner = periodic ? engine.float64(matrices) : undefined;
  const code = tridiagonalCode(where, engine, x);
  const inner = periodic ? rows - 1 : rows;
  const threshold = rows * EPSILON;

  const eliminate = (): number => {
    const [l, d, u] = [lower.byteOffset, diagonal.byteOffset, upper.byteOffset];
    return partial
      ? code.factorPivoted64(l, d, u, inverse, before, after, second, swaps, inner, matrices, threshold)
      : code.factor64(l, d, u, inverse, before, after, inner, matrices, threshold);
  };
  const run = (one: 0 | 1, p: number, count: number): void => {
    if (partial) code.solvePivoted64(one, p, inverse, before, after, second, swaps, inner, count);
    else code.solve64(one, p, inverse, before, after, inner, count);
  };
  let factored = false;
  return {
    lower,
    diagonal,
    upper,
    x,
    factor() {
      factored = false;
      if (!periodic) {
        lower.fill(0, 0, matrices);
        upper.fill(0, entries - matrices);
      }
      const lost = eliminate();
      if (lost >= 0) throw noPivot(where, Math.floor(lost / matrices), lost % matrices);
      if (column !== undefined && corner !== undefined) {
        closeRing({ lower, diagonal, upper, column, corner }, matrices, threshold, () =>
          run(0, column.byteOffset, matrices),
        );
      }
      factored = true;
    },
    solve(other = x) {
      if (!factored) throw new Error("tridiagonal.solve: factor() must have succeeded before");
      if (other !== x) own("tridiagonal.solve", engine, "float64", "x", other, x.length);
      const p = other.byteOffset;
      run(shared, p, systems);
      if (column === undefined || corner === undefined) return;
      const end = 8 * (entries - matrices);
      const [first, last] = [upper.byteOffset + end, lower.byteOffset + end];
      code.close64(shared, p, column.byteOffset, first, last, corner.byteOffset, rows, systems);
    },
  };
}

/**
 * Bytes of an engine that `tridiagonal` takes: about 48 for each entry of the diagonals, 64 with pivoting, 8 for each unknown.
 *
 * @throws TypeError, RangeError for bad options
 */
export function tridiagonalBytes(options: TridiagonalOptions): number {
  const { rows, systems, matrices, partial, periodic, entries } = sizesOf("tridiagonalBytes", options);
  const ring = periodic ? float64Bytes(entries - matrices) + float64Bytes(matrices) : 0;
  return (partial ? 8 : 6) * float64Bytes(entries) + float64Bytes(rows * systems) + ring;
}

/** Distance of 1 to the next larger number. */
const EPSILON = 2.220446049250313e-16;
/** Sizes above this do not fit into a memory in any case. */
const LARGEST = 0x8000000;

interface Sizes {
  readonly rows: number;
  readonly systems: number;
  /** Matrices: one, or as many as systems. */
  readonly matrices: number;
  readonly shared: 0 | 1;
  readonly partial: boolean;
  readonly periodic: boolean;
  /** Numbers in a band of all matrices. */
  readonly entries: number;
}

function sizesOf(where: string, options: TridiagonalOptions): Sizes {
  checkOptions(where, options, ["rows", "systems", "matrix", "pivoting", "periodic"]);
  const { systems = 1, matrix = "each", pivoting = "none", periodic = false } = options;
  oneOf(where, "matrix", matrix, ["each", "shared"]);
  oneOf(where, "pivoting", pivoting, ["none", "partial"]);
  if (typeof periodic !== "boolean")
    throw new TypeError(`${where}: periodic must be true or false, got ${show(periodic)}`);
  const rows = integer(where, "rows", options.rows, periodic ? 3 : 1, LARGEST);
  integer(where, "systems", systems, 1, LARGEST);
  integer(where, "rows * systems", rows * systems, 1, LARGEST);
  const shared = matrix === "shared" ? 1 : 0;
  const matrices = shared === 1 ? 1 : systems;
  return { rows, systems, matrices, shared, partial: pivoting === "partial", periodic, entries: rows * matrices };
}

/** The column z that solves A z = (lower_0, 0, ..., 0, upper_(n-2)) without the last unknown, and 1 / (the last pivot). */
function closeRing(
  ring: Readonly<Record<"lower" | "diagonal" | "upper" | "column" | "corner", Float64Array>>,
  matrices: number,
  threshold: number,
  solve: () => void,
): void {
  const { lower, diagonal, upper, column, corner } = ring;
  const last = column.length;
  const row = last - matrices;
  column.fill(0);
  for (let s = 0; s < matrices; s++) {
    column[s] = lower[s]!;
    column[row + s] = upper[row + s]!;
  }
  solve();
  for (let s = 0; s < matrices; s++) {
    const d = diagonal[last + s]!;
    const [first, other] = [upper[last + s]! * column[s]!, lower[last + s]! * column[row + s]!];
    const pivot = d - (first + other);
    const terms = Math.abs(d) + (Math.abs(first) + Math.abs(other));
    if (!(Math.abs(pivot) > threshold * terms && Math.abs(pivot) < Number.POSITIVE_INFINITY)) {
      throw noPivot("tridiagonal", last / matrices, s);
    }
    corner[s] = 1 / pivot;
  }
}

function noPivot(where: string, row: number, system: number): SingularMatrixError {
  return new SingularMatrixError(
    "pivot",
    row,
    system,
    `${where}: row ${row} of system ${system} has no pivot; the matrix is singular to rounding, not finite, or needs pivoting`,
  );
}
