import { checkOptions, lengthOf } from "@hml/guard";
import { type Features, operatorsOf } from "./features.ts";
import { type Held, heldNodes } from "./held.ts";
import type { Regression } from "./least-squares.ts";
import type { Library } from "./library.ts";
import type { Snapshots } from "./snapshots.ts";

/** Options of `regression`. */
export interface RegressionOptions {
  /** Nodes whose value is fixed: they give no rows, default "none". Use the same for `SparseFit.rhs`. */
  readonly held?: Held;
}

/**
 * The linear regression u_t ~ sum_k c_k term_k over snapshots: one row a snapshot and free node, snapshot by snapshot.
 *
 * Throws a RangeError for no snapshots or another grid, a TypeError when the library asks for a feature that is missing.
 */
export function regression(
  snapshots: Snapshots,
  features: Features,
  library: Library,
  options: RegressionOptions = {},
): Regression {
  checkOptions("regression", options, ["held"]);
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
  return { names: library.names, matrix, target, library };
}
