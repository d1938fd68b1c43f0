import { finiteVector, lengthOf } from "@hml/guard";
import { IntegrationError } from "../failure.ts";
import type { Vec } from "../rhs.ts";

/** Samples of a burst: what a `Solution` of `solve` holds. */
export interface BurstSamples {
  /** Times, at least two, the first the start of the burst. */
  readonly t: ArrayLike<number>;
  /** States at these times, `[sample, ...state]`. */
  readonly u: ArrayLike<number>;
}

/**
 * A burst as the toolbox calls it: from state `u` at `t` over `duration`, which is longer than the burst where it runs
 * over a whole macro step. `(t, u, duration) => solve(problem, u, [t, t + duration], { method })` is one.
 */
export type ToolboxBurst = (t: number, u: Vec, duration: number) => BurstSamples;

/** What of a burst the schemes need. */
export interface BurstReading {
  readonly samples: BurstSamples;
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

/** Samples that differ less than this, relative to their size, have lost half their digits. */
const ROUND_OFF = 1e-8;

/** Runs a burst of `stage` (0 for one without a slope) and refuses samples of a wrong shape or that are not finite. */
export function readBurst(
  where: string,
  burst: ToolboxBurst,
  t: number,
  u: Vec,
  duration: number,
  stage: number,
  step: number,
): BurstReading {
  const samples = burst(t, u.slice(), duration);
  const count = lengthOf(where, "t of a burst", samples?.t);
  if (count < 2) throw new RangeError(`${where}: a burst must give two samples or more, got ${count}`);
  finiteVector(where, "t of a burst", samples.t);
  lengthOf(where, "u of a burst", samples.u, count * u.length);
  for (let i = 0; i < count * u.length; i++) {
    if (Number.isFinite(samples.u[i])) continue;
    const [sample, component] = [Math.floor(i / u.length), i % u.length];
    const what = `component ${component} became ${samples.u[i]} at t = ${samples.t[sample]}`;
    const place = stage === 0 ? "a burst" : `the burst of stage ${stage}`;
    throw new IntegrationError("nonfinite-state", t, step, `${where}: ${what} in ${place} from t = ${t}`);
  }
  const end = samples.t[count - 1]!;
  if (!(end > t)) throw new RangeError(`${where}: a burst from ${t} must end later, got ${end}`);
  return { samples, count, start: samples.t[0]!, end };
}

/** Writes the last state into `out`. */
export function lastState({ samples, count }: BurstReading, out: Vec): void {
  for (let i = 0; i < out.length; i++) out[i] = samples.u[(count - 1) * out.length + i]!;
}

/** Writes the slope of the last sample against sample `from` into `out`. */
export function sampleSlope({ samples: { t, u }, count, end }: BurstReading, from: number, out: Vec): void {
  const size = out.length;
  for (let i = 0; i < size; i++) out[i] = (u[(count - 1) * size + i]! - u[from * size + i]!) / (end - t[from]!);
}

/**
 * The sample before the last that is nearest to min(T / 10, sqrt(1e-15 max rms)) before it, with the largest root mean
 * square of a component over the burst: bursts that end in a tiny step have a slope nevertheless.
 */
export function guardedSample({ samples: { t, u }, count, start, end }: BurstReading, size: number): number {
  let largest = 0;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += u[k * size + i]! * u[k * size + i]!;
    largest = Math.max(largest, Math.sqrt(sum / count));
  }
  const wanted = end - Math.min(0.1 * (end - start), Math.sqrt(1e-15 * largest));
  let nearest = count - 2;
  for (let k = count - 3; k >= 0; k--) {
    if (Math.abs(t[k]! - wanted) < Math.abs(t[nearest]! - wanted)) nearest = k;
  }
  return nearest;
}

/** Whether the last two samples, time included, differ by so little that round-off shows in their slope. */
export function nearRoundOff({ samples: { t, u }, count }: BurstReading, size: number): boolean {
  let difference = (t[count - 1]! - t[count - 2]!) * (t[count - 1]! - t[count - 2]!);
  let whole = t[count - 1]! * t[count - 1]! + t[count - 2]! * t[count - 2]!;
  for (let i = 0; i < size; i++) {
    const [a, b] = [u[(count - 2) * size + i]!, u[(count - 1) * size + i]!];
    difference += (b - a) * (b - a);
    whole += a * a + b * b;
  }
  return Math.sqrt(difference) < ROUND_OFF * Math.sqrt(whole);
}
