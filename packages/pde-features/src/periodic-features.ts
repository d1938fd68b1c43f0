import { checkOptions, show } from "@hml/guard";
import { type FieldOperator, type Features, features } from "./features.ts";
import { periodicDerivative, type PeriodicOrder } from "./periodic-derivative.ts";
import { checkPeriodicGrid, type PeriodicGrid } from "./periodic-grid.ts";

/** Options of `periodicFeatures`. */
export interface PeriodicFeaturesOptions {
  /** Which fields, such as ["u_x", "u_y"]; default: u and all its derivatives up to the second. */
  readonly names?: readonly string[];
  /** Order of accuracy, default "spectral". */
  readonly order?: PeriodicOrder;
}

const AXES = "xyz";
const SECOND: readonly (readonly string[])[] = [
  ["u", "u_x", "u_xx"],
  ["u", "u_x", "u_y", "u_xx", "u_yy", "u_xy"],
  ["u", "u_x", "u_y", "u_z", "u_xx", "u_yy", "u_zz", "u_xy", "u_xz", "u_yz"],
];

/**
 * u and its derivatives on a periodic grid as features, by name: u, u_x, u_y, u_xx, u_yy, u_xy in two dimensions, in the
 * order of Arbabi et al., JOM 2020; in three also those with z. Every name made of u, an underscore and the letters of
 * the axes is understood, so `names: ["u", "u_xxyy"]` works too, up to six letters an axis. u_xy is always offered: a
 * coarse law of a medium that is not aligned with the grid has it.
 *
 * Good starting values: `periodicFeatures({ points: [16, 16], period: [2 * Math.PI, 2 * Math.PI] })`.
 *
 * Throws a TypeError for a name that cannot be read and a RangeError for a repeated one.
 */
export function periodicFeatures(grid: PeriodicGrid, options: PeriodicFeaturesOptions = {}): Features {
  const where = "periodicFeatures";
  checkOptions(where, options, ["names", "order"]);
  const { points, period } = checkPeriodicGrid(where, grid);
  const { names = SECOND[points.length - 1]!, order = "spectral" } = options;
  if (!Array.isArray(names)) throw new TypeError(`${where}: names must be an array of names, got ${show(names)}`);
  const axes = AXES.slice(0, points.length);
  const operators: Record<string, FieldOperator> = {};
  for (const name of Array.from<unknown>(names)) {
    const letters = typeof name === "string" ? /^u(?:_([xyz]+))?$/.exec(name) : null;
    const along = letters?.[1] ?? "";
    if (typeof name !== "string" || letters === null || [...along].some((letter) => !axes.includes(letter))) {
      throw new TypeError(`${where}: names must be u or u_ and letters of ${axes}, such as u_xx, got ${show(name)}`);
    }
    if (Object.hasOwn(operators, name)) {
      throw new RangeError(`${where}: names must be distinct, got ${show(name)} twice`);
    }
    const times = [...axes].map((axis) => along.split(axis).length - 1);
    operators[name] = periodicDerivative({ points, period }, times, { order });
  }
  return features(operators);
}
