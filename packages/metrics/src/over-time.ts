import { callable } from "@hml/guard";
import { frameSize } from "./frame-size.ts";
import type { Metric } from "./metric.ts";
import { pairedLength } from "./paired-length.ts";

/**
 * A metric frame by frame: one value for each of `frames` equal, consecutive parts of two movies `[frame, ...state]`.
 *
 * A relative metric then divides by the norm or variance of that frame alone, so the curve of a decaying field can grow
 * while the absolute error falls; show `rmse` beside it. Throws a RangeError when the length is not a multiple of
 * `frames`, when it is zero, or when the lengths differ; a TypeError when `metric` is not a function.
 */
export function overTime(
  metric: Metric,
  prediction: ArrayLike<number>,
  reference: ArrayLike<number>,
  frames: number,
): Float64Array {
  callable("overTime", "metric", metric);
  const n = pairedLength("overTime", prediction, reference);
  const size = frameSize("overTime", n, frames);
  const p = Float64Array.from(prediction);
  const y = Float64Array.from(reference);
  const curve = new Float64Array(frames);
  for (let k = 0; k < frames; k++) {
    curve[k] = metric(p.subarray(k * size, (k + 1) * size), y.subarray(k * size, (k + 1) * size));
  }
  return curve;
}
