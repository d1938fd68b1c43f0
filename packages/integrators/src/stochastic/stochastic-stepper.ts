import { callable, show } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import type { Stepper } from "../stepper.ts";

/** Independent standard normal numbers: `normal(random(seed))`, or any source of your own. */
export type NormalSource = () => number;

/**
 * One step of a stochastic scheme bound to a problem. It owns its scratch, so it is not re-entrant: one per worker.
 *
 * `step` draws `size` numbers, component after component, and takes sqrt(dt) times them as Brownian increments. A time
 * step cannot be undone, so a negative `dt` is a RangeError; a `dt` of zero copies the state and draws nothing.
 */
export interface StochasticStepper extends Stepper {
  /** Weak order of convergence in `dt`, that of expectations, E g(X); the strong order, of paths, is in each scheme. */
  readonly order: number;
  /**
   * One step with given Brownian increments `dW` = W(t + dt) - W(t), `[size]`, variance `dt` each; nothing is drawn and
   * `dW` is not written. The state at `t + dt` goes into `out`, which may be `u` but not `dW`.
   *
   * Sums of the increments of short steps are those of a long one, so one path can be followed with several step sizes.
   */
  stepWith(t: number, dt: number, u: Vec, dW: Vec, out: Vec): void;
}

/**
 * Adds the draws, and the checks of `dt` and `dW`, to the given-increment form of a scheme.
 *
 * @throws TypeError or RangeError for a `noise` that is neither a normal source nor an array of them whose length divides
 * `size`
 */
export function stochasticStepper(
  where: string,
  size: number,
  noise: NormalSource | readonly NormalSource[],
  advance: StochasticStepper["stepWith"],
): StochasticStepper {
  const sources = checkNoise(where, noise, size);
  const perSource = size / sources.length;
  const increments = new Float64Array(size);

  /** True when there is a step to take; a `dt` of zero is a copy. */
  function forwards(dt: number, u: Vec, out: Vec): boolean {
    if (!(dt >= 0)) throw new RangeError(`${where}: dt must not be negative, got ${dt}; noise has no way back`);
    if (dt === 0 && out !== u) out.set(u);
    return dt !== 0;
  }

  return {
    size,
    order: 1,
    step(t, dt, u, out) {
      if (!forwards(dt, u, out)) return;
      const deviation = Math.sqrt(dt);
      for (let m = 0; m < sources.length; m++) {
        const source = sources[m]!;
        const end = (m + 1) * perSource;
        for (let i = m * perSource; i < end; i++) increments[i] = deviation * source();
      }
      advance(t, dt, u, increments, out);
    },
    stepWith(t, dt, u, dW, out) {
      if (dW.length !== size) throw new RangeError(`${where}: dW must have length ${size}, got ${dW.length}`);
      if (forwards(dt, u, out)) advance(t, dt, u, dW, out);
    },
  };
}

function checkNoise(where: string, noise: NormalSource | readonly NormalSource[], size: number): NormalSource[] {
  if (typeof noise === "function") return [checkSource(where, "noise", noise)];
  if (!Array.isArray(noise)) {
    throw new TypeError(`${where}: noise must be a normal source or an array of them, got ${show(noise)}`);
  }
  const members = noise.length;
  if (members === 0 || size % members !== 0) {
    throw new RangeError(`${where}: the number of noise sources must divide the size of ${size}, got ${members}`);
  }
  return Array.from(noise, (source, m) => checkSource(where, `noise[${m}]`, source));
}

/** `random(seed)` has the type of a normal source and would give wrong noise without any other sign. */
function checkSource(where: string, name: string, source: NormalSource): NormalSource {
  callable(where, name, source);
  if (!("fork" in source)) return source;
  throw new TypeError(`${where}: ${name} must give normal numbers, got a uniform source; pass normal(random(seed))`);
}
