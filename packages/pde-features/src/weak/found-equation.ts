import { checkPeriodicGrid, type PeriodicGrid } from "../periodic-grid.ts";
import type { Rhs } from "../rhs.ts";
import type { FourierSymbol } from "./fourier-symbol.ts";
import { gridTransform } from "./grid-transform.ts";
import type { PointFunction, WeakTerm } from "./weak-terms.ts";

/** A term with its coefficient. */
export interface WeightedTerm {
  /** The term. */
  readonly term: WeakTerm;
  /** Its coefficient. */
  readonly coefficient: number;
}

/**
 * An equation u_t = L u + sum of A g(u) with its linear part apart, for schemes that treat that implicitly or exactly. It is what
 * `fieldEquation` of `@hml/systems` takes: `phaseField(fieldEquation(found.split), grid)` runs it.
 */
export interface SplitEquation {
  /** The symbol of L. */
  readonly linear: FourierSymbol;
  /** The other terms: a polynomial's coefficients c0, c1, ... or a function of u, under an operator with a symbol. */
  readonly terms: ReadonlyArray<{
    /** A polynomial's coefficients, or a function. */
    readonly of: readonly number[] | ((u: number) => number);
    /** The symbol of A. */
    readonly operator: FourierSymbol;
  }>;
}

/** The sum of coefficients times symbols. */
export function combined(weighted: readonly WeightedTerm[]): FourierSymbol {
  return (kx, ky, kz) => {
    let re = 0;
    let im = 0;
    for (const { term, coefficient } of weighted) {
      const value = term.symbol(kx, ky, kz);
      re += coefficient * (typeof value === "number" ? value : value[0]);
      im += coefficient * (typeof value === "number" ? 0 : value[1]);
    }
    return im === 0 ? re : [re, im];
  };
}

/** Linear terms as one symbol; powers under one operator as one polynomial; functions one by one. */
export function splitEquation(weighted: readonly WeightedTerm[]): SplitEquation {
  const isLinear = ({ term }: WeightedTerm): boolean => term.field.power === 1;
  const groups = new Map<string, WeightedTerm[]>();
  for (const each of weighted.filter((one) => !isLinear(one))) {
    const { operator, field } = each.term;
    const key = field.power === undefined ? `${operator} ${field.name}` : operator;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return {
    linear: combined(weighted.filter(isLinear)),
    terms: Array.from(groups.values(), (group) => {
      const { term, coefficient } = group[0]!;
      if (term.field.power === undefined) {
        return { of: (u: number) => coefficient * term.field.of(u), operator: term.symbol };
      }
      const highest = Math.max(...group.map((each) => each.term.field.power ?? 0));
      const of = Array.from({ length: 1 + highest }, () => 0);
      for (const each of group) of[each.term.field.power ?? 0] = each.coefficient;
      return { of, operator: term.symbol };
    }),
  };
}

/** The right-hand side of the values at the points of a grid; see `DiscoveredEquation.rhs`. */
export function equationRhs(where: string, weighted: readonly WeightedTerm[], grid: PeriodicGrid): Rhs {
  const { points, period } = checkPeriodicGrid(where, grid);
  const { size, transform } = gridTransform(points);
  const fields = new Map<string, { field: PointFunction; weighted: WeightedTerm[] }>();
  for (const each of weighted) {
    const { field } = each.term;
    const known = fields.get(field.name) ?? { field, weighted: [] };
    known.weighted.push(each);
    fields.set(field.name, known);
  }
  const parts = Array.from(fields.values(), (each) => ({
    of: each.field.of,
    symbol: onGrid(combined(each.weighted), points, period),
  }));
  const [re, im, sumRe, sumIm] = [size, size, size, size].map((n) => new Float64Array(n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return (_t, u, out) => {
    if (u.length !== size || out.length !== size) {
      throw new RangeError(`${where}: u and out must have length ${size}, got ${u.length} and ${out.length}`);
    }
    sumRe.fill(0);
    sumIm.fill(0);
    for (let p = 0; p < parts.length; p++) {
      const { of, symbol } = parts[p]!;
      for (let i = 0; i < size; i++) re[i] = of(u[i]!);
      im.fill(0);
      transform(re, im);
      for (let i = 0; i < size; i++) {
        sumRe[i] = sumRe[i]! + symbol[2 * i]! * re[i]! - symbol[2 * i + 1]! * im[i]!;
        sumIm[i] = sumIm[i]! + symbol[2 * i]! * im[i]! + symbol[2 * i + 1]! * re[i]!;
      }
    }
    transform(sumIm, sumRe);
    for (let i = 0; i < size; i++) out[i] = sumRe[i]! / size;
  };
}

/** A symbol at every mode of a grid; at the shortest wave of an even axis the mean over both of its signs. */
export function onGrid(symbol: FourierSymbol, points: readonly number[], period: readonly number[]): Float64Array {
  const size = points.reduce((a, b) => a * b, 1);
  const out = new Float64Array(2 * size);
  for (let at = 0; at < size; at++) {
    const waves: number[] = [];
    let rest = at;
    let corners = [[] as number[]];
    for (const [axis, n] of points.entries()) {
      const i = rest % n;
      rest = (rest - i) / n;
      const k = (2 * Math.PI * (2 * i > n ? i - n : i)) / period[axis]!;
      waves.push(k);
      corners = corners.flatMap((corner) =>
        2 * i === n
          ? [
              [...corner, k],
              [...corner, -k],
            ]
          : [[...corner, k]],
      );
    }
    for (const [kx = 0, ky = 0, kz = 0] of corners) {
      const value = symbol(kx, ky, kz);
      out[2 * at] = out[2 * at]! + (typeof value === "number" ? value : value[0]) / corners.length;
      out[2 * at + 1] = out[2 * at + 1]! + (typeof value === "number" ? 0 : value[1]) / corners.length;
    }
  }
  return out;
}

/** A sum of terms with six digits. */
export function written(weighted: ReadonlyArray<{ text: string; coefficient: number }>, latex: boolean): string {
  const digits = (value: number): string => {
    const text = String(Number(Math.abs(value).toPrecision(6)));
    return latex
      ? text.replace(/e([+-]?)0*(\d+)$/, (_, sign, power) => ` \\cdot 10^{${sign === "-" ? "-" : ""}${power}}`)
      : text;
  };
  const sum = weighted
    .map(({ text, coefficient }, position) => {
      const minus = coefficient < 0;
      const sign = position === 0 ? (minus ? "-" : "") : minus ? " - " : " + ";
      return sign + digits(coefficient) + (text === "1" ? "" : (latex ? "\\, " : " ") + text);
    })
    .join("");
  return `${latex ? "u_{t}" : "u_t"} = ${sum || "0"}`;
}
