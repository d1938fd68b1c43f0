import { isAutoencoder } from "../spec/coder-net.ts";
import { type Criterion, criterionOf } from "./criterion.ts";
import type { AutoencoderData, DataOf } from "./dataset.ts";
import { checkOptions, copyFinite, finiteVector, lengthOf } from "@hml/guard";
import { type Mapped, mapped } from "../network/network-of.ts";
import { centring, type ScaleOption, type Scaling, scaleValues, scalingOf } from "./scaling.ts";
import { meanOne, overSpread } from "./row-weights.ts";
import type { SampleMap } from "../network/sample-map.ts";
import type { FieldNet } from "../spec/field-net.ts";
import type { GridNet } from "../spec/grid-net.ts";
import type { NetSpec, RowNet } from "../spec/net-spec.ts";
import { extentsOf } from "../network/row-layout.ts";

/**
 * Snapshots and what the net should give for them. Arrays are flat and row-major; a row is one snapshot, a field with x
 * contiguous.
 *
 * For a discretised or flux net `inputs` and `targets` are both [row, point]: the field and its time derivative. With
 * valid padding the targets of the floor(stencil / 2) points at each end are not read, since nothing is predicted there. For
 * a gradient-flow net they are whole periodic fields and their time derivatives.
 *
 * For a functional net `inputs` is [row, point, feature], in the order of `spec.features`, and `targets` is
 * [row, point, output]. Leave out points where a feature is not defined, such as held ends. For a divergence net `inputs`
 * is [row, point, feature] and `targets` is [row, point], on the whole periodic grid.
 *
 * For a set net `inputs` is [row, element, number] and `targets` is [row, output], `points` being the number of elements.
 * For a mixture density net `inputs` is [row, input] and `targets` is [row, value, coordinate], `points` being the number
 * of values drawn for a row.
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
 * row's mean squared error over the mean square of its targets, so that rows count alike whatever their size. `normalised`:
 * every row's mean squared error over the variance of its targets, 1 - R^2 of the row: the mean counts for nothing. `mae`:
 * the mean absolute error, in which few large errors count less.
 */
export type LossKind = "mse" | "relative" | "normalised" | "mae";

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

/** What comes of checking training data. */
export interface CheckedData {
  /** The data. */
  readonly samples: Samples;
  /** The net, bound to them. */
  readonly mapped: Mapped;
  /** What judges predictions. */
  readonly criterion: Criterion;
  /** The scaling of the data. */
  readonly scaling: Scaling | undefined;
}

/** Checks training data against the net, once, and scales them. */
export function samplesOf(
  where: string,
  spec: FieldNet | GridNet | RowNet,
  data: DataOf<NetSpec>,
  loss?: LossKind,
  scale: ScaleOption = "none",
): CheckedData {
  const own = isAutoencoder(spec);
  checkOptions(where, data, own ? AUTOENCODER_KEYS : DATA_KEYS, "data");
  if ("values" in data) throw new TypeError(`${where}: data must be samples, { inputs, ... }, for a ${spec.kind}`);
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
  const criterion = criterionOf(where, spec, map, loss);
  const y = own ? u : fieldTargets(where, map, targets as ArrayLike<number>, rows, criterion.targets);
  if (spec.kind === "gradientFlowNet" && scale !== "none") {
    throw new RangeError(`${where}: scale must be none for a gradientFlowNet; its amplitude and wavenumber scale it`);
  }
  const scaling = scaleSamples(where, spec, map, u, y, criterion.kind, scale);
  criterion.check?.(where, y);
  const rowWeights = meanOne(where, weights, rows);
  overSpread(where, criterion.kind, y, map.outputs, rowWeights);
  return { samples: { rows, map, inputs: u, targets: y, weights: rowWeights }, mapped: net, criterion, scaling };
}

const DATA_KEYS: readonly (keyof TrainingData)[] = ["inputs", "targets", "points", "weights"];
const AUTOENCODER_KEYS: readonly (keyof AutoencoderData)[] = ["inputs", "points", "weights"];

/** Scales samples in place, by a scaling found for them or given. */
function scaleSamples(
  where: string,
  spec: FieldNet | GridNet | RowNet,
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
  const alike = targets === inputs;
  const scaling = scalingOf(
    where,
    scale,
    { values: inputs, channels: before, centred: centred.inputs && (!alike || centred.targets) },
    alike ? undefined : { values: targets, channels: after, centred: centred.targets },
  );
  if (scaling?.inputs !== undefined) scaleValues(scaling.inputs, inputs, 0, inputs.length, inputs, 0);
  if (!alike && scaling?.targets !== undefined) scaleValues(scaling.targets, targets, 0, targets.length, targets, 0);
  return scaling;
}

/** What a row of inputs is made of. */
function rowText({ extents, inputs, channels }: SampleMap): string {
  if (channels?.inputs === inputs) return `${inputs} numbers`;
  const points = extents.reduce((a, b) => a * b, 1);
  if (inputs === points) return `${points} points`;
  return `${points} points x ${inputs / points} features`;
}

/** Targets of the predicted numbers: of a field net with valid padding, those of the points where its stencil fits. */
function fieldTargets(
  where: string,
  map: SampleMap,
  targets: ArrayLike<number>,
  rows: number,
  perRow: number,
): Float64Array {
  if (map.predicted === undefined) return copyFinite(where, "targets", targets, rows * perRow);
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
