import { callable, checkOptions, integer, show } from "@hml/guard";
import { checkName } from "./features.ts";
import type { Vec } from "./rhs.ts";

/** Candidate terms of an equation, as functions of features at one point. */
export interface Library {
  /** Names of the features it takes, in order. */
  readonly inputs: readonly string[];
  /** Names of the terms: "1", "u", "u u_xx", "u^2", or the name of a function. */
  readonly names: readonly string[];
  /** The same names in LaTeX. */
  readonly latex: readonly string[];
  /** Takes `[feature, point]`, writes `[term, point]`, any number of points; allocates nothing; not re-entrant. */
  evaluate(features: Vec, out: Vec): void;
  /** The library of some of the terms, by index, taking only the features that these need. */
  only(terms: readonly number[]): Library;
}

/** A function of all features at one point, in the order of the inputs; `values` is reused between calls. */
export type TermFunction = (values: Vec) => number;

/** Options of `library`: either all products up to a degree, or the terms by name. */
export interface LibraryOptions {
  /** Highest total degree of the products, default 1; not together with `terms`. */
  readonly degree?: number;
  /** Whether the constant term "1" belongs to the products, default true; not together with `terms`. */
  readonly constant?: boolean;
  /** Exactly these products, for instance `["u_xx", "u u_x", "u^2"]`. */
  readonly terms?: readonly string[];
  /** Further terms by name, after the products. */
  readonly functions?: Readonly<Record<string, TermFunction>>;
}

interface Term {
  readonly name: string;
  readonly latex: string;
  /** Indices of the factors, repeated for powers; absent for a function. */
  readonly factors?: readonly number[];
  readonly function?: TermFunction | undefined;
}

/** More terms than this are surely a mistake: their number grows like inputs^degree. */
const MOST_TERMS = 10_000;

/**
 * A library of candidate terms over named features: products up to a total degree in graded order (1, u, u_x, u_xx, u^2,
 * u u_x, ...), or the products given by name, followed by functions of your own.
 *
 * Good starting values: `library(features.names, { degree: 2 })`.
 *
 * Throws a TypeError for names it cannot read and unknown features, a RangeError for repeated terms, none at all, or more
 * than 10,000.
 */
export function library(inputs: readonly string[], options: LibraryOptions = {}): Library {
  checkOptions("library", options, ["degree", "constant", "terms", "functions"]);
  if (!Array.isArray(inputs)) throw new TypeError(`library: inputs must be an array of names, got ${show(inputs)}`);
  // Array.from, not map: a hole is an undefined name.
  const names = Array.from(inputs, (name) => checkName("library", name));
  refuseRepeated("inputs", names);
  const { degree, constant, terms, functions = {} } = options;
  let products: readonly Term[];
  if (terms === undefined) {
    const highest = integer("library", "degree", degree ?? 1, 0, 16);
    products = productsUpTo(names, highest).slice((constant ?? true) ? 0 : 1);
  } else {
    if (degree !== undefined || constant !== undefined) {
      throw new TypeError("library: degree and constant must be left out when terms are given");
    }
    if (!Array.isArray(terms)) throw new TypeError(`library: terms must be an array of products, got ${show(terms)}`);
    products = Array.from(terms, (term) => product(names, factorsOf(names, term)));
  }
  if (functions === null || typeof functions !== "object") {
    throw new TypeError(`library: functions must be an object of named functions, got ${show(functions)}`);
  }
  const own = Object.entries(functions).map(
    ([name, f]): Term => ({ name, latex: `\\mathrm{${name}}`, function: callable("library", name, f) }),
  );
  const all = [...products, ...own];
  if (all.length === 0) throw new RangeError("library: terms must hold at least one term, got none");
  refuseRepeated(
    "terms",
    all.map((term) => term.name),
  );
  return build(names, all);
}

function build(inputs: readonly string[], terms: readonly Term[]): Library {
  const values = new Float64Array(inputs.length);
  const count = terms.length;
  return {
    inputs,
    names: terms.map((term) => term.name),
    latex: terms.map((term) => term.latex),
    evaluate(features, out) {
      const points = out.length / count;
      if (!Number.isInteger(points) || features.length !== inputs.length * points) {
        throw new RangeError(
          `library: features and out must hold ${inputs.length} and ${count} values a point, got ${features.length} and ${out.length}`,
        );
      }
      for (let t = 0; t < count; t++) {
        const { factors, function: f } = terms[t]!;
        const start = t * points;
        if (factors !== undefined) {
          for (let i = 0; i < points; i++) {
            let value = 1;
            for (let k = 0; k < factors.length; k++) value *= features[factors[k]! * points + i]!;
            out[start + i] = value;
          }
        } else if (f !== undefined) {
          for (let i = 0; i < points; i++) {
            for (let k = 0; k < values.length; k++) values[k] = features[k * points + i]!;
            out[start + i] = f(values);
          }
        }
      }
    },
    only(indices) {
      if (!Array.isArray(indices))
        throw new TypeError(`library: terms must be an array of indices, got ${show(indices)}`);
      const kept = Array.from(indices, (t) => terms[integer("library", "terms", t, 0, count - 1)]!);
      if (kept.length === 0) throw new RangeError("library: terms must hold at least one index, got none");
      // A function takes all inputs; products take only their factors.
      const used = inputs.map((_, k) => kept.some((term) => term.factors?.includes(k) ?? true));
      const renumbered: number[] = [];
      let next = 0;
      for (const needed of used) renumbered.push(needed ? next++ : -1);
      return build(
        inputs.filter((_, k) => used[k]),
        kept.map(({ name, latex, factors, function: f }): Term => {
          return factors === undefined
            ? { name, latex, function: f }
            : { name, latex, factors: factors.map((k) => renumbered[k]!) };
        }),
      );
    },
  };
}

/** All multisets of at most `degree` factors, by degree, then lexicographically. */
function productsUpTo(names: readonly string[], degree: number): Term[] {
  let layer: number[][] = [[]];
  const all: Term[] = [product(names, [])];
  for (let d = 1; d <= degree; d++) {
    const following: number[][] = [];
    for (const factors of layer) {
      for (let k = factors.at(-1) ?? 0; k < names.length; k++) following.push([...factors, k]);
      if (all.length + following.length > MOST_TERMS) {
        throw new RangeError(
          `library: degree must give at most ${MOST_TERMS} terms, got more at degree ${d}; name the terms`,
        );
      }
    }
    for (const factors of following) all.push(product(names, factors));
    layer = following;
  }
  return all;
}

/** The term of the given factors, named with powers: "u^2 u_x"; the empty product is "1". */
function product(names: readonly string[], factors: readonly number[]): Term {
  const sorted = factors.toSorted((a, b) => a - b);
  const parts: string[] = [];
  const latex: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let power = 1;
    while (i + power < sorted.length && sorted[i + power] === sorted[i]) power++;
    const name = names[sorted[i]!]!;
    parts.push(power === 1 ? name : `${name}^${power}`);
    latex.push(power === 1 ? latexName(name) : `${latexName(name)}^{${power}}`);
    i += power;
  }
  return { name: parts.join(" ") || "1", latex: latex.join(" ") || "1", factors: sorted };
}

/** Reads "1" or blank-separated factors with optional powers. */
function factorsOf(names: readonly string[], term: unknown): number[] {
  if (term === "1") return [];
  const factors: number[] = [];
  for (const part of typeof term === "string" ? term.trim().split(/\s+/) : [""]) {
    const [, name, power] = /^([A-Za-z][A-Za-z0-9_]*)(?:\^([1-9]|1[0-6]))?$/.exec(part) ?? [];
    const index = name === undefined ? -1 : names.indexOf(name);
    if (index < 0) {
      throw new TypeError(
        `library: terms must be products of ${names.join(", ")} such as "u u_x" or "u^2", got ${show(term)}`,
      );
    }
    for (let k = 0; k < Number(power ?? 1); k++) factors.push(index);
  }
  return factors;
}

/** "u_xx" becomes "u_{xx}". */
function latexName(name: string): string {
  const [head, ...tail] = name.split("_");
  return tail.length === 0 ? name : `${head}_{${tail.join("")}}`;
}

function refuseRepeated(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new RangeError(`library: ${what} must be distinct, got ${show(name)} twice`);
    seen.add(name);
  }
}
