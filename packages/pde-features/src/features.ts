import { integer, show } from "@hml/guard";
import { type DerivativeOptions, derivative } from "./derivative.ts";
import type { Vec } from "./rhs.ts";

/** A map of a state to one value a grid point, linear or not; every `DerivativeOperator` is one. */
export interface FieldOperator {
  /** Number of grid points. */
  readonly size: number;
  /** Writes the field into `out`, which must not be `u`; allocates nothing. */
  apply(u: Vec, out: Vec): void;
}

/** Named fields of a state, the inputs of a library of candidate terms or of a net: u, u_x, u_xx, ... */
export interface Features {
  /** One name a field, in the order of the columns. */
  readonly names: readonly string[];
  /** Number of grid points. */
  readonly points: number;
  /** The operator behind each name. */
  readonly operators: readonly FieldOperator[];
  /** Writes `[feature, point]` (each field contiguous) into `out`; allocates nothing; not re-entrant. */
  evaluate(u: Vec, out: Vec): void;
}

/**
 * Features from named operators on one grid: `features({ u: derivative(x, 0), u_xx: derivative(x, 2) })`.
 *
 * Names are letters, digits and underscores and begin with a letter, since products are written with blanks and `^`.
 * Throws a TypeError for another name and a RangeError when grids differ or no operator is given.
 */
export function features(operators: Readonly<Record<string, FieldOperator>>): Features {
  if (operators === null || typeof operators !== "object") {
    throw new TypeError(`features: operators must be an object of named operators, got ${show(operators)}`);
  }
  const names = Object.keys(operators);
  const maps = Object.values(operators);
  if (names.length === 0) throw new RangeError("features: operators must name at least one operator, got none");
  for (const name of names) checkName("features", name);
  for (const [k, map] of maps.entries()) {
    if (map === null || typeof map !== "object") {
      throw new TypeError(`features: ${names[k]} must be an operator, got ${show(map)}`);
    }
  }
  const points = integer("features", `${names[0]}.size`, maps[0]!.size, 1);
  for (const [k, map] of maps.entries()) {
    if (map.size !== points) {
      throw new RangeError(
        `features: operators must share one grid, got ${names[0]} on ${points} points and ${names[k]} on ${show(map.size)}`,
      );
    }
    if (typeof map.apply !== "function") {
      throw new TypeError(`features: ${names[k]} must have a method apply(u, out), got ${show(map.apply)}`);
    }
  }
  const columns = maps.length;
  let owner: Vec | undefined;
  let views: Vec[] = [];
  return {
    names,
    points,
    operators: maps,
    evaluate(u, out) {
      if (u.length !== points || out.length !== columns * points) {
        throw new RangeError(
          `features: u and out must have lengths ${points} and ${columns * points}, got ${u.length} and ${out.length}`,
        );
      }
      if (out !== owner) {
        views = maps.map((_, k) => out.subarray(k * points, (k + 1) * points));
        owner = out;
      }
      for (let k = 0; k < columns; k++) maps[k]!.apply(u, views[k]!);
    },
  };
}

/**
 * u and its derivatives up to `highest` on the grid `x`, named u, u_x, u_xx, ... Options as for `derivative`.
 *
 * Good starting values: `derivativeFeatures(x, 2, { order: 4, ends: "periodic" })`.
 */
export function derivativeFeatures(x: ArrayLike<number>, highest: number, options: DerivativeOptions = {}): Features {
  integer("derivativeFeatures", "highest", highest, 0, 6);
  const operators: Record<string, FieldOperator> = {};
  for (let m = 0; m <= highest; m++) operators[m === 0 ? "u" : `u_${"x".repeat(m)}`] = derivative(x, m, options);
  return features(operators);
}

/** Refuses a name that could not be told from a product of names. */
export function checkName(where: string, name: unknown): string {
  if (typeof name !== "string" || !/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
    throw new TypeError(`${where}: names must be letters, digits and underscores after a letter, got ${show(name)}`);
  }
  return name;
}

/** The operators of the named features; a missing one is a TypeError. */
export function operatorsOf(where: string, names: readonly string[], from: Features): readonly FieldOperator[] {
  return names.map((name) => {
    const index = from.names.indexOf(name);
    if (index < 0) throw new TypeError(`${where}: features must hold ${name}, got ${from.names.join(", ")}`);
    return from.operators[index]!;
  });
}
