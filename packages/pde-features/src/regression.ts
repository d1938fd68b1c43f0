import { checkOptions, lengthOf, nonNegative, oneOf } from "@hml/guard";
import { type Features, operatorsOf } from "./features.ts";
import { type Held, heldNodes } from "./held.ts";
import type { Regression } from "./least-squares.ts";
import type { Library } from "./library.ts";
import type { Snapshots } from "./snapshots.ts";

/** Options of `regression`. */
export interface RegressionOptions {
  /** Nodes whose value is fixed: they give no rows, default "none". Use the same for `SparseFit.rhs`. */
  readonly held?: Held;
  /**
   * How much each snapshot counts. "equal" (default): every row of the regression alike, so snapshots of large slopes
   * decide. "relative": each snapshot by 1 / (mean square of its time derivative), so that relative residuals are made
   * small and all snapshots count alike. An array: the weight of each snapshot's squared residuals.
   */
  readonly weights?: "equal" | "relative" | ArrayLike<number>;
}

/**
 * The linear regression u_t ~ sum_k c_k term_k over snapshots: one row a snapshot and free node, snapshot by snapshot.
 *
 * Throws a RangeError for no snapshots, another grid, or a snapshot at rest under relative weights, a TypeError when the library asks for a feature that is missing.
 */
export function regression(
  snapshots: Snapshots,
  features: Features,
  library: Library,
  options: RegressionOptions = {},
): Regression {
  checkOptions("regression", options, ["held", "weights"]);
  const { rows, points } = snapshots;
  if (rows === 0) throw new RangeError("regression: snapshots must hold at least one row, got none");
  if (features.points !== points) {
    throw new RangeError(`regression: features must be on ${points} points, got ${features.points}`);
  }
  lengthOf("regression", "u", snapshots.u, rows * points);
  lengthOf("regression", "dudt", snapshots.dudt, rows * points);
  const held = new Set(heldNodes("regression", options.held ?? "none", points));
  const free = Array.from({ length: points }, (_, i) => i).filter((i) => !held.has(i));
  if (free.length === 0) throw new RangeError(`regression: held must leave a node free, got all ${points}`);

  const inputs = new Float64Array(library.inputs.length * points);
  const operators = operatorsOf("regression", library.inputs, features);
  const views = operators.map((_, k) => inputs.subarray(k * points, (k + 1) * points));
  const terms = library.names.length;
  const values = new Float64Array(terms * points);
  const total = rows * free.length;
  const matrix = new Float64Array(terms * total);
  const target = new Float64Array(total);
  for (let row = 0; row < rows; row++) {
    const u = snapshots.u.subarray(row * points, (row + 1) * points);
    for (const [k, operator] of operators.entries()) operator.apply(u, views[k]!);
    library.evaluate(inputs, values);
    for (const [position, i] of free.entries()) {
      const at = row * free.length + position;
      target[at] = snapshots.dudt[row * points + i]!;
      for (let k = 0; k < terms; k++) matrix[k * total + at] = values[k * points + i]!;
    }
  }
  const weights = rowWeights(target, rows, free.length, options.weights ?? "equal");
  return { names: library.names, matrix, target, library, ...(weights === undefined ? {} : { weights }) };
}

/** One weight a row of the regression, `perSnapshot` rows a snapshot; undefined where all are 1. */
function rowWeights(
  target: Float64Array,
  snapshots: number,
  perSnapshot: number,
  weights: "equal" | "relative" | ArrayLike<number>,
): Float64Array | undefined {
  if (weights === "equal") return undefined;
  if (typeof weights === "string") oneOf("regression", "weights", weights, ["equal", "relative"]);
  else lengthOf("regression", "weights", weights, snapshots);
  const out = new Float64Array(target.length);
  for (let s = 0; s < snapshots; s++) {
    const slopes = target.subarray(s * perSnapshot, (s + 1) * perSnapshot);
    let weight: number;
    if (weights === "relative") {
      let sum = 0;
      for (let i = 0; i < perSnapshot; i++) sum += slopes[i]! * slopes[i]!;
      weight = perSnapshot / sum;
      if (!(sum > 0 && weight < Infinity)) {
        throw new RangeError(`regression: dudt of snapshot ${s} must not vanish under relative weights; leave it out`);
      }
    } else {
      weight = nonNegative("regression", `weights[${s}]`, weights[s]);
    }
    out.fill(weight, s * perSnapshot, (s + 1) * perSnapshot);
  }
  return out;
}
