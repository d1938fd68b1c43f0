import { euler, type TimeStepper, timeStepper } from "@hml/integrators";
import { median } from "../lib/bench.ts";
import type { Measured } from "../lib/peer.ts";
import { BURST, HEAT_STEP, medium, operator, PATCHES, patch, POINTS, rough, states } from "./problem.ts";

/** The median time of `repeats` bursts of the first `count` patches, and the increments of their middle points. */
function bursts(flow: TimeStepper, count: number, repeats: number, before?: () => void): Measured {
  const u = new Float64Array(count * POINTS);
  const start = states.subarray(0, u.length);
  const times: number[] = [];
  for (let r = 0; r < repeats; r++) {
    before?.();
    u.set(start);
    const t = performance.now();
    flow.advance(u, 0, BURST);
    times.push(performance.now() - t);
  }
  const middle = (POINTS - 1) / 2;
  const values = Array.from({ length: count }, (_, m) => u[m * POINTS + middle]! - start[m * POINTS + middle]!);
  return { ms: median(times), values };
}

const one = medium.exponential([patch]);
const nine = medium.exponential(Array.from({ length: PATCHES }, () => patch));

/** One patch, factors kept. */
export function burst(repeats: number): Measured {
  one.advance(new Float64Array(POINTS), 0, BURST);
  return bursts(one, 1, repeats);
}

/** One patch, factored anew: a burst of another length in between, outside the clock, drops the factors. */
export function burstCold(repeats: number): Measured {
  const zeros = new Float64Array(POINTS);
  return bursts(one, 1, repeats, () => one.advance(zeros, 0, 2 * BURST));
}

/** Nine patches of one macro step, factors kept and shared. */
export function burstNine(repeats: number): Measured {
  nine.advance(new Float64Array(PATCHES * POINTS), 0, BURST);
  return bursts(nine, PATCHES, repeats);
}

const stepped = timeStepper(euler(medium.rhs(patch), POINTS), HEAT_STEP);

/** Explicit steps as the library takes them: the right-hand side of the medium under `timeStepper(euler(...))`. */
export function heat(repeats: number): Measured {
  const u = rough.slice();
  const t = performance.now();
  stepped.advance(u, 0, repeats * HEAT_STEP);
  return heatResult(u, t, repeats);
}

/** Explicit steps by one plain loop, for an operator known to be a difference of fluxes whose ends are held. */
export function heatFlux(repeats: number): Measured {
  let u = rough.slice();
  let next = u.slice();
  const { lower, upper } = operator;
  const t = performance.now();
  for (let r = 0; r < repeats; r++) {
    fluxStep(lower, upper, HEAT_STEP, u, next);
    [u, next] = [next, u];
  }
  return heatResult(u, t, repeats);
}

function fluxStep(lower: Float64Array, upper: Float64Array, dt: number, u: Float64Array, out: Float64Array): void {
  const last = u.length - 1;
  out[0] = u[0]!;
  for (let i = 1; i < last; i++) {
    out[i] = u[i]! + dt * (upper[i]! * (u[i + 1]! - u[i]!) - lower[i]! * (u[i]! - u[i - 1]!));
  }
  out[last] = u[last]!;
}

function heatResult(u: Float64Array, start: number, repeats: number): Measured {
  const ms = (performance.now() - start) / repeats;
  return { ms, values: Array.from({ length: 9 }, (_, i) => u[((POINTS - 1) * i) / 8]!) };
}
