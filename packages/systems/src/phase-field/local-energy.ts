import { callable, checkOptions, finiteVector, show } from "@hml/guard";
import type { Vec } from "@hml/integrators";

/** A local energy density f(u) with its derivative, each a function of one value. */
export interface LocalFunction {
  /** f(u). */
  readonly density: (u: number) => number;
  /** f'(u). */
  readonly derivative: (u: number) => number;
}

/** A term of the local energy: a function with its derivative, or the coefficients of a polynomial, f = c0 + c1 u + c2 u^2 + ... */
export type LocalEnergy = LocalFunction | readonly number[];

/** Where a derivative is compared with its density: no round numbers, so no kinks or ends of a user's own. */
const PROBES = [-1.237, -0.683, -0.291, 0.137, 0.419, 0.773, 1.361] as const;
/** Central differences over 2e-4 are good to 1e-8 f''' or so, so 1e-4 tells a wrong derivative from a right one. */
const PROBE_STEP = 1e-4;
const PROBE_TOLERANCE = 1e-4;

/** Refuses what is no list of local energies; gives a frozen copy. */
export function checkLocal(
  where: string,
  name: string,
  local: LocalEnergy | readonly LocalEnergy[],
): readonly LocalEnergy[] {
  const isList = Array.isArray(local) && local.some((each) => typeof each !== "number");
  const terms: readonly LocalEnergy[] = isList
    ? (local as readonly LocalEnergy[])
    : Array.isArray(local) && local.length === 0
      ? []
      : [local as LocalEnergy];
  return Object.freeze(terms.map((term, k) => checkTerm(where, isList ? `${name}[${k}]` : name, term)));
}

function checkTerm(where: string, name: string, term: LocalEnergy): LocalEnergy {
  if (isPolynomial(term)) {
    finiteVector(where, name, term);
    return Object.freeze(Array.from(term));
  }
  checkOptions(where, term, ["density", "derivative"], name);
  const { density, derivative } = term;
  callable(where, `${name}.density`, density);
  callable(where, `${name}.derivative`, derivative);
  for (const u of PROBES) {
    const slope = derivative(u);
    const above = density(u + PROBE_STEP);
    const below = density(u - PROBE_STEP);
    const difference = (above - below) / (2 * PROBE_STEP);
    // Outside of its domain, as of a logarithm, a density may be NaN or infinite.
    if (!Number.isFinite(slope) || !Number.isFinite(difference)) continue;
    const rounding = (4e-16 * (Math.abs(above) + Math.abs(below))) / PROBE_STEP;
    if (!(Math.abs(slope - difference) <= PROBE_TOLERANCE * (1 + Math.abs(slope)) + rounding)) {
      throw new RangeError(
        `${where}: ${name}.derivative must be that of the density, got ${show(slope)} at u = ${u}, ` +
          `where the density's slope is ${show(difference)}`,
      );
    }
  }
  return Object.freeze({ density, derivative });
}

function isPolynomial(term: LocalEnergy): term is readonly number[] {
  return Array.isArray(term);
}

/** The local terms in one: the polynomials added up, and the functions. */
export interface LocalSum {
  /** f at one value. */
  density(u: number): number;
  /** out = f'(u) + shift u, point by point. */
  slope(u: Vec, shift: number, out: Vec): void;
}

/** Adds up terms that have been checked. */
export function localSum(terms: readonly LocalEnergy[]): LocalSum {
  const degree = Math.max(0, ...terms.map((term) => (isPolynomial(term) ? term.length - 1 : 0)));
  const coefficients = new Float64Array(degree + 1);
  const functions: LocalFunction[] = [];
  for (const term of terms) {
    if (isPolynomial(term)) term.forEach((c, k) => void (coefficients[k]! += c));
    else functions.push(term);
  }
  const slopes = Float64Array.from({ length: Math.max(4, degree) }, (_, k) => (k + 1) * (coefficients[k + 1] ?? 0));
  return {
    density(u) {
      let sum = horner(coefficients, u);
      for (let k = 0; k < functions.length; k++) sum += functions[k]!.density(u);
      return sum;
    },
    slope(u, shift, out) {
      if (slopes.length === 4) cubic(slopes[0]!, slopes[1]! + shift, slopes[2]!, slopes[3]!, u, out);
      else for (let j = 0; j < out.length; j++) out[j] = horner(slopes, u[j]!) + shift * u[j]!;
      for (let k = 0; k < functions.length; k++) addEach(functions[k]!.derivative, u, out);
    },
  };
}

function horner(c: Vec, u: number): number {
  let sum = c[c.length - 1]!;
  for (let k = c.length - 2; k >= 0; k--) sum = sum * u + c[k]!;
  return sum;
}

/** The slope of a quartic: what the three models of the literature have. */
function cubic(a: number, b: number, c: number, d: number, u: Vec, out: Vec): void {
  for (let j = 0; j < out.length; j++) {
    const x = u[j]!;
    out[j] = ((d * x + c) * x + b) * x + a;
  }
}

function addEach(f: (u: number) => number, u: Vec, out: Vec): void {
  for (let j = 0; j < out.length; j++) out[j] = out[j]! + f(u[j]!);
}
