import type { Vec } from "../rhs.ts";
import { combineByReal, combineComplex, combineReal } from "./combination.ts";
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
 * multiplied by dt as well; an empty coefficient leaves its vector out. Two to five vectors are
 * not left out.
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
  const combine = width === 1 ? combineReal : isReal ? combineByReal : combineComplex;
  /** Numbers in a coefficient. */
  const parts = isReal ? 1 : 2;
  const terms = rows.map((row) =>
    row.flatMap((weights, vector) => (weights.length === 0 ? [] : [{ weights, vector, slope: vector >= states }])),
  );
  const operands = terms.map((row): Vec[] => row.map(() => diagonal.re));
  const values = new Float64Array(2 * basis.count);
  const kept: { dt: number; readonly rows: readonly Vec[] }[] = [];
  let used = -1;
  let replaced = -1;

  function fill(dt: number, into: readonly Vec[]): void {
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
          const at = parts * (mode * row.length + j);
          into[r]![at] = scale * sumRe;
          if (!isReal) into[r]![at + 1] = scale * sumIm;
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
      kept[replaced] ??= { dt, rows: terms.map((row): Vec => new Float64Array(parts * row.length * re.length)) };
      kept[replaced]!.dt = dt;
      fill(dt, kept[replaced]!.rows);
      used = replaced;
    },
    apply(index, vectors, out) {
      const row = terms[index]!;
      const x = operands[index]!;
      for (let j = 0; j < row.length; j++) x[j] = vectors[row[j]!.vector]!;
      combine(kept[used]!.rows[index]!, x, out);
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
