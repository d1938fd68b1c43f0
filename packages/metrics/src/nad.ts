import { checkOptions, integer, lengthOf, oneOf, positive } from "@hml/guard";
import { frameSize } from "./frame-size.ts";
import { pairedLength } from "./paired-length.ts";
import { rangeOf, relative } from "./sums.ts";

/**
 * Which range of the truth divides the error.
 *
 * - `"global"`: over all frames and all of the state (the definition of the LED paper);
 * - `"channel"`: over all frames and all nodes of each channel, states being `[channel, node]`;
 * - `"component"`: over all frames of each component of the state;
 * - `"frame"`: over the state in each frame (as in the paper's code for a single sample);
 * - a positive number, or one for each channel: ranges known beforehand, as of a whole data set.
 */
export type NadRange = "global" | "channel" | "component" | "frame" | number | readonly number[];

/** Options of `nad` and `mnad`. */
export interface NadOptions {
  /** The range that divides the error; `"global"` by default. */
  readonly range?: NadRange;
  /** Channels of each state `[channel, node]`, for `"channel"` and for a list of ranges; 1 by default. */
  readonly channels?: number;
}

/**
 * Normalised absolute difference, frame by frame: NAD(t) = mean_i |p_i(t) - y_i(t)| / range, for two movies
 * `[frame, ...state]`.
 *
 * By default the range is max - min of the REFERENCE over space and time. With several channels the mean is over all of
 * them, each divided by its own range. A range of zero gives 0 where nothing differs and Infinity elsewhere. A NaN in the
 * prediction makes its frame NaN; one in the reference every frame whose range it enters.
 *
 * Unrelated states of an attractor have a NAD far below 1: 0.218 for Kuramoto-Sivashinsky at L = 22.
 *
 * @param frames - number of equal, consecutive frames
 * @throws RangeError for empty or unequal lengths, and for frames or channels that do not divide them
 *
 * Source: Vlachas, Arampatzis, Uhler and Koumoutsakos, arXiv 2006.13431 (2020), metric "NAD".
 */
export function nad(
  prediction: ArrayLike<number>,
  reference: ArrayLike<number>,
  frames: number,
  options: NadOptions = {},
): Float64Array {
  const n = pairedLength("nad", prediction, reference);
  const size = frameSize("nad", n, frames);
  const { channels, ranges } = rangesOf(reference, frames, size, options);
  const nodes = size / channels;
  const curve = new Float64Array(frames);
  for (let k = 0; k < frames; k++) {
    let mean = 0;
    for (let c = 0; c < channels; c++) {
      const from = k * size + c * nodes;
      let sum = 0;
      for (let i = from; i < from + nodes; i++) sum += Math.abs(prediction[i]! - reference[i]!);
      mean += relative(sum / nodes, ranges[k * channels + c]!);
    }
    curve[k] = mean / channels;
  }
  return curve;
}

/**
 * Mean normalised absolute difference: the mean over the frames of `nad`, which see for the range and its options.
 *
 * Good to know: an error of phase alone counts in full. On a limit cycle a drift of a small part of the period soon
 * outweighs every error of shape.
 */
export function mnad(
  prediction: ArrayLike<number>,
  reference: ArrayLike<number>,
  frames: number,
  options: NadOptions = {},
): number {
  const curve = nad(prediction, reference, frames, options);
  let sum = 0;
  for (const value of curve) sum += value;
  return sum / frames;
}

/** The range of each channel in each frame, `[frame, channel]`. */
function rangesOf(
  reference: ArrayLike<number>,
  frames: number,
  size: number,
  options: NadOptions,
): { channels: number; ranges: Float64Array } {
  checkOptions("nad", options, ["range", "channels"]);
  const { range = "global", channels: given = 1 } = options;
  integer("nad", "channels", given, 1, size);
  if (!Number.isInteger(size / given)) {
    throw new RangeError(`nad: channels must divide a state of ${size} values, got ${given}`);
  }
  if (typeof range === "number" || typeof range === "object") {
    const list = typeof range === "number" ? [range] : range;
    const channels = typeof range === "number" ? 1 : given;
    lengthOf("nad", "range", list, channels);
    for (let c = 0; c < channels; c++) positive("nad", "range", list[c]);
    return { channels, ranges: Float64Array.from({ length: frames * channels }, (_, j) => list[j % channels]!) };
  }
  oneOf("nad", "range", range, ["global", "channel", "component", "frame"]);
  if (range === "frame") {
    return {
      channels: 1,
      ranges: Float64Array.from({ length: frames }, (_, k) => rangeOf(reference, k * size, (k + 1) * size)),
    };
  }
  const channels = range === "component" ? size : range === "channel" ? given : 1;
  const nodes = size / channels;
  const low = new Float64Array(channels).fill(Infinity);
  const high = new Float64Array(channels).fill(-Infinity);
  for (let i = 0; i < frames * size; i++) {
    const c = Math.floor((i % size) / nodes);
    low[c] = Math.min(low[c]!, reference[i]!);
    high[c] = Math.max(high[c]!, reference[i]!);
  }
  return {
    channels,
    ranges: Float64Array.from({ length: frames * channels }, (_, j) => high[j % channels]! - low[j % channels]!),
  };
}
