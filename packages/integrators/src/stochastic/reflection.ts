import { callable, checkOptions, show } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import { checkSize } from "../state-size.ts";
import { perComponent } from "./per-component.ts";
import type { StochasticStepper } from "./stochastic-stepper.ts";

/** Walls of an interval per component: one number for all, or an array that repeats along `[member, component]`. */
export interface Walls {
  /** Lower walls, default -Infinity: none. */
  readonly lower?: number | ArrayLike<number>;
  /** Upper walls, above the lower ones, default Infinity: none. */
  readonly upper?: number | ArrayLike<number>;
}

/**
 * Keeps every component between reflecting walls by folding the end of each step back, as often as needed:
 *
 *   X+ = fold(Y),   fold(y) = lower + min(z, 2 L - z),   z = (y - lower) mod 2 L,   L = upper - lower,
 *
 * where Y is the end of the wrapped stepper's step; at a single lower wall fold(y) = lower + |y - lower|. Inside the
 * walls it is the identity, to the bit. The result is again a stochastic stepper, with the wrapped one's draws.
 *
 * For constant coefficients without drift the law at the end of a step is exact whatever its length. In general the
 * weak order is 1, where clipping to the walls has 1/2: choose h so that sqrt(h) b is well below L (Brownian motion with
 * drift -1 and b = 1 on [0, 1] has its stationary mean 0.343 too large by 0.48 h).
 *
 * The walls act along the axes (normal reflection from the sides of a box) and on the end of a step only: stages, and
 * the difference of `milstein`, may lie outside, so the coefficients must be defined a little beyond the walls. NaN
 * passes through, so that a run still ends on it.
 *
 * Source: Lepingle 1995, Math. Comput. Simul. 38; Bossy, Gobet, Talay 2004, J. Appl. Probab. 41 (symmetrised Euler).
 *
 * @param stepper - any stochastic stepper, such as `eulerMaruyama(problem, noise)`
 * @param walls - the intervals
 * @throws TypeError or RangeError for walls that are not numbers, or not in order, or of a length that does not divide
 * `stepper.size`
 */
export function reflecting(stepper: StochasticStepper, walls: Walls): StochasticStepper {
  callable("reflecting", "stepper.step", stepper?.step);
  callable("reflecting", "stepper.stepWith", stepper.stepWith);
  const size = checkSize("reflecting", "stepper.size", stepper.size);
  checkOptions("reflecting", walls, ["lower", "upper"], "walls");
  const lower = perComponent("reflecting", "lower", walls.lower ?? Number.NEGATIVE_INFINITY, size);
  const upper = perComponent("reflecting", "upper", walls.upper ?? Number.POSITIVE_INFINITY, size);
  for (let i = 0; i < size; i++) {
    if (lower[i]! < upper[i]!) continue;
    throw new RangeError(
      `reflecting: lower must lie below upper, got ${show(lower[i])} and ${show(upper[i])} for component ${i}`,
    );
  }

  function fold(out: Vec): void {
    for (let i = 0; i < size; i++) {
      const y = out[i]!;
      const low = lower[i]!;
      const high = upper[i]!;
      // Rounding can carry a folded point past the far wall, never past the near one.
      if (y < low) out[i] = Math.min(low + inwards(low - y, high - low), high);
      else if (y > high) out[i] = Math.max(high - inwards(y - high, high - low), low);
    }
  }

  return {
    size,
    order: Math.min(1, stepper.order),
    step(t, dt, u, out) {
      stepper.step(t, dt, u, out);
      fold(out);
    },
    stepWith(t, dt, u, dW, out) {
      stepper.stepWith(t, dt, u, dW, out);
      fold(out);
    },
  };
}

/** Distance from the near wall of the fold of a point at distance `past` beyond it; walls at infinity included. */
function inwards(past: number, length: number): number {
  const rest = past % (2 * length);
  return rest <= length ? rest : 2 * length - rest;
}
