import { callable, checkOptions, integer, lengthOf, show } from "@hml/guard";
import type { FourierSymbol } from "./fourier-symbol.ts";

/** A function of the value of u at a point: u^q, or one of your own. */
export interface PointFunction {
  /** "u", "u^2", "1" or the name of a function. */
  readonly name: string;
  /** The same in LaTeX. */
  readonly latex: string;
  /** q of u^q; undefined for a function of your own. */
  readonly power?: number;
  /** Its value. */
  readonly of: (u: number) => number;
}

/** A candidate term of a weak form, A f(u): a linear operator with constant coefficients around a function of u. */
export interface WeakTerm {
  /** "u", "lap(u)", "lap^2(u^3)", "u_xy", "(u^2)_x". */
  readonly name: string;
  /** The same in LaTeX. */
  readonly latex: string;
  /** f. */
  readonly field: PointFunction;
  /** Name of A: "", "lap", "lap^2", "x", "xy"; terms of equal names have the same operator. */
  readonly operator: string;
  /** The symbol of A. */
  readonly symbol: FourierSymbol;
}

/** Options of `weakTerms`. */
export interface WeakTermsOptions {
  /** Highest power q of u, default 3. */
  readonly powers?: number;
  /** Highest power p of the Laplacian, default 3. */
  readonly laplacians?: number;
  /** Least power of the Laplacian, default 0; with 1 every term conserves the mean. */
  readonly least?: number;
  /** Further terms by name, such as ["u_x", "(u^2)_x", "lap(sin)"]. */
  readonly terms?: readonly string[];
  /** Functions of u that names may use. */
  readonly functions?: Readonly<Record<string, (u: number) => number>>;
}

/**
 * A library of terms whose derivatives can all be moved onto a test function: lap^p(u^q) for q = 1, ..., `powers`, p = `least`, ...,
 * `laplacians`, then those named in `terms`: "1", "u^q", "lap^p(u^q)", derivatives of u, u^q or a function by letters, "u_xxy",
 * "(u^2)_x", "(f)_x". `weakTerms({ powers: 0, terms: [...] })` has the named ones only.
 *
 * Good starting values: the defaults, 12 terms, among them those of Allen-Cahn, Cahn-Hilliard and the phase-field crystal.
 *
 * Throws a TypeError for a name that cannot be read, a RangeError for a repeated one or none at all.
 */
export function weakTerms(options: WeakTermsOptions = {}): readonly WeakTerm[] {
  const where = "weakTerms";
  checkOptions(where, options, ["powers", "laplacians", "least", "terms", "functions"]);
  const powers = integer(where, "powers", options.powers ?? 3, 0, 8);
  const least = integer(where, "least", options.least ?? 0, 0, 6);
  const laplacians = integer(where, "laplacians", options.laplacians ?? 3, least, 6);
  const { terms: named = [], functions = {} } = options;
  lengthOf(where, "terms", named as unknown);
  if (functions === null || typeof functions !== "object") {
    throw new TypeError(`${where}: functions must be an object of named functions, got ${show(functions)}`);
  }
  for (const [name, f] of Object.entries(functions)) {
    callable(where, `functions.${name}`, f);
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name) || name === "u" || name === "lap") {
      throw new TypeError(
        `${where}: functions must have names of letters and digits other than u, lap, got ${show(name)}`,
      );
    }
  }
  const own = new Map(
    Object.entries(functions).map(([name, of]): [string, PointFunction] => [
      name,
      { name, latex: `\\mathrm{${name}}(u)`, of },
    ]),
  );
  const found: WeakTerm[] = [];
  for (let p = least; p <= laplacians; p++) {
    for (let q = 1; q <= powers; q++) found.push(laplacian(power(q), p));
  }
  for (const name of Array.from(named)) found.push(termOf(where, name, own));
  if (found.length === 0) throw new RangeError(`${where}: there must be at least one term, got none`);
  const seen = new Set<string>();
  for (const { name } of found) {
    if (seen.has(name)) throw new RangeError(`${where}: terms must be distinct, got ${show(name)} twice`);
    seen.add(name);
  }
  return found;
}

function power(q: number): PointFunction {
  return {
    name: q === 0 ? "1" : q === 1 ? "u" : `u^${q}`,
    latex: q === 0 ? "1" : q === 1 ? "u" : `u^{${q}}`,
    power: q,
    of(u) {
      let value = 1;
      for (let k = 0; k < q; k++) value *= u;
      return value;
    },
  };
}

function laplacian(field: PointFunction, p: number): WeakTerm {
  const operator = p === 0 ? "" : p === 1 ? "lap" : `lap^${p}`;
  return {
    name: p === 0 ? field.name : `${operator}(${field.name})`,
    latex: p === 0 ? field.latex : `\\nabla^{${2 * p}} ${field.latex}`,
    field,
    operator,
    symbol(kx, ky, kz) {
      const square = -(kx * kx + ky * ky + kz * kz);
      let value = 1;
      for (let k = 0; k < p; k++) value *= square;
      return value;
    },
  };
}

function derivative(field: PointFunction, letters: string): WeakTerm {
  const along = [...letters].toSorted().join("");
  const single = field.name === "u";
  return {
    name: single ? `u_${along}` : `(${field.name})_${along}`,
    latex: single ? `u_{${along}}` : `\\left(${field.latex}\\right)_{${along}}`,
    field,
    operator: along,
    symbol(kx, ky, kz) {
      let value = 1;
      for (const letter of along) value *= letter === "x" ? kx : letter === "y" ? ky : kz;
      // i^m turns through 1, i, -1, -i.
      const quarter = along.length % 4;
      const signed = quarter >= 2 ? -value : value;
      return quarter % 2 === 0 ? signed : [0, signed];
    },
  };
}

function termOf(where: string, name: unknown, functions: ReadonlyMap<string, PointFunction>): WeakTerm {
  const refuse = (): TypeError =>
    new TypeError(
      `${where}: terms must look like "u^2", "lap^2(u^3)", "u_xy" or "(u^2)_x", with u, its powers up to 8 and ` +
        `${[...functions.keys()].join(", ") || "no other functions"}, got ${show(name)}`,
    );
  if (typeof name !== "string") throw refuse();
  const fieldOf = (text: string): PointFunction => {
    if (text === "1") return power(0);
    const q = /^u(?:\^([2-8]))?$/.exec(text);
    const field = q === null ? functions.get(text) : power(Number(q[1] ?? 1));
    if (field === undefined) throw refuse();
    return field;
  };
  const lap = /^lap(?:\^([2-6]))?\((.+)\)$/.exec(name);
  if (lap !== null) return laplacian(fieldOf(lap[2]!), Number(lap[1] ?? 1));
  const parted = /^(?:(u)|\((.+)\))_([xyz]{1,12})$/.exec(name);
  if (parted !== null) return derivative(fieldOf(parted[1] ?? parted[2]!), parted[3]!);
  return laplacian(fieldOf(name), 0);
}
