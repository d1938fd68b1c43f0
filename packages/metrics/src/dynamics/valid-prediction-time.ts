import { checkOptions, copyFinite, nonNegative, positive } from "@hml/guard";
import { frameSize } from "../frame-size.ts";
import { pairedLength } from "../paired-length.ts";
import { squaredDeviation } from "../sums.ts";
import { component } from "../sample.ts";
import { type TimeBelow, timeBelow } from "./time-below.ts";

/** Options of `validPredictionTime`. */
export interface ValidPredictionTimeOptions {
  /** Number of equal, consecutive frames of both movies. */
  readonly frames: number;
  /** Time between frames. */
  readonly dt: number;
  /** Error at which a forecast ends; 0.5 by default, 0.4 is also in use. */
  readonly threshold?: number;
  /** Largest Lyapunov exponent, by which times are also given in Lyapunov times; 1 by default. */
  readonly lyapunovExponent?: number;
  /** Scale sigma_i of each component, as of a long run; by default the temporal standard deviation of this reference. */
  readonly sigma?: ArrayLike<number>;
}

/** What `validPredictionTime` gives. */
export interface ValidPredictionTime extends TimeBelow {
  /** The time in units of 1 / lyapunovExponent. */
  readonly lyapunovTimes: number;
  /** The error of each frame. */
  readonly nrmse: Float64Array;
}

/**
 * Valid prediction time of a forecast: the largest time before the first at which NRMSE(t) =
 * sqrt(mean_i ((p_i - y_i) / sigma_i)^2) is not below the threshold, for movies `[frame, component]`. Frame 0 is at time 0.
 *
 * sigma_i is the population standard deviation in time of component i of the REFERENCE; components that do not move are
 * left out of the mean. A short window shows too little of the climate: give `sigma` of a long run then. A forecast that
 * turns NaN ends there. One that never ends is `censored`.
 *
 * @throws RangeError for empty or unequal lengths, frames that do not divide them, a reference that is not finite or
 * never moves
 *
 * Source: Vlachas et al., Neural Networks 126 (2020) 191, "VPT".
 */
export function validPredictionTime(
  prediction: ArrayLike<number>,
  reference: ArrayLike<number>,
  options: ValidPredictionTimeOptions,
): ValidPredictionTime {
  const where = "validPredictionTime";
  checkOptions(where, options, ["frames", "dt", "threshold", "lyapunovExponent", "sigma"]);
  const { frames, dt, threshold = 0.5, lyapunovExponent = 1, sigma } = options;
  positive(where, "threshold", threshold);
  positive(where, "lyapunovExponent", lyapunovExponent);
  const n = pairedLength(where, prediction, reference);
  const size = frameSize(where, n, frames);
  const truth = copyFinite(where, "reference", reference);
  const scale =
    sigma === undefined
      ? Float64Array.from({ length: size }, (_, i) =>
          Math.sqrt(squaredDeviation(component(truth, size, i), frames) / frames),
        )
      : copyFinite(where, "sigma", sigma, size);
  for (let i = 0; i < size; i++) nonNegative(where, `sigma[${i}]`, scale[i]);
  const moving = scale.reduce((count, value) => (value > 0 ? count + 1 : count), 0);
  if (moving === 0) throw new RangeError(`${where}: reference must move in at least one component; give sigma`);
  const nrmse = new Float64Array(frames);
  for (let k = 0; k < frames; k++) {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      if (scale[i] === 0) continue;
      const error = (prediction[k * size + i]! - truth[k * size + i]!) / scale[i]!;
      sum += error * error;
    }
    nrmse[k] = Math.sqrt(sum / moving);
  }
  const below = timeBelow(nrmse, dt, threshold);
  return Object.freeze({ ...below, lyapunovTimes: below.time * lyapunovExponent, nrmse });
}
