import { checkOptions, finiteVector, integer, lengthOf } from "@hml/guard";
import { float64Bytes } from "./array-bytes.ts";
import { type KernelEngine, own } from "./engine.ts";
import { checkApart } from "./overlap.ts";
import { SingularMatrixError } from "./singular-matrix.ts";
import { tridiagonalCode } from "./tridiagonal-code.ts";

/** A real tridiagonal matrix with complex shifts. */
export interface ComplexTridiagonalOptions {
  /** Unknowns. */
  readonly rows: number;
  /** The numbers z_k, re im re im ...: complex with an imaginary part, as poles of rational functions are. */
  readonly shifts: ArrayLike<number>;
  /** The weights c_k of `addSums`, re im re im ...; without them there is none. */
  readonly weights?: ArrayLike<number>;
}

/** Solves with A - z_k for a real tridiagonal A and several complex z_k. Owns its factors and scratch: not re-entrant. */
export interface ComplexTridiagonal {
  /** Entries left of the diagonal, `[row]`, an array of the engine to be filled; the first is not used. */
  readonly lower: Float64Array;
  /** Sums of the rows of A, `[row]`: the diagonal of A is rowSum - lower - upper. */
  readonly rowSum: Float64Array;
  /** Entries right of the diagonal, `[row]`; the last is not used. */
  readonly upper: Float64Array;
  /** Takes the bands as they are now. @throws SingularMatrixError where a pivot is zero or not finite: row and shift. */
  factor(): void;
  /**
   * (A - z_k) x_k = b_k in place, each shift its own right-hand side. Allocates nothing.
   * @param x - array of the engine `[row, shift]`, complex: re im re im ...
   * @throws Error before `factor`, TypeError, RangeError for arrays of others or of another length
   */
  solve(x: Float64Array): void;
  /**
   * out += sum_k Re(c_k (A - z_k)^(-1) r) for real r, shift after shift. Arrays of the engine are worked on where they lie, others are
   * copied in and out. Allocates nothing.
   * @throws Error before `factor` or without weights, TypeError, RangeError for arrays of another length, or that overlap
   */
  addSums(r: Float64Array, out: Float64Array): void;
}

/**
 * Gaussian elimination of A - z_k for a real tridiagonal A and complex shifts z_k, as rational approximations of exp(tau A) and implicit
 * Runge-Kutta methods need them: two shifts fill a vector, and four are worked on together.
 *
 * A is given by its off-diagonals and the sums of its rows. With e_i = p_i + upper_i the pivots p_i follow from
 *
 *   e_i = (rowSum_i - z) - lower_i e_(i-1) / p_(i-1),
 *
 * in which z never meets the diagonal: for a diffusion operator, whose row sums are zero beside entries of 1e8, the plain form would
 * round z to eight digits. Rows are not exchanged. Where lower_(i+1) upper_i >= 0, as in every matrix that a diagonal scaling makes
 * symmetric, a pivot's imaginary part is at least that of z, so that none is lost.
 *
 * Takes 32 (rows) bytes for each pair of shifts, once more for two pairs with weights.
 *
 * Source: Golub, Van Loan, Matrix Computations, 4th ed., section 4.3; Alfa, Xue, Ye, Math. Comp. 71 (2002) 217, for elimination by row
 * sums.
 *
 * @throws TypeError, RangeError for bad options, RangeError when the arrays do not fit into the engine: see
 * `complexTridiagonalBytes`
 */
export function complexTridiagonal(engine: KernelEngine, options: ComplexTridiagonalOptions): ComplexTridiagonal {
  const where = "complexTridiagonal";
  const { rows, count, pairs } = sizesOf(where, options);
  const { weights } = options;
  const [lower, rowSum, upper] = [engine.float64(rows), engine.float64(rows), engine.float64(rows)];
  const shifts = engine.float64(4 * pairs);
  const w = engine.float64(4 * pairs * rows).byteOffset;
  split(options.shifts, shifts);
  const sums = weights === undefined ? undefined : sumArrays(engine, rows, pairs);
  if (weights !== undefined && sums !== undefined) {
    split(weights, sums.weights);
    // The shift that fills up the last pair counts nothing.
    if (count % 2 === 1) sums.weights[4 * pairs - 3] = sums.weights[4 * pairs - 1] = 0;
  }
  const code = tridiagonalCode(where, engine, lower);
  let factored = false;
  const check = (name: string): string => {
    const at = `${where}.${name}`;
    if (!factored) throw new Error(`${at}: factor() must have succeeded before`);
    return at;
  };
  return {
    lower,
    rowSum,
    upper,
    factor() {
      factored = false;
      lower[0] = 0;
      upper[rows - 1] = 0;
      const [l, s, u] = [lower.byteOffset, rowSum.byteOffset, upper.byteOffset];
      const lost = code.factorComplex64(l, s, u, shifts.byteOffset, w, rows, pairs);
      if (lost >= 0) {
        const row = Math.floor(lost / (2 * pairs));
        const shift = Math.min(lost % (2 * pairs), count - 1);
        throw new SingularMatrixError("pivot", row, shift, `${where}: row ${row} has no pivot with shift ${shift}`);
      }
      factored = true;
    },
    solve(x) {
      own(check("solve"), engine, "float64", "x", x, 2 * rows * count);
      code.solveComplex64(lower.byteOffset, upper.byteOffset, w, x.byteOffset, rows, count);
    },
    addSums(r, out) {
      const at = check("addSums");
      if (sums === undefined) throw new Error(`${at}: weights must have been given as an option`);
      lengthOf(at, "r", r, rows);
      lengthOf(at, "out", out, rows);
      checkApart(at, r.buffer === out.buffer ? { r, out } : {});
      const from = r.buffer === lower.buffer ? r : sums.r;
      const to = out.buffer === lower.buffer ? out : sums.out;
      if (from !== r) from.set(r);
      if (to !== out) to.set(out);
      const [l, u, c, g] = [lower.byteOffset, upper.byteOffset, sums.weights.byteOffset, sums.g];
      code.addSums64(l, u, w, c, g, from.byteOffset, to.byteOffset, rows, pairs);
      if (to !== out) out.set(to);
    },
  };
}

/**
 * Bytes of an engine that `complexTridiagonal` takes: about (24 + 16 shifts) rows, and with weights up to 80 rows more.
 *
 * @throws TypeError, RangeError for bad options
 */
export function complexTridiagonalBytes(options: ComplexTridiagonalOptions): number {
  const { rows, pairs } = sizesOf("complexTridiagonalBytes", options);
  const sums = float64Bytes(4 * pairs) + float64Bytes(scratch(rows, pairs)) + 2 * float64Bytes(rows);
  const factors = 3 * float64Bytes(rows) + float64Bytes(4 * pairs) + float64Bytes(4 * pairs * rows);
  return factors + (options.weights === undefined ? 0 : sums);
}

/** Sizes above this do not fit into a memory in any case. */
const LARGEST = 0x8000000;

function sizesOf(
  where: string,
  options: ComplexTridiagonalOptions,
): { readonly rows: number; readonly count: number; readonly pairs: number } {
  checkOptions(where, options, ["rows", "shifts", "weights"]);
  const rows = integer(where, "rows", options.rows, 1, LARGEST);
  finiteVector(where, "shifts", options.shifts);
  const count = integer(where, "shifts.length / 2", options.shifts.length / 2, 1, 1024);
  if (options.weights !== undefined) finiteVector(where, "weights", options.weights, 2 * count);
  const pairs = Math.ceil(count / 2);
  integer(where, "rows * shifts", rows * count, 1, LARGEST);
  return { rows, count, pairs };
}

/** Numbers that a forward sweep leaves for the way back, for two pairs if there are as many. */
function scratch(rows: number, pairs: number): number {
  return 4 * rows * Math.min(2, pairs);
}

function sumArrays(
  engine: KernelEngine,
  rows: number,
  pairs: number,
): { readonly weights: Float64Array; readonly g: number; readonly r: Float64Array; readonly out: Float64Array } {
  return {
    weights: engine.float64(4 * pairs),
    g: engine.float64(scratch(rows, pairs)).byteOffset,
    r: engine.float64(rows),
    out: engine.float64(rows),
  };
}

/** Complex numbers re im re im ... as pairs re re im im; the last one twice where their number is odd. */
function split(numbers: ArrayLike<number>, pairs: Float64Array): void {
  const last = numbers.length / 2 - 1;
  for (let k = 0; k < pairs.length / 2; k++) {
    const from = 2 * Math.min(k, last);
    const to = 2 * (k - (k % 2)) + (k % 2);
    pairs[to] = numbers[from]!;
    pairs[to + 2] = numbers[from + 1]!;
  }
}
