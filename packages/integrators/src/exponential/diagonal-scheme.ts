import type { Vec } from "../rhs.ts";
import { complexCombination, realCombination } from "./combination.ts";
import type { Diagonal, SemilinearProblem, SemilinearScheme } from "./semilinear.ts";
import { checkSemilinear } from "./semilinear.ts";

/** Functions of z = L dt of which every coefficient of a scheme is a linear combination. */
export interface Basis {
  /** How many there are. */
  readonly count: number;
  /** Writes them at z, interleaved re, im. */
  fill(re: number, im: number, out: Vec): void;
}

/** One coefficient: the sum of weight times basis function. */
export type Coefficient = readonly (readonly [weight: number, basis: number])[];

/**
 * One row of a scheme: the sum over its vectors of coefficient times vector. First the states, then slopes, which are
 * multiplied by dt as well; an empty coefficient leaves its vector out. Two vectors or more are not left out.
 */
export type Row = readonly Coefficient[];

/** A one-step scheme for u' = L u + N: the last row gives the new state, those before it the stages. */
export interface DiagonalTableau {
  readonly order: number;
  /** Times of the evaluations of N in units of dt; the first is 0. */
  readonly c: readonly number[];
  readonly basis: Basis;
  readonly rows: readonly Row[];
}

/** The rows of a scheme bound to a diagonal. */
export interface BoundRows {
  /** Makes `apply` use the coefficients of `dt`. */
  prepare(dt: number): void;
  /** out = row `index` applied to `vectors`; `out` may be the first vector. */
  apply(index: number, vectors: readonly Vec[], out: Vec): void;
}

/** Coefficients kept: frames that are one step apart ask for a handful of steps that differ in their last bit. */
const KEPT_STEPS = 4;

/**
 * Binds rows to a diagonal. Coefficients are kept for the last few steps dt, because they cost about as much as a step
 * does.
 *
 * @param states - how many of the vectors are states; the others are slopes
 */
export function bindRows(diagonal: Diagonal, basis: Basis, rows: readonly Row[], states: number): BoundRows {
  const { re, im, width, isReal } = diagonal;
  const size = width * re.length;
  const combination = isReal ? realCombination : complexCombination;
  const terms = rows.map((row) =>
    row.flatMap((weights, vector) => (weights.length === 0 ? [] : [{ weights, vector, slope: vector >= states }])),
  );
  const values = new Float64Array(2 * basis.count);
  const kept: { dt: number; readonly rows: readonly (readonly Vec[])[] }[] = [];
  let used = -1;
  let replaced = -1;

  function fill(dt: number, into: readonly (readonly Vec[])[]): void {
    for (let mode = 0; mode < re.length; mode++) {
      basis.fill(dt * re[mode]!, dt * im[mode]!, values);
      for (let r = 0; r < terms.length; r++) {
        const row = terms[r]!;
        for (let j = 0; j < row.length; j++) {
          const { weights, slope } = row[j]!;
          let sumRe = 0;
          let sumIm = 0;
          for (let m = 0; m < weights.length; m++) {
            const term = weights[m]!;
            sumRe += term[0] * values[2 * term[1]]!;
            sumIm += term[0] * values[2 * term[1] + 1]!;
          }
          const scale = slope ? dt : 1;
          const coefficients = into[r]![j]!;
          coefficients[width * mode] = scale * sumRe;
          if (width === 2) coefficients[2 * mode + 1] = scale * (isReal ? sumRe : sumIm);
        }
      }
    }
  }

  return {
    prepare(dt) {
      for (let k = 0; k < kept.length; k++) {
        if (kept[k]!.dt === dt) {
          used = k;
          return;
        }
      }
      replaced = (replaced + 1) % KEPT_STEPS;
      kept[replaced] ??= { dt, rows: terms.map((row) => row.map((): Vec => new Float64Array(size))) };
      kept[replaced]!.dt = dt;
      fill(dt, kept[replaced]!.rows);
      used = replaced;
    },
    apply(index, vectors, out) {
      const row = terms[index]!;
      const a = kept[used]!.rows[index]!;
      const odd = row.length % 2;
      const first = vectors[row[0]!.vector]!;
      const second = vectors[row[1]!.vector]!;
      if (odd === 0) combination.set2(a[0]!, first, a[1]!, second, out);
      else combination.set3(a[0]!, first, a[1]!, second, a[2]!, vectors[row[2]!.vector]!, out);
      for (let j = 2 + odd; j < row.length; j += 2) {
        combination.add2(a[j]!, vectors[row[j]!.vector]!, a[j + 1]!, vectors[row[j + 1]!.vector]!, out);
      }
    },
  };
}

/** A one-step scheme as a factory of steppers; `name` is for messages. */
export function diagonalScheme(name: string, { order, c, basis, rows }: DiagonalTableau): SemilinearScheme {
  return (problem: SemilinearProblem) => {
    const diagonal = checkSemilinear(name, problem);
    const { size, nonlinear } = problem;
    const bound = bindRows(diagonal, basis, rows, 1);
    const stage = new Float64Array(size);
    const vectors: Vec[] = [stage, ...c.map(() => new Float64Array(size))];
    return {
      size,
      order,
      step(t, dt, u, out) {
        bound.prepare(dt);
        vectors[0] = u;
        nonlinear(t, u, vectors[1]!);
        for (let i = 1; i < c.length; i++) {
          bound.apply(i - 1, vectors, stage);
          nonlinear(t + c[i]! * dt, stage, vectors[i + 1]!);
        }
        bound.apply(c.length - 1, vectors, out);
      },
    };
  };
}
