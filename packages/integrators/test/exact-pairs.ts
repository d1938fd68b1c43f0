import type { LatentLaw, TimeStepper, Vec } from "../src/index.ts";

/* Micro solvers that are exact flow maps, and coarse laws of theirs that are exact too, or wrong by a known rate. */

/** Time from a code to the next. */
export const DT = 0.25;

/** A flow whose angular frequency may be changed. */
export interface StuartLandau extends TimeStepper {
  frequency: number;
}

/**
 * r' = r - r^3, phi' = frequency, exactly, for `members` points (x, y): every orbit tends to the unit circle, and the phase does
 * not depend on the radius.
 */
export function stuartLandau(frequency: number, members = 1): StuartLandau {
  const flow: StuartLandau = {
    size: 2 * members,
    frequency,
    advance(u, t0, t1) {
      for (let m = 0; m < members; m++) {
        const [x, y] = [u[2 * m]!, u[2 * m + 1]!];
        const q = x * x + y * y;
        const scale = Math.sqrt(1 / (q + (1 - q) * Math.exp(-2 * (t1 - t0))));
        const [c, s] = [Math.cos(flow.frequency * (t1 - t0)), Math.sin(flow.frequency * (t1 - t0))];
        u[2 * m] = scale * (c * x - s * y);
        u[2 * m + 1] = scale * (s * x + c * y);
      }
    },
  };
  return flow;
}

/** The law of `stuartLandau` in polar codes (r, phi), with a frequency and a radius of the cycle of its own. */
export function polarLaw(frequency: number, radius = 1): LatentLaw {
  return {
    latentSize: 2,
    size: 2,
    dt: DT,
    stateSize: 0,
    encode(u, out) {
      for (let i = 0; i < u.length; i += 2) {
        out[i] = Math.sqrt(u[i]! * u[i]! + u[i + 1]! * u[i + 1]!);
        out[i + 1] = Math.atan2(u[i + 1]!, u[i]!);
      }
    },
    decode(z, out) {
      for (let i = 0; i < z.length; i += 2) {
        out[i] = z[i]! * Math.cos(z[i + 1]!);
        out[i + 1] = z[i]! * Math.sin(z[i + 1]!);
      }
    },
    initial: () => new Float64Array(0),
    step(z, _state, out) {
      for (let i = 0; i < z.length; i += 2) {
        const r = z[i]! / radius;
        out[i] = radius * Math.sqrt((r * r) / (r * r + (1 - r * r) * Math.exp(-2 * DT)));
        out[i + 1] = z[i + 1]! + frequency * DT;
      }
    },
  };
}

/** x' = -frequency y, y' = frequency x, exactly, for `members` points. */
export function rotation(frequency: number, members = 1): TimeStepper {
  return {
    size: 2 * members,
    advance(u, t0, t1) {
      for (let m = 0; m < members; m++) rotate(u, 2 * m, frequency * (t1 - t0), u, 2 * m);
    },
  };
}

/**
 * A law of `rotation` that reads its last inputs z_n, ..., z_(n-k) and turns each to the time that it predicts:
 *
 *   z_(n+1) = sum_j w_j R^(j+1) z_(n-j),   w_j positive with sum 1.
 *
 * It is exact when its memory holds the last k true codes, in order, and wrong at once when that has a gap or has not been
 * filled. Codes are states turned by a quarter; the memory of a member is [z_(n-1), ..., z_(n-k)].
 */
export function delayLaw(frequency: number, weights: readonly number[]): LatentLaw {
  const k = weights.length - 1;
  const turned = new Float64Array(2);
  const sum = new Float64Array(2);
  const quarter = (from: Vec, out: Vec, angle: number): void => {
    for (let i = 0; i < from.length; i += 2) rotate(from, i, angle, out, i);
  };
  return {
    latentSize: 2,
    size: 2,
    dt: DT,
    stateSize: 2 * k,
    encode: (u, out) => quarter(u, out, Math.PI / 2),
    decode: (z, out) => quarter(z, out, -Math.PI / 2),
    initial: (members) => new Float64Array(2 * k * members),
    step(z, state, out) {
      for (let m = 0; m < z.length / 2; m++) {
        const [at, memory] = [2 * m, 2 * k * m];
        sum.fill(0);
        for (let j = 0; j <= k; j++) {
          const [from, place] = j === 0 ? [z, at] : [state, memory + 2 * (j - 1)];
          rotate(from, place, (j + 1) * frequency * DT, turned, 0);
          sum[0] = sum[0]! + weights[j]! * turned[0]!;
          sum[1] = sum[1]! + weights[j]! * turned[1]!;
        }
        state.copyWithin(memory + 2, memory, memory + 2 * (k - 1));
        state[memory] = z[at]!;
        state[memory + 1] = z[at + 1]!;
        out[at] = sum[0]!;
        out[at + 1] = sum[1]!;
      }
    },
  };
}

function rotate(from: Vec, i: number, angle: number, out: Vec, j: number): void {
  const [x, y, c, s] = [from[i]!, from[i + 1]!, Math.cos(angle), Math.sin(angle)];
  out[j] = c * x - s * y;
  out[j + 1] = s * x + c * y;
}

/** The state of `flow` after `steps` steps of DT from `u0`, by itself. */
export function microAlone(flow: TimeStepper, u0: ArrayLike<number>, steps: number): Vec {
  const u = Float64Array.from(u0);
  for (let k = 0; k < steps; k++) flow.advance(u, k * DT, (k + 1) * DT);
  return u;
}

/** Largest absolute difference of two states. */
export function distance(u: Vec, v: Vec): number {
  return u.reduce((most, value, i) => Math.max(most, Math.abs(value - v[i]!)), 0);
}

/** Angle from v to u, in (-pi, pi]. */
export function phaseError(u: Vec, v: Vec): number {
  return Math.atan2(v[0]! * u[1]! - v[1]! * u[0]!, v[0]! * u[0]! + v[1]! * u[1]!);
}
