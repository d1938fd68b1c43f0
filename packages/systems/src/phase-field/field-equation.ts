import { callable, checkOptions, finiteVector, lengthOf, show } from "@hml/guard";
import type { FourierSymbol, PeriodicFieldOptions, Vec } from "@hml/integrators";

/** A nonlinear term A g(B1 u, B2 u, B3 u) of an equation. */
export interface FieldTerm {
  /**
   * g: the coefficients of a polynomial in u, c0 + c1 u + c2 u^2 + ..., or a function of the values at a point of u, or of
   * the fields `on`, up to three.
   */
  readonly of: readonly number[] | ((a: number, b: number, c: number) => number);
  /** The symbols of B1, B2, B3; default u itself. Give one operator as one function wherever it is used. */
  readonly on?: readonly FourierSymbol[];
  /** The symbol of A; default 1. Terms with the same function share a transform. */
  readonly operator?: FourierSymbol;
}

/** u_t = L u + sum over terms of A g(B u). */
export interface FieldEquation {
  /** The symbol of L, treated implicitly or exactly: (kx, ky) => -(kx * kx + ky * ky) for a Laplacian. */
  readonly linear: FourierSymbol;
  /** The other terms, treated explicitly. */
  readonly terms: readonly FieldTerm[];
}

const identity: FourierSymbol = () => 1;

/**
 * A right-hand side of your own for `phaseField`: a linear symbol and a list of terms, each a function of fields under an
 * operator.
 *
 * ```ts
 * // Conserved Kuramoto-Sivashinsky, u_t = -lap(u + lap u + |grad u|^2 / 2).
 * const square = (kx: number, ky: number) => kx * kx + ky * ky;
 * const terraces = fieldEquation({
 *   linear: (kx, ky) => square(kx, ky) * (1 - square(kx, ky)),
 *   terms: [
 *     {
 *       operator: square,
 *       of: (ux, uy) => 0.5 * (ux * ux + uy * uy),
 *       on: [(kx) => [0, kx], (_kx, ky) => [0, ky]],
 *     },
 *   ],
 * });
 * ```
 *
 * @throws TypeError or RangeError for a malformed equation
 */
export function fieldEquation(equation: FieldEquation): FieldEquation {
  const where = "fieldEquation";
  checkOptions(where, equation, ["linear", "terms"], "equation");
  const { linear, terms } = equation;
  callable(where, "linear", linear);
  lengthOf(where, "terms", terms as unknown);
  return Object.freeze({
    linear,
    terms: Object.freeze(Array.from(terms, (term, k) => checkTerm(where, `terms[${k}]`, term))),
  });
}

function checkTerm(where: string, name: string, term: FieldTerm): FieldTerm {
  checkOptions(where, term, ["of", "on", "operator"], name);
  const { of, on, operator = identity } = term;
  callable(where, `${name}.operator`, operator);
  if (on !== undefined) {
    const fields = lengthOf(where, `${name}.on`, on);
    if (fields < 1 || fields > 3) throw new RangeError(`${where}: ${name}.on must have 1 to 3 symbols, got ${fields}`);
    on.forEach((symbol, k) => void callable(where, `${name}.on[${k}]`, symbol));
    if (typeof of !== "function" && fields > 1) {
      throw new TypeError(`${where}: ${name}.of must be a function of ${fields} fields, got ${show(of)}`);
    }
  }
  if (typeof of === "function") return Object.freeze({ of, on: Object.freeze([...(on ?? [identity])]), operator });
  finiteVector(where, `${name}.of`, of);
  return Object.freeze({ of: Object.freeze([...of]), on: Object.freeze([...(on ?? [identity])]), operator });
}

/** A checked equation as `periodicField` takes it: one field for each operator on u, one slope for each around a term. */
export function spectralParts(
  { linear, terms }: FieldEquation,
  points: number,
): Pick<PeriodicFieldOptions, "symbol" | "nonlinear" | "outer" | "inner"> {
  const inner = distinct(terms.flatMap(({ on = [identity] }) => on));
  const outer = distinct(terms.map(({ operator = identity }) => operator));
  const adds = terms.map(({ of, on = [identity], operator = identity }) => ({
    of: typeof of === "function" ? of : polynomial(of),
    starts: [0, 1, 2].map((k) => points * inner.indexOf(on[Math.min(k, on.length - 1)]!)),
    to: points * outer.indexOf(operator),
  }));
  return {
    symbol: linear,
    inner,
    outer,
    nonlinear(_t, fields, out) {
      out.fill(0);
      for (let k = 0; k < adds.length; k++) {
        const { of, starts, to } = adds[k]!;
        addTerm(of, fields, starts, points, out, to);
      }
    },
  };
}

/** Whether int u stays under a checked equation: no operator around a term has a mean. */
export function conservesMean({ linear, terms }: FieldEquation): boolean {
  return [linear, ...terms.map(({ operator = identity }) => operator)].every((symbol) => {
    const value = symbol(0, 0, 0);
    return (typeof value === "number" ? value : value[0]) === 0;
  });
}

/** The symbols, each once, and one at least. */
function distinct(symbols: readonly FourierSymbol[]): readonly FourierSymbol[] {
  return symbols.length === 0 ? [identity] : [...new Set(symbols)];
}

function polynomial(c: readonly number[]): (u: number) => number {
  return (u) => {
    let sum = 0;
    for (let k = c.length - 1; k >= 0; k--) sum = sum * u + c[k]!;
    return sum;
  };
}

function addTerm(
  of: (a: number, b: number, c: number) => number,
  fields: Vec,
  starts: readonly number[],
  points: number,
  out: Vec,
  to: number,
): void {
  const [p = 0, q = 0, r = 0] = starts;
  for (let j = 0; j < points; j++) out[to + j] = out[to + j]! + of(fields[p + j]!, fields[q + j]!, fields[r + j]!);
}
