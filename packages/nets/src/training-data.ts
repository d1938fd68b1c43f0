import { checkOptions, copyFinite, finiteVector, integer, lengthOf } from "@hml/guard";
import type { NetSpec } from "./net-spec.ts";
import { stackShape } from "./stack-shape.ts";
import { gatherStencils, rowLayout } from "./stencil.ts";

/**
 * Snapshots and what the net should give for them. Arrays are flat and row-major; a row is one snapshot.
 *
 * For a discretised or flux net `inputs` and `targets` are both [row, point]: the field and its time derivative. With
 * valid padding the targets of the floor(stencil / 2) points at each end are not read, since nothing is predicted there.
 *
 * For a functional net `inputs` is [row, point, feature], in the order of `spec.features`, and `targets` is
 * [row, point, output]. Leave out points where a feature is not defined, such as held ends.
 */
export interface TrainingData {
  /** Snapshots, or features of every point. */
  readonly inputs: ArrayLike<number>;
  /** What the net should give. */
  readonly targets: ArrayLike<number>;
  /** Points in a row; 1 when every sample stands alone. */
  readonly points: number;
  /** Weight of each row in the loss, [row], positive or zero; default all 1. Only ratios matter. */
  readonly weights?: ArrayLike<number>;
}

/** Training data ready for the dense stack: stencils gathered, everything copied and checked. */
export interface Samples {
  /** Number of snapshots. */
  readonly rows: number;
  /** Stack rows of one snapshot. */
  readonly stackRows: number;
  /** Predicted values of one snapshot. */
  readonly predicted: number;
  /** [row, stackRows, stack inputs]. */
  readonly inputs: Float64Array;
  /** [row, predicted]. */
  readonly targets: Float64Array;
  /** [row], mean 1. */
  readonly weights: Float64Array;
}

/** Checks training data against the net and gathers the stencils, once. */
export function samplesOf(where: string, spec: NetSpec, data: TrainingData): Samples {
  checkOptions(where, data, ["inputs", "targets", "points", "weights"], "data");
  const { inputs, targets, points, weights } = data;
  integer(where, "points", points, 1);
  const shape = stackShape(spec);
  const perPoint = spec.kind === "functionalNet" ? shape.inputs : 1;
  const length = lengthOf(where, "inputs", inputs);
  const rowLength = points * perPoint;
  if (length === 0 || length % rowLength !== 0) {
    const parts = perPoint === 1 ? `${points} points` : `${points} points x ${perPoint} features`;
    throw new RangeError(`${where}: inputs must hold whole rows of ${parts}, at least one, got length ${length}`);
  }
  const rows = length / rowLength;
  const { margin, predicted, rows: stackRows } = rowLayout(where, spec, points, isPeriodic(spec));
  const u = copyFinite(where, "inputs", inputs);
  finiteVector(where, "targets", targets, rows * points * shape.outputs);

  const kept = predicted * shape.outputs;
  const y = new Float64Array(rows * kept);
  for (let r = 0; r < rows; r++) {
    const from = (r * points + margin) * shape.outputs;
    for (let i = 0; i < kept; i++) y[r * kept + i] = targets[from + i]!;
  }
  const rowWeights = meanOne(where, weights, rows);
  if (spec.kind === "functionalNet") {
    return { rows, stackRows, predicted: kept, inputs: u, targets: y, weights: rowWeights };
  }
  const width = spec.stencil;
  const gathered = new Float64Array(rows * stackRows * width);
  for (let r = 0; r < rows; r++) {
    gatherStencils(u, r * points, points, width, isPeriodic(spec), 0, stackRows, gathered, r * stackRows * width);
  }
  return { rows, stackRows, predicted: kept, inputs: gathered, targets: y, weights: rowWeights };
}

/** Whether a net's own padding wraps around. */
export function isPeriodic(spec: NetSpec): boolean {
  return spec.kind !== "functionalNet" && spec.padding === "periodic";
}

/** Row weights scaled to a mean of 1. */
function meanOne(where: string, weights: ArrayLike<number> | undefined, rows: number): Float64Array {
  if (weights === undefined) return new Float64Array(rows).fill(1);
  const scaled = copyFinite(where, "weights", weights, rows);
  let sum = 0;
  for (let r = 0; r < rows; r++) {
    if (!(scaled[r]! >= 0)) throw new RangeError(`${where}: weights[${r}] must not be negative, got ${scaled[r]}`);
    sum += scaled[r]!;
  }
  if (!(sum > 0 && sum < Infinity)) {
    throw new RangeError(`${where}: weights must have a positive finite sum, got ${sum}`);
  }
  const factor = rows / sum;
  for (let r = 0; r < rows; r++) scaled[r] = scaled[r]! * factor;
  return scaled;
}
