import { correlation } from "@hml/metrics";
import type { Forecast } from "./forecast-job.ts";
import type { ExactLaw } from "./reference.ts";

/** One number of a run's moments or of a law in time: values from entry `from` to before `to`. */
export function seriesOf(run: Forecast, moment: 1 | 2, axis: number, axes: number): Float64Array {
  const times = run.moments.length / (2 * axes);
  return Float64Array.from({ length: times }, (_, n) => run.moments[(2 * n + moment - 1) * axes + axis]!);
}

/** M1 or M2 of the exact law in time. */
export function exactSeries(law: ExactLaw, moment: 1 | 2, axis: number): Float64Array {
  const values = moment === 1 ? law.mean : law.variance;
  return Float64Array.from({ length: values.length / law.axes }, (_, n) => values[n * law.axes + axis]!);
}

/** Number `component` of a run's codes in time. */
export function codeSeries(run: Forecast, component: number, latentSize: number): Float64Array {
  return Float64Array.from({ length: run.codes.length / latentSize }, (_, n) => run.codes[n * latentSize + component]!);
}

/**
 * How far a run lags behind the exact law at the end, in entries: the shift between minus and plus half a period at which the
 * last `window` values correlate best. Positive where the run comes later.
 */
export function lagAtEnd(run: Float64Array, exact: Float64Array, window: number, period: number): number {
  const half = Math.floor(period / 2);
  const last = run.subarray(run.length - window - half, run.length - half);
  let [lag, best] = [0, -Infinity];
  for (let shift = -half; shift <= half; shift++) {
    const from = exact.length - window - half - shift;
    const fit = correlation(last, exact.subarray(from, from + window));
    if (fit > best) [lag, best] = [shift, fit];
  }
  return lag;
}

/** The map a + b z with the least squares to `target`, applied to z. */
export function fitted(z: Float64Array, target: Float64Array): Float64Array {
  const n = z.length;
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / n;
  const [zMean, targetMean] = [mean(z), mean(target)];
  let [product, square] = [0, 0];
  for (let i = 0; i < n; i++) {
    product += (z[i]! - zMean) * (target[i]! - targetMean);
    square += (z[i]! - zMean) ** 2;
  }
  return z.map((value) => targetMean + (product / square) * (value - zMean));
}

/** A group of latent states, by where the particles are on average. */
export interface DwellState {
  readonly name: string;
  readonly share: number;
  /** Mean of M1 along the first two axes. */
  readonly x1: number;
  readonly x2: number;
}

/** Where the clouds of each cluster stand; `law` has an entry for every labelled state, from entry `from` on. */
export function dwellStates(labels: Int32Array, clusters: number, law: ExactLaw, from: number): DwellState[] {
  return Array.from({ length: clusters }, (_, cluster) => {
    let [count, x1, x2] = [0, 0, 0];
    for (const [n, label] of labels.entries()) {
      if (label !== cluster) continue;
      count++;
      x1 += law.mean[(from + n) * law.axes]!;
      x2 += law.mean[(from + n) * law.axes + 1]!;
    }
    [x1, x2] = [x1 / count, x2 / count];
    return { name: `x1 ${side(x1)}, x2 ${side(x2)}`, share: count / labels.length, x1, x2 };
  });
}

function side(mean: number): string {
  if (Math.abs(mean) < 0.2) return "between";
  return mean > 0 ? "right" : "left";
}
