import { checkOptions, integer, positive } from "@hml/guard";
import { float64Bytes } from "./array-bytes.ts";
import { bandedCode } from "./banded-code.ts";
import { inverseNorm } from "./banded-condition.ts";
import { type KernelEngine, own } from "./engine.ts";
import { SingularMatrixError } from "./singular-matrix.ts";

/** Sizes of a banded system. */
export interface BandedOptions {
  /** Unknowns. */
  readonly rows: number;
  /** Diagonals below the main one, 0 to rows - 1. */
  readonly lower: number;
  /** Diagonals above the main one, 0 to rows - 1. */
  readonly upper: number;
  /** Right-hand sides, 1 unless told otherwise. */
  readonly columns?: number;
  /** `factor` refuses matrices whose `condition` is above this; without it only singular ones. 1e12 leaves four digits. */
  readonly worstCondition?: number;
}

/** A banded system with its arrays, which are the engine's: fill the band, factor once, solve many times. */
export interface BandedSolver {
  /** The matrix by diagonals, `[lower + upper + 1, rows]`: entry (i, j) at [upper + i - j, j]. The rest is not used. */
  readonly band: Float64Array;
  /** Right-hand sides before `solve`, solutions after it, `[row, column]`. */
  readonly x: Float64Array;
  /**
   * What `factor` made, `[column of A, 2 lower + upper + 1]`: L without its ones and U, entry (i, j) at [j, lower + upper + i - j]. To
   * LAPACK this is the array AB of gbtrf.
   */
  readonly factors: Float64Array;
  /** The row, from 0, with which each row was exchanged. */
  readonly pivots: Int32Array;
  /**
   * Takes the band as it is now, and leaves it alone.
   * @throws RangeError for entries that are not finite, SingularMatrixError where no pivot is found, or the condition is worse than
   * was allowed
   */
  factor(): void;
  /**
   * Solves in place: `x`, or another array of the engine of its length. Allocates nothing.
   * @throws Error before `factor`, TypeError, RangeError for arrays of others or of another length
   */
  solve(x?: Float64Array): void;
  /**
   * An estimate of the condition number |A| |A^(-1)| in the 1-norm, from below and mostly within a factor of 3 (Higham, ACM Trans.
   * Math. Softw. 14 (1988) 381). About eight solves. A solution has about as many digits less than 16 as this has.
   * @throws Error before `factor`
   */
  condition(): number;
}

/**
 * Gaussian elimination with exchanges of rows for banded systems A x = b, as LAPACK's gbtrf and gbtrs do it: A = P L U, U with
 * lower + upper diagonals above the main one.
 *
 * About 2 rows lower (lower + upper) operations to factor, 2 rows (2 lower + upper) to solve. Vectors run down the columns of the band,
 * or over right-hand sides where there are several; the bits depend neither on the engine nor on the number of right-hand sides.
 * The residual is a few (lower + upper) eps |A| |x|, in the norm.
 *
 * `tridiagonal` is faster for one diagonal on either side.
 *
 * Source: Golub, Van Loan, Matrix Computations, 4th ed., section 4.3.3.
 *
 * @throws TypeError, RangeError for bad options, RangeError when the arrays do not fit into the engine: see `bandedBytes`
 */
export function banded(engine: KernelEngine, options: BandedOptions): BandedSolver {
  const where = "banded";
  const { rows, lower, upper, columns } = sizesOf(where, options);
  const { worstCondition } = options;
  if (worstCondition !== undefined) positive(where, "worstCondition", worstCondition);
  const band = engine.float64((lower + upper + 1) * rows);
  const factors = engine.float64((2 * lower + upper + 1) * rows);
  const inverse = engine.float64(rows);
  const work = engine.float64(rows);
  const x = engine.float64(rows * columns);
  const { buffer, byteOffset } = engine.float32(rows);
  const pivots = new Int32Array(buffer, byteOffset, rows);
  const code = bandedCode(where, engine, x);
  const [f, w, p] = [factors.byteOffset, inverse.byteOffset, pivots.byteOffset];
  const solveAt = (at: number, count: number): void => code.solveBanded64(f, w, p, at, rows, lower, upper, count);
  let norm = 0;
  let factored = false;
  const estimate = (): number =>
    norm * inverseNorm({ factors, inverse, pivots, lower, upper }, work, () => solveAt(work.byteOffset, 1));
  return {
    band,
    x,
    factors,
    pivots,
    factor() {
      factored = false;
      norm = code.spread64(band.byteOffset, f, rows, lower, upper);
      if (!(norm < Number.POSITIVE_INFINITY)) {
        throw new RangeError(`${where}.factor: band must be finite; a column sums to ${norm}`);
      }
      const row = code.factorBanded64(f, w, p, rows, lower, upper);
      if (row >= 0) {
        throw new SingularMatrixError("pivot", row, 0, `${where}: row ${row} has no pivot; the matrix is singular`);
      }
      if (worstCondition !== undefined) {
        const condition = estimate();
        if (!(condition <= worstCondition)) {
          const message = `${where}: condition must be at most ${worstCondition}, got about ${condition.toExponential(1)}`;
          throw new SingularMatrixError("condition", -1, 0, message);
        }
      }
      factored = true;
    },
    solve(other = x) {
      if (!factored) throw new Error(`${where}.solve: factor() must have succeeded before`);
      if (other !== x) own(`${where}.solve`, engine, "float64", "x", other, x.length);
      solveAt(other.byteOffset, columns);
    },
    condition() {
      if (!factored) throw new Error(`${where}.condition: factor() must have succeeded before`);
      return estimate();
    },
  };
}

/**
 * Bytes of an engine that `banded` takes: about 8 (3 lower + 2 upper + 4 + columns) + 4 a row.
 *
 * @throws TypeError, RangeError for bad options
 */
export function bandedBytes(options: BandedOptions): number {
  const { rows, lower, upper, columns } = sizesOf("bandedBytes", options);
  const matrices = float64Bytes((lower + upper + 1) * rows) + float64Bytes((2 * lower + upper + 1) * rows);
  return matrices + 2 * float64Bytes(rows) + float64Bytes(rows * columns) + 16 * Math.ceil(rows / 4);
}

/** Sizes above this do not fit into a memory in any case. */
const LARGEST = 0x8000000;

function sizesOf(
  where: string,
  options: BandedOptions,
): { readonly rows: number; readonly lower: number; readonly upper: number; readonly columns: number } {
  checkOptions(where, options, ["rows", "lower", "upper", "columns", "worstCondition"]);
  const { lower, upper, columns = 1 } = options;
  const rows = integer(where, "rows", options.rows, 1, LARGEST);
  integer(where, "lower", lower, 0, rows - 1);
  integer(where, "upper", upper, 0, rows - 1);
  integer(where, "columns", columns, 1, LARGEST);
  integer(where, "rows * (2 lower + upper + 1)", rows * (2 * lower + upper + 1), 1, LARGEST);
  integer(where, "rows * columns", rows * columns, 1, LARGEST);
  return { rows, lower, upper, columns };
}
