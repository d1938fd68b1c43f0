import type { Rhs } from "@hml/integrators";
import { type Dataset, type Snapshots, snapshots } from "@hml/pde-features";
import { forecast, slopes } from "./laws.ts";
import { type Law, SIZE } from "./study.ts";
import { exactSolution, type Wave } from "./waves.ts";

/** The test trajectories, and what each truth says of them. */
export interface Judge {
  readonly data: Dataset;
  readonly rows: Snapshots;
  /** Exact solution of the homogenised law, `[trajectory, frame, point]`, and its slopes. */
  readonly truth: { readonly u: Float64Array; readonly dudt: Float64Array };
  /** Rows sorted by the rms of the true slope, smallest first. */
  readonly byMagnitude: Int32Array;
}

/** How far a law lies from the truth. */
export interface Judgement {
  /** Its slopes on the test snapshots, `[row, point]`. */
  readonly slopes: Float64Array;
  /** Relative L2 error of the slope of each test snapshot. */
  readonly slopeErrors: Float64Array;
  /** Median of these over the fifth of snapshots with the smallest slopes, and with the largest. */
  readonly small20: number;
  readonly large20: number;
  /** Forecast of every test trajectory, `[trajectory, frame, point]`. */
  readonly forecast: Float64Array;
  /** sqrt(sum of squared errors / sum of squared truth) over all test trajectories, at each frame. */
  readonly curve: Float64Array;
  /** Median over trajectories of the relative L2 error at the last frame. */
  readonly medianEnd: number;
  /** Largest change of a trajectory's mean, over the rms of its first frame. */
  readonly meanDrift: number;
}

/** Makes a judge of the test trajectories under the true law. */
export function judgeOf(data: Dataset, waves: readonly (readonly Wave[])[], law: Law): Judge {
  const [trajectories, frames] = data.shape;
  const u = new Float64Array(data.u.length);
  const dudt = new Float64Array(data.u.length);
  for (let k = 0; k < trajectories; k++) {
    for (let n = 0; n < frames; n++) {
      const exact = exactSolution(waves[k]!, law, data.t[n]!);
      u.set(exact.u, (k * frames + n) * SIZE);
      dudt.set(exact.dudt, (k * frames + n) * SIZE);
    }
  }
  const rows = snapshots(data);
  const magnitude = Float64Array.from({ length: rows.rows }, (_, r) => norm(frame(dudt, r)));
  const byMagnitude = Int32Array.from(magnitude.keys()).toSorted((a, b) => magnitude[a]! - magnitude[b]!);
  return { data, rows, truth: { u, dudt }, byMagnitude };
}

/** Runs a law on the test data. */
export function judge({ data, rows, truth, byMagnitude }: Judge, rhs: Rhs): Judgement {
  const [trajectories, frames] = data.shape;
  const predicted = slopes(rhs, rows);
  const slopeErrors = Float64Array.from({ length: rows.rows }, (_, r) => relative(predicted, truth.dudt, r));
  const run = new Float64Array(truth.u.length);
  for (let k = 0; k < trajectories; k++) {
    run.set(forecast(rhs, frame(data.u, k * frames), data.t), k * frames * SIZE);
  }
  const fifth = Math.floor(rows.rows / 5);
  const medianOf = (chosen: Int32Array): number => median(Array.from(chosen, (r) => slopeErrors[r]!));
  const ends = Array.from({ length: trajectories }, (_, k) => relative(run, truth.u, k * frames + frames - 1));
  return {
    slopes: predicted,
    slopeErrors,
    small20: medianOf(byMagnitude.slice(0, fifth)),
    large20: medianOf(byMagnitude.slice(-fifth)),
    forecast: run,
    curve: aggregate(run, truth.u, trajectories, frames),
    medianEnd: median(ends),
    meanDrift: meanDrift(run, trajectories, frames),
  };
}

/** sqrt(sum err^2 / sum truth^2) over trajectories, at each frame; infinite where a forecast blew up. */
export function aggregate(u: Float64Array, truth: Float64Array, trajectories: number, frames: number): Float64Array {
  return Float64Array.from({ length: frames }, (_, n) => {
    let above = 0;
    let below = 0;
    for (let k = 0; k < trajectories; k++) {
      const [a, b] = [frame(u, k * frames + n), frame(truth, k * frames + n)];
      for (let p = 0; p < SIZE; p++) {
        above += (a[p]! - b[p]!) * (a[p]! - b[p]!);
        below += b[p]! * b[p]!;
      }
    }
    const error = Math.sqrt(above / below);
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  });
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return 0.5 * (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!);
}

function meanDrift(u: Float64Array, trajectories: number, frames: number): number {
  const mean = (field: Float64Array): number => field.reduce((sum, value) => sum + value, 0) / SIZE;
  let drift = 0;
  for (let k = 0; k < trajectories; k++) {
    const first = frame(u, k * frames);
    for (let n = 1; n < frames; n++) {
      const change = Math.abs(mean(frame(u, k * frames + n)) - mean(first)) / (norm(first) / Math.sqrt(SIZE));
      drift = Math.max(drift, Number.isNaN(change) ? Number.POSITIVE_INFINITY : change);
    }
  }
  return drift;
}

function relative(u: Float64Array, truth: Float64Array, row: number): number {
  const [a, b] = [frame(u, row), frame(truth, row)];
  const error = norm(a.map((value, p) => value - b[p]!)) / norm(b);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

function frame(values: Float64Array, row: number): Float64Array {
  return values.subarray(row * SIZE, (row + 1) * SIZE);
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
