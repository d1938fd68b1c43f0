import { checkOptions, integer } from "@hml/guard";
import type { Vec } from "../rhs.ts";

/** What a `testFunction` is made of. */
export interface TestFunctionOptions {
  /** Half-width a of the support in grid points. */
  readonly halfWidth: number;
  /** Degree p; the function and its first p - 1 derivatives vanish at the ends of the support. */
  readonly degree: number;
}

/**
 * The values of the `times`-th derivative of the bump (1 - (j / a)^2)^p with respect to j at j = -a, ..., a, exact: it is a polynomial in
 * j / a, differentiated term by term.
 *
 * With its ends on grid points the trapezoid rule over the support errs like (width)^-p for smooth data, since the first p - 1
 * derivatives vanish there. Good starting values: p two above the highest derivative.
 *
 * Source: Messenger and Bortz, J. Comput. Phys. 443 (2021) 110525, section 4.
 */
export function testFunction(options: TestFunctionOptions, times = 0): Vec {
  const where = "testFunction";
  checkOptions(where, options, ["halfWidth", "degree"]);
  const a = integer(where, "halfWidth", options.halfWidth, 1);
  const p = integer(where, "degree", options.degree, 1, 32);
  const m = integer(where, "times", times, 0, p);
  // (1 - s^2)^(p - l) s^j with coefficient c_j at level l: d/ds turns it into -2 (p - l) s^(j + 1) one level down plus j s^(j - 1).
  // Powers of 1 - s^2 are kept as factors, so values near the ends lose no digits.
  let levels: number[][] = [[1]];
  for (let step = 0; step < m; step++) {
    const next: number[][] = [];
    const add = (level: number, power: number, c: number): void => {
      while (next.length <= level) next.push([]);
      const row = next[level]!;
      while (row.length <= power) row.push(0);
      row[power] = row[power]! + c;
    };
    for (const [level, row] of levels.entries()) {
      for (const [power, c] of row.entries()) {
        if (c === 0) continue;
        if (power > 0) add(level, power - 1, c * power);
        add(level + 1, power + 1, -2 * (p - level) * c);
      }
    }
    levels = next;
  }
  let unit = 1;
  for (let step = 0; step < m; step++) unit /= a;
  return Float64Array.from({ length: 2 * a + 1 }, (_, index) => {
    const s = (index - a) / a;
    const base = (1 - s) * (1 + s);
    let sum = 0;
    for (const [level, row] of levels.entries()) {
      let polynomial = 0;
      for (let power = row.length - 1; power >= 0; power--) polynomial = polynomial * s + row[power]!;
      let factor = 1;
      for (let k = 0; k < p - level; k++) factor *= base;
      sum += factor * polynomial;
    }
    return sum * unit;
  });
}
