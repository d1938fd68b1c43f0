import { checkOptions, copyFinite, finite, oneOf } from "@hml/guard";
import type { NetSpec } from "../spec/net-spec.ts";

/** What a net sees of a value x of channel c: (x - offset[c]) / scale[c]. One number of each serves all channels. */
export interface ChannelScale {
  /** Taken away first, [channel] or [1]. */
  readonly offset: Float64Array;
  /** Divided by then, [channel] or [1]; positive. */
  readonly scale: Float64Array;
}

/** The scaling that a net was trained in; undefined where the values are taken as they are. */
export interface Scaling {
  /** Of what the net is given. */
  readonly inputs: ChannelScale | undefined;
  /** Of what the net gives: its outputs are multiplied by `scale`, then `offset` is added. */
  readonly targets: ChannelScale | undefined;
}

/** Offset and scale as options: one number for all channels, or one a channel. */
export interface ChannelScaleOptions {
  /** Taken away first; default 0. */
  readonly offset?: number | ArrayLike<number>;
  /** Divided by then, positive; default 1. */
  readonly scale?: number | ArrayLike<number>;
}

/**
 * How values are scaled. `standard`: to mean 0 and standard deviation 1; `min-max`: to [0, 1]; both channel by channel, by the
 * training data alone. Or the numbers themselves, for inputs, targets or both. Where an offset would break what a net
 * promises, none is taken: `standard` then makes the root mean square 1, `min-max` the largest size 1.
 */
export type ScaleOption =
  | "none"
  | "standard"
  | "min-max"
  | {
      /** Of the inputs; as they are where left out. */
      readonly inputs?: ChannelScaleOptions | undefined;
      /** Of the targets; as they are where left out. */
      readonly targets?: ChannelScaleOptions | undefined;
    };

/** Values of training data, [..., channel], that a scale is to be found for. */
export interface Scalable {
  /** The values. */
  readonly values: Float64Array;
  /** Numbers that lie side by side and are scaled each for itself. */
  readonly channels: number;
  /** Whether an offset may be taken away. */
  readonly centred: boolean;
}

/**
 * Which values an offset may be taken from. Not from those of an odd net, F(-z) = -F(z). Not from targets whose sum a net
 * keeps at zero, nor from targets of the relative loss, which are compared with their size.
 */
export function centring(spec: NetSpec, loss: string): { readonly inputs: boolean; readonly targets: boolean } {
  const odd = "odd" in spec && spec.odd;
  const conservative = spec.kind === "fluxNet" || spec.kind === "divergenceNet";
  return { inputs: !odd, targets: !odd && !conservative && loss !== "relative" };
}

/**
 * Finds the scaling of training data, or checks the one given. Without `targets` what a net gives is what it is given, as with
 * autoencoders and forecasts of sequences: one scale serves both.
 */
export function scalingOf(
  where: string,
  option: ScaleOption,
  inputs: Scalable,
  targets: Scalable | undefined,
): Scaling | undefined {
  if (typeof option === "string") {
    const kind = oneOf(where, "scale", option, ["none", "standard", "min-max"]);
    if (kind === "none") return undefined;
    const before = fitted(where, kind, "inputs", inputs);
    return Object.freeze({
      inputs: before,
      targets: targets === undefined ? before : fitted(where, kind, "targets", targets),
    });
  }
  checkOptions(where, option, ["inputs", "targets"], "scale");
  const before = given(where, "inputs", option.inputs, inputs);
  if (targets === undefined && option.targets !== undefined && option.targets !== option.inputs) {
    throw new RangeError(`${where}: scale.targets must be left out for this net, whose inputs and targets are alike`);
  }
  const after = targets === undefined ? before : given(where, "targets", option.targets, targets);
  return before === undefined && after === undefined ? undefined : Object.freeze({ inputs: before, targets: after });
}

/** Scales `count` values [..., channel] from values[at...] into out[to...], which may be the same. */
export function scaleValues(
  by: ChannelScale,
  values: ArrayLike<number>,
  at: number,
  count: number,
  out: Float64Array | Float32Array,
  to: number,
): void {
  const { offset, scale } = by;
  const channels = scale.length;
  for (let c = 0; c < channels; c++) {
    const zero = offset[c]!;
    const unit = scale[c]!;
    for (let i = c; i < count; i += channels) out[to + i] = (values[at + i]! - zero) / unit;
  }
}

/** Undoes `scaleValues`. */
export function unscaleValues(
  by: ChannelScale,
  values: ArrayLike<number>,
  at: number,
  count: number,
  out: Float64Array | Float32Array,
  to: number,
): void {
  const { offset, scale } = by;
  const channels = scale.length;
  for (let c = 0; c < channels; c++) {
    const zero = offset[c]!;
    const unit = scale[c]!;
    for (let i = c; i < count; i += channels) out[to + i] = values[at + i]! * unit + zero;
  }
}

/** The scale of values by their own statistics. */
function fitted(
  where: string,
  kind: "standard" | "min-max",
  name: string,
  { values, channels, centred }: Scalable,
): ChannelScale {
  const offset = new Float64Array(channels);
  const scale = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    const { zero, unit } = (kind === "standard" ? standard : range)(values, c, channels, centred);
    if (!(Number.isFinite(zero) && Number.isFinite(unit))) {
      throw new RangeError(`${where}: scale cannot hold ${name} of channel ${c}; they are too large to be summed`);
    }
    offset[c] = zero;
    // A channel that never changes tells nothing, whatever it is divided by.
    scale[c] = unit > 0 ? unit : 1;
  }
  return Object.freeze({ offset, scale });
}

/** Mean and standard deviation, in two passes; about zero the root mean square. */
function standard(values: Float64Array, c: number, channels: number, centred: boolean): Fit {
  const count = values.length / channels;
  let zero = 0;
  if (centred) {
    for (let i = c; i < values.length; i += channels) zero += values[i]!;
    zero /= count;
  }
  let squares = 0;
  for (let i = c; i < values.length; i += channels) {
    const deviation = values[i]! - zero;
    squares += deviation * deviation;
  }
  return { zero, unit: Math.sqrt(squares / count) };
}

/** Least value and range; about zero the largest size. */
function range(values: Float64Array, c: number, channels: number, centred: boolean): Fit {
  let [least, most] = [Infinity, -Infinity];
  for (let i = c; i < values.length; i += channels) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  return centred ? { zero: least, unit: most - least } : { zero: 0, unit: Math.max(-least, most) };
}

/** What a channel is scaled by. */
interface Fit {
  readonly zero: number;
  readonly unit: number;
}

/** A scale given by numbers. */
function given(
  where: string,
  name: "inputs" | "targets",
  options: ChannelScaleOptions | undefined,
  { channels, centred }: Scalable,
): ChannelScale | undefined {
  if (options === undefined) return undefined;
  checkOptions(where, options, ["offset", "scale"], `scale.${name}`);
  const zero = numbersOf(where, `scale.${name}.offset`, options.offset ?? 0, channels);
  const unit = numbersOf(where, `scale.${name}.scale`, options.scale ?? 1, channels);
  const length = Math.max(zero.length, unit.length);
  const offset = Float64Array.from({ length }, (_, c) => zero[c % zero.length]!);
  const scale = Float64Array.from({ length }, (_, c) => unit[c % unit.length]!);
  for (let c = 0; c < length; c++) {
    if (!(scale[c]! > 0)) throw new RangeError(`${where}: scale.${name}.scale must be positive, got ${scale[c]}`);
    if (!centred && offset[c] !== 0) {
      throw new RangeError(`${where}: scale.${name}.offset must be 0 for this net and loss, got ${offset[c]}`);
    }
  }
  return Object.freeze({ offset, scale });
}

function numbersOf(where: string, name: string, value: number | ArrayLike<number>, channels: number): Float64Array {
  if (typeof value === "number") return Float64Array.of(finite(where, name, value));
  return copyFinite(where, name, value, value.length === 1 ? 1 : channels);
}
