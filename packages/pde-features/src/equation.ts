import { checkOptions } from "@hml/guard";
import { type Features, operatorsOf } from "./features.ts";
import { type Held, heldNodes } from "./held.ts";
import type { Library } from "./library.ts";
import type { Rhs, Vec } from "./rhs.ts";

/** An equation found by regression, u_t = sum_k c_k term_k, and how sure it is. */
export interface SparseFit {
  /** Names of all candidate terms. */
  readonly names: readonly string[];
  /** One coefficient a term, exactly 0 where the term was left out; never NaN. */
  readonly coefficients: Vec;
  /**
   * Standard error of each coefficient given the terms that were kept, sqrt(variance [(A^T A)^-1]_kk); 0 where the term
   * was left out (not estimated), Infinity when there were no more rows than kept terms.
   */
  readonly standardErrors: Vec;
  /** Indices of the kept terms. */
  readonly active: readonly number[];
  /** Names of terms that were zero or depended linearly on earlier ones, so that no coefficient could be found. */
  readonly dropped: readonly string[];
  /** Number of linearly independent terms in the fit. */
  readonly rank: number;
  /** Weighted root mean square of target minus fit. */
  readonly residual: number;
  /** Estimated variance of one unit-weight target, sum w r^2 / (rows - rank); Infinity without spare rows. */
  readonly variance: number;
  /** Coefficients after each thresholded solve, the first being the fit of all terms; the last refit is `coefficients`. */
  readonly history: readonly Vec[];
  /** The equation with six digits: "u_t = 0.458258 u_xx". */
  toString(): string;
  /** The same in LaTeX: "u_{t} = 0.458258\\, u_{xx}". */
  toLatex(): string;
  /**
   * The equation as a right-hand side, from the operators in `features` (names as in the fit's library). Only the
   * operators of kept terms are applied. Nodes in `held` have zero slope, such as Dirichlet ends. It allocates nothing
   * and is not re-entrant: make one a worker.
   *
   * Throws a TypeError when the fit was made without a library or a feature is missing.
   */
  rhs(features: Features, options?: RhsOptions): Rhs;
}

/** Options of `SparseFit.rhs`. */
export interface RhsOptions {
  /** Nodes whose value is fixed, default "none". */
  readonly held?: Held;
}

/** What a regression found; `sparseFit` adds the equation's writing and its right-hand side. */
export interface Estimate {
  readonly names: readonly string[];
  readonly coefficients: Vec;
  readonly standardErrors: Vec;
  readonly active: readonly number[];
  readonly dropped: readonly string[];
  readonly rank: number;
  readonly residual: number;
  readonly variance: number;
  readonly history: readonly Vec[];
}

/** A regression's estimate as an equation. */
export function sparseFit(estimate: Estimate, library: Library | undefined): SparseFit {
  const { names, coefficients, active } = estimate;
  const digits = (k: number): string => String(Number(Math.abs(coefficients[k]!).toPrecision(6)));
  const write = (name: (k: number) => string, number: (text: string) => string, blank: string): string =>
    active
      .map((k, position) => {
        const minus = coefficients[k]! < 0;
        const sign = position === 0 ? (minus ? "-" : "") : minus ? " - " : " + ";
        return sign + number(digits(k)) + (names[k] === "1" ? "" : blank + name(k));
      })
      .join("") || "0";
  return {
    ...estimate,
    toString: () =>
      `u_t = ${write(
        (k) => names[k]!,
        (text) => text,
        " ",
      )}`,
    toLatex: () =>
      `u_{t} = ${write(
        (k) => library?.latex[k] ?? `\\mathrm{${names[k]}}`,
        (text) =>
          text.replace(/e([+-]?)0*(\d+)$/, (_, sign, power) => ` \\cdot 10^{${sign === "-" ? "-" : ""}${power}}`),
        "\\, ",
      )}`,
    rhs: (features, options = {}) => equationRhs(estimate, library, features, options),
  };
}

function equationRhs(estimate: Estimate, library: Library | undefined, features: Features, options: RhsOptions): Rhs {
  checkOptions("SparseFit.rhs", options, ["held"]);
  if (library === undefined) {
    throw new TypeError("SparseFit.rhs: fit must come from a regression with a library; pass it as `library`");
  }
  const points = features.points;
  const held = heldNodes("SparseFit.rhs", options.held ?? "none", points);
  if (estimate.active.length === 0) return (_t, _u, out) => void out.fill(0);
  const terms = library.only(estimate.active);
  const coefficients = Float64Array.from(estimate.active, (k) => estimate.coefficients[k]!);
  const operators = operatorsOf("SparseFit.rhs", terms.inputs, features);
  const inputs = new Float64Array(operators.length * points);
  const views = operators.map((_, k) => inputs.subarray(k * points, (k + 1) * points));
  const values = new Float64Array(coefficients.length * points);
  return (_t, u, out) => {
    for (let k = 0; k < operators.length; k++) operators[k]!.apply(u, views[k]!);
    terms.evaluate(inputs, values);
    out.fill(0);
    for (let k = 0; k < coefficients.length; k++) {
      const c = coefficients[k]!;
      const start = k * points;
      for (let i = 0; i < points; i++) out[i] = out[i]! + c * values[start + i]!;
    }
    for (let k = 0; k < held.length; k++) out[held[k]!] = 0;
  };
}
