import { checkOptions, copyFinite, finiteVector, lengthOf } from "@hml/guard";
import type { NetSpec } from "../spec/net-spec.ts";
import { extentsOf, type RowLayout, rowLayout } from "../network/row-layout.ts";
import { stackShape } from "../spec/stack-shape.ts";

/**
 * Snapshots and what the net should give for them. Arrays are flat and row-major; a row is one snapshot, a field with x
 * contiguous.
 *
 * For a discretised or flux net `inputs` and `targets` are both [row, point]: the field and its time derivative. With
 * valid padding the targets of the floor(stencil / 2) points at each end are not read, since nothing is predicted there.
 *
 * For a functional net `inputs` is [row, point, feature], in the order of `spec.features`, and `targets` is
 * [row, point, output]. Leave out points where a feature is not defined, such as held ends. For a divergence net `inputs`
 * is [row, point, feature] and `targets` is [row, point], on the whole periodic grid.
 */
export interface TrainingData {
  /** Snapshots, or features of every point. */
  readonly inputs: ArrayLike<number>;
  /** What the net should give. */
  readonly targets: ArrayLike<number>;
  /** Points in a row; 1 when every sample stands alone. On a grid [x, y] or [x, y, z]: the points along each axis. */
  readonly points: number | readonly number[];
  /** Weight of each row in the loss, [row], positive or zero; default all 1. Only ratios matter. */
  readonly weights?: ArrayLike<number>;
}

/**
 * What the loss measures. `mse`: the mean squared error, in which rows of large targets count most. `relative`: every
 * row's mean squared error over the mean square of its targets, so that rows count alike whatever their size.
 */
export type LossKind = "mse" | "relative";

/** Training data ready for the dense stack, copied and checked. */
export interface Samples {
  /** Number of snapshots. */
  readonly rows: number;
  /** How the stack's rows lie on a snapshot. */
  readonly layout: RowLayout;
  /** Values of one snapshot in `inputs`. */
  readonly rowLength: number;
  /** [row, point] or [row, point, feature]. */
  readonly inputs: Float64Array;
  /** [row, predicted value]. */
  readonly targets: Float64Array;
  /** Weight of each row's squared errors, [row]: of mean 1, over the mean square of its targets for a relative loss. */
  readonly weights: Float64Array;
}

/** Checks training data against the net, once. */
export function samplesOf(where: string, spec: NetSpec, data: TrainingData, loss: LossKind = "mse"): Samples {
  checkOptions(where, data, ["inputs", "targets", "points", "weights"], "data");
  const { inputs, targets, points, weights } = data;
  const extents = extentsOf(where, "points", points);
  const shape = stackShape(spec);
  const perPoint = "features" in spec ? shape.inputs : 1;
  const perTarget = spec.kind === "functionalNet" ? shape.outputs : 1;
  const gridPoints = extents.reduce((a, b) => a * b, 1);
  const length = lengthOf(where, "inputs", inputs);
  const rowLength = gridPoints * perPoint;
  if (length === 0 || length % rowLength !== 0) {
    const parts = perPoint === 1 ? `${gridPoints} points` : `${gridPoints} points x ${perPoint} features`;
    throw new RangeError(`${where}: inputs must hold whole rows of ${parts}, at least one, got length ${length}`);
  }
  const rows = length / rowLength;
  const periodic = isPeriodic(spec);
  const layout = rowLayout(where, spec, extents, periodic);
  const u = copyFinite(where, "inputs", inputs);
  finiteVector(where, "targets", targets, rows * gridPoints * perTarget);

  const { predicted } = layout;
  const kept = predicted.length * perTarget;
  const y = new Float64Array(rows * kept);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < predicted.length; i++) {
      const from = (r * gridPoints + predicted[i]!) * perTarget;
      for (let c = 0; c < perTarget; c++) y[r * kept + i * perTarget + c] = targets[from + c]!;
    }
  }
  const rowWeights = meanOne(where, weights, rows);
  if (loss === "relative") overMeanSquare(where, y, kept, rowWeights);
  return { rows, layout, rowLength, inputs: u, targets: y, weights: rowWeights };
}

/** Whether a net's own padding wraps around. */
export function isPeriodic(spec: NetSpec): boolean {
  return "padding" in spec ? spec.padding === "periodic" : spec.kind === "divergenceNet";
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

/** Divides each row's weight by the mean square of its targets; rows of weight zero may be zero throughout. */
function overMeanSquare(where: string, targets: Float64Array, kept: number, weights: Float64Array): void {
  for (let r = 0; r < weights.length; r++) {
    if (weights[r] === 0) continue;
    let sum = 0;
    for (let i = r * kept; i < (r + 1) * kept; i++) sum += targets[i]! * targets[i]!;
    const weight = (weights[r]! * kept) / sum;
    if (!(sum > 0 && weight < Infinity)) {
      throw new RangeError(
        `${where}: targets of row ${r} must not be zero throughout with the relative loss; leave the row out`,
      );
    }
    weights[r] = weight;
  }
}
