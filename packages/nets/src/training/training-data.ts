import { checkOptions, copyFinite, finiteVector, lengthOf } from "@hml/guard";
import { type Mapped, mapped } from "../network/network-of.ts";
import { centring, type ScaleOption, type Scaling, scaleValues, scalingOf } from "./scaling.ts";
import type { SampleMap } from "../network/sample-map.ts";
import type { FieldNet } from "../spec/field-net.ts";
import type { RowNet } from "../spec/net-spec.ts";
import { extentsOf } from "../network/row-layout.ts";

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
  /**
   * Points in a row; 1, the default, when every sample stands alone. On a grid [x, y] or [x, y, z]: the points along each
   * axis.
   */
  readonly points?: number | readonly number[];
  /** Weight of each row in the loss, [row], positive or zero; default all 1. Only ratios matter. */
  readonly weights?: ArrayLike<number>;
}

/**
 * What the loss measures. `mse`: the mean squared error, in which rows of large targets count most. `relative`: every
 * row's mean squared error over the mean square of its targets, so that rows count alike whatever their size.
 */
export type LossKind = "mse" | "relative";

/** Training data ready for a network, copied and checked. */
export interface Samples {
  /** Number of samples. */
  readonly rows: number;
  /** How a sample goes into the network. */
  readonly map: SampleMap;
  /** [row, number before the net]. */
  readonly inputs: Float64Array;
  /** [row, predicted number]. */
  readonly targets: Float64Array;
  /** Weight of each row's loss, [row]: of mean 1, over the mean square of its targets for a relative loss. */
  readonly weights: Float64Array;
}

/** Checks training data against the net, once, and scales them. */
export function samplesOf(
  where: string,
  spec: FieldNet | RowNet,
  data: TrainingData,
  loss: LossKind = "mse",
  scale: ScaleOption = "none",
): { readonly samples: Samples; readonly mapped: Mapped; readonly scaling: Scaling | undefined } {
  checkOptions(where, data, ["inputs", "targets", "points", "weights"], "data");
  const { inputs, targets, points = 1, weights } = data;
  const extents = extentsOf(where, "points", points);
  const net = mapped(where, spec, extents);
  const { map } = net;
  const length = lengthOf(where, "inputs", inputs);
  if (length === 0 || length % map.inputs !== 0) {
    throw new RangeError(
      `${where}: inputs must hold whole rows of ${rowText(map)}, at least one, got length ${length}`,
    );
  }
  const rows = length / map.inputs;
  const u = copyFinite(where, "inputs", inputs);
  const y = fieldTargets(where, map, targets, rows);
  const scaling = scaleSamples(where, spec, map, u, y, loss, scale);
  const rowWeights = meanOne(where, weights, rows);
  if (loss === "relative") overMeanSquare(where, y, map.outputs, rowWeights);
  return { samples: { rows, map, inputs: u, targets: y, weights: rowWeights }, mapped: net, scaling };
}

/** Scales samples in place, by a scaling found for them or given. */
function scaleSamples(
  where: string,
  spec: FieldNet | RowNet,
  map: SampleMap,
  inputs: Float64Array,
  targets: Float64Array,
  loss: LossKind,
  scale: ScaleOption,
): Scaling | undefined {
  const centred = centring(spec, loss);
  const { inputs: before, outputs: after } = map.channels ?? {
    inputs: map.inputs / map.extents.reduce((a, b) => a * b, 1),
    outputs: map.predicted === undefined ? map.outputs : map.outputs / map.predicted.indices.length,
  };
  const scaling = scalingOf(
    where,
    scale,
    { values: inputs, channels: before, centred: centred.inputs },
    { values: targets, channels: after, centred: centred.targets },
  );
  if (scaling?.inputs !== undefined) scaleValues(scaling.inputs, inputs, 0, inputs.length, inputs, 0);
  if (scaling?.targets !== undefined) scaleValues(scaling.targets, targets, 0, targets.length, targets, 0);
  return scaling;
}

/** What a row of inputs is made of. */
function rowText({ extents, inputs }: SampleMap): string {
  const points = extents.reduce((a, b) => a * b, 1);
  if (inputs === points) return `${points} points`;
  return `${points} points x ${inputs / points} features`;
}

/** Targets of the predicted numbers: of a field net with valid padding, those of the points where its stencil fits. */
function fieldTargets(where: string, map: SampleMap, targets: ArrayLike<number>, rows: number): Float64Array {
  if (map.predicted === undefined) return copyFinite(where, "targets", targets, rows * map.outputs);
  const { points, indices } = map.predicted;
  const perTarget = map.outputs / indices.length;
  finiteVector(where, "targets", targets, rows * points * perTarget);
  const y = new Float64Array(rows * map.outputs);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < indices.length; i++) {
      const from = (r * points + indices[i]!) * perTarget;
      for (let c = 0; c < perTarget; c++) y[r * map.outputs + i * perTarget + c] = targets[from + c]!;
    }
  }
  return y;
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
