import { callable, checkOptions, integer, positive } from "@hml/guard";
import { IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { Vec } from "../rhs.ts";
import { checkSize } from "../state-size.ts";
import type { Stepper } from "../stepper.ts";
import type { TimeStepper } from "../time-stepper.ts";

/** Options of `telescopic`. */
export interface TelescopicOptions {
  /** Damping steps k before the chord at every level, an integer from 1 to 1000. */
  readonly damping: number;
  /** Steps M that every level skips, positive, at most `largestSkip(damping)`; need not be an integer. */
  readonly skip: number;
  /** Number of levels q, an integer from 1 to 20. */
  readonly levels: number;
}

const MAX_DAMPING = 1000;
const MAX_LEVELS = 20;

/**
 * Telescopic projective integration: projective forward Euler of projective forward Euler, q levels deep, for stiff
 * problems whose rates leave no gap.
 *
 * With K = k + 1, level l makes K steps of level l - 1, then leaps: u+ = u_K + M (u_K - u_(K-1)). Level 0 is the flow, asked
 * for steps h = dt / (K + M)^q; the macro step dt costs K^q of them. A mode that the flow multiplies by rho in a step h is
 * multiplied by sigma(sigma(...(rho))), q times, with sigma(rho) = ((M + 1) rho - M) rho^k. Order 1.
 *
 * Stable for every real rho in [0, 1] at any depth, which is why M is bounded by `largestSkip(k)`: |sigma| <= 1 on [0, 1] is
 * not enough, since the next level also receives negative factors (k = 1, M = 3 grows by 2.95, 26, 2631 at levels 2 to 4).
 * Where rates leave a gap, larger leaps are stable: nest `projective` there.
 *
 * Good starting values: k = 1, M = 2 (speed-up 2 a level) or k = 3, M = 6 (2.5 a level); h at most 1 / |lambda| for the
 * largest rate of an Euler flow, so dt = h (K + M)^q; q such that dt is a fraction of the slowest time you resolve. `solve`
 * cuts its span into equal steps no longer than its `dt`, and h shrinks in proportion.
 *
 * Source: Gear, Kevrekidis 2003, J. Comput. Phys. 187, 95 (telescopic projective methods for parabolic equations).
 *
 * @param flow - any time-stepper; every inner step is one `advance`
 * @returns a stepper that owns its scratch; its `step` throws a RangeError when `dt` is negative or not a number (zero copies
 * the state), and an IntegrationError (nonfinite-state) when an inner step leaves the finite numbers
 * @throws TypeError or RangeError for bad options; the message of one for an unstable `skip` says the largest stable one
 */
export function telescopic(flow: TimeStepper, options: TelescopicOptions): Stepper {
  checkOptions("telescopic", options, ["damping", "skip", "levels"]);
  callable("telescopic", "flow.advance", flow?.advance);
  const size = checkSize("telescopic", "flow.size", flow.size);
  const { damping, skip, levels } = options;
  integer("telescopic", "damping", damping, 1, MAX_DAMPING);
  positive("telescopic", "skip", skip);
  integer("telescopic", "levels", levels, 1, MAX_LEVELS);
  const largest = largestSkip(damping);
  if (!(skip <= largest * (1 + 1e-12))) {
    const digits = Math.floor(largest * 1e4 + 1e-4) / 1e4;
    throw new RangeError(
      `telescopic: skip must be at most ${digits} for damping = ${damping}, got ${skip}; fast modes would grow from level to level`,
    );
  }
  const state = new Float64Array(size);
  const before = Array.from({ length: levels }, (): Vec => new Float64Array(size));

  // Start of the macro step and count of those before it, for messages.
  let from = 0;
  let steps = 0;

  /** Moves `state` over `dt` from `t` at a level; level 0 is the flow. */
  function advance(level: number, t: number, dt: number): void {
    if (level === 0) {
      flow.advance(state, t, t + dt);
      const bad = nonFiniteIndex(state);
      if (bad < 0) return;
      const what = `component ${bad} became ${state[bad]} in the inner step from t = ${t}, in the macro step from t = ${from}`;
      throw new IntegrationError("nonfinite-state", from, steps, `telescopic: ${what}`);
    }
    const h = dt / (damping + 1 + skip);
    for (let j = 0; j < damping; j++) advance(level - 1, t + j * h, h);
    const last = before[level - 1]!;
    last.set(state);
    advance(level - 1, t + damping * h, h);
    for (let i = 0; i < size; i++) state[i] = state[i]! + skip * (state[i]! - last[i]!);
  }

  return {
    size,
    order: 1,
    step(t, dt, u, out) {
      if (!(dt >= 0 && dt < Infinity))
        throw new RangeError(`telescopic: dt must be finite and not negative, got ${dt}`);
      state.set(u);
      from = t;
      if (dt !== 0) advance(levels, t, dt);
      steps++;
      out.set(state);
    },
  };
}

/**
 * The largest number M of steps that every level of `telescopic` may skip after k damping steps and one for the chord:
 * sigma([s, 1]) inside [s, 1], where sigma(rho) = ((M + 1) rho - M) rho^k and s = -(M / (k + 1)) r^k is its minimum on
 * [0, 1], at r = k M / ((k + 1) (M + 1)). Found by bisection to round-off.
 *
 * The condition is ours: stability of one level on [0, 1] is not enough, since its negative values are modes of the next.
 *
 * | k | 1 | 2 | 3 | 4 | 5 | 10 |
 * |---|---|---|---|---|---|---|
 * | M | 2 | 3 | 6.656 | 8.317 | 12.214 | 26.909 |
 * | speed-up a level, (k + 1 + M) / (k + 1) | 2 | 2 | 2.66 | 2.66 | 3.04 | 3.45 |
 *
 * @param damping - k, an integer from 1 to 1000
 * @throws TypeError or RangeError for another `damping`
 */
export function largestSkip(damping: number): number {
  integer("largestSkip", "damping", damping, 1, MAX_DAMPING);
  let stable = 0;
  // The bound for one level alone grows like 3.6 k, below this one.
  let unstable = 4 * (damping + 1);
  for (let i = 0; i < 60; i++) {
    const middle = (stable + unstable) / 2;
    if (invariant(damping, middle)) stable = middle;
    else unstable = middle;
  }
  return stable;
}

/**
 * Whether sigma maps [s, 1] into itself. On [0, 1] it does by the choice of s. On [s, 0] it is of one sign and largest at s:
 * positive for odd k, to be at most 1, negative for even k, to be no less than s. Round-off of 1e-12 is forgiven, so that
 * k = 1, M = 2 is accepted.
 */
function invariant(k: number, M: number): boolean {
  const s = (M / (k + 1)) * power((k * M) / ((k + 1) * (M + 1)), k);
  const image = ((M + 1) * s + M) * power(s, k);
  return s <= 1 && image <= (k % 2 === 1 ? 1 : s) + 1e-12;
}

/** x^k by k multiplications, the same bits on every engine. */
function power(x: number, k: number): number {
  let product = 1;
  for (let i = 0; i < k; i++) product *= x;
  return product;
}
