import { random } from "@hml/integrators";
import { kuramotoSivashinsky } from "@hml/systems";
import { LONG_DT, PAPER, TRANSIENT } from "./study.ts";

const { points } = PAPER;

/** Trajectories on the attractor, equally spaced in time. */
export interface Trajectories {
  /** [trajectory, time, node]. */
  readonly u: Float32Array;
  readonly count: number;
  readonly states: number;
}

/** How trajectories are made. */
export interface TrajectoryPlan {
  readonly count: number;
  readonly states: number;
  /** Time from state to state, and the solver's step. */
  readonly spacing: number;
  readonly dt: number;
  readonly seed: number;
}

/**
 * Trajectories from random starts of their own, the way to the attractor left out. Since the starts favour no place on the ring,
 * neither do the data, as it must be for an equation that commutes with shifts.
 */
export function trajectories(plan: TrajectoryPlan, onProgress?: (done: number) => void): Trajectories {
  const { count, states, spacing, dt, seed } = plan;
  const source = random(seed);
  const u = new Float32Array(count * states * points);
  for (let from = 0; from < count; from += BLOCK) {
    const members = Math.min(BLOCK, count - from);
    const state = starts(members, source);
    kuramotoSivashinsky({ dt: LONG_DT, members }).advance(state, 0, TRANSIENT);
    const flow = kuramotoSivashinsky({ dt, members });
    for (let k = 0; k < states; k++) {
      if (k > 0) flow.advance(state, (k - 1) * spacing, k * spacing);
      for (let m = 0; m < members; m++) {
        u.set(state.subarray(m * points, (m + 1) * points), ((from + m) * states + k) * points);
      }
    }
    onProgress?.(from + members);
  }
  return { u, count, states };
}

/** Members that move together. */
const BLOCK = 20;

/** Sums of the first four waves with random amplitudes and phases, one a member. */
function starts(members: number, source: () => number): Float64Array {
  const u = new Float64Array(members * points);
  for (let m = 0; m < members; m++) {
    for (let k = 1; k <= 4; k++) {
      const [amplitude, phase] = [2 * source() - 1, 2 * Math.PI * source()];
      for (let j = 0; j < points; j++) {
        u[m * points + j]! += amplitude * Math.cos((2 * Math.PI * k * j) / points + phase);
      }
    }
  }
  return u;
}

/** `count` of the states, spread over all trajectories. */
export function statesOf({ u }: Trajectories, count: number): Float64Array {
  const rows = u.length / points;
  if (count > rows) throw new RangeError(`statesOf: there are ${rows} states, not ${count}`);
  const out = new Float64Array(count * points);
  for (let r = 0; r < count; r++) {
    const row = Math.floor((r * rows) / count);
    out.set(u.subarray(row * points, (row + 1) * points), r * points);
  }
  return out;
}

/**
 * Sequences [trajectory, time, number] thinned to every `stride`-th time, none thrown away: the times 0, s, 2 s, ... of a
 * trajectory are one sequence, 1, 1 + s, ... another.
 */
export function thinned(
  z: Float64Array,
  shape: { readonly count: number; readonly states: number; readonly size: number },
  stride: number,
): { readonly values: Float64Array; readonly times: number } {
  const { count, states, size } = shape;
  const times = Math.floor(states / stride);
  const values = new Float64Array(count * stride * times * size);
  let at = 0;
  for (let c = 0; c < count; c++) {
    for (let phase = 0; phase < stride; phase++) {
      for (let k = 0; k < times; k++, at += size) {
        const from = (c * states + phase + k * stride) * size;
        values.set(z.subarray(from, from + size), at);
      }
    }
  }
  return { values, times };
}
