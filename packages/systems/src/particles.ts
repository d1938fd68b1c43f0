import { callable, checkOptions, float64, integer, positive } from "@hml/guard";
import { type SeededRandom, type Stepper, type TimeStepper, timeStepper, type Vec } from "@hml/integrators";
import { type AdvectionDiffusion, checkAdvectionDiffusion } from "./advection-diffusion.ts";
import type { Restriction } from "./maps.ts";
import { sideBySide } from "./side-by-side.ts";
import { zigguratNormals } from "./ziggurat.ts";

/** How the particles are simulated. */
export interface ParticlesOptions {
  /** Chance: `random(seed)`. Member m draws from `fork(m)` of it, so its path does not depend on how many there are. */
  readonly random: SeededRandom;
  /** Longest time step; default 1e-3. */
  readonly dt?: number;
  /** Particles of a member; default 1000. */
  readonly particles?: number;
  /** Independent ensembles of particles; default 1. */
  readonly members?: number;
}

/** The particles as a flow, state `[member, axis, particle]`, and what is seen of them from afar. */
export interface Particles extends TimeStepper {
  /** Longest time step. */
  readonly dt: number;
  /** Dimension of space. */
  readonly axes: number;
  /** Particles of a member. */
  readonly particles: number;
  /** Number of members. */
  readonly members: number;
  /**
   * Mean M1 and variance M2 of the particles along each axis, `[member, moment, axis]`; the variance is about their mean,
   * the sum of squares over their number. `fokkerPlanck` has the same two moments.
   */
  readonly moments: Restriction;
}

/** No number of `zigguratNormals` is larger. */
const LARGEST_NORMAL = 10;
const MAX_VALUES = 134_217_728;
const WHERE = "particles";

/**
 * Particles in an oscillating wind, by the Euler-Maruyama scheme folded back at the walls:
 *
 *   y = x + A_k cos(w_k t) h + sqrt(D h) xi,  x+ = y, or 1 - y beyond 1/2, or -1 - y beyond -1/2.
 *
 * Weak order 1: at the studies' step of 1e-3 the particles at a wall stay 5e-4 too far from it in the mean. The state is `[member, axis, particle]`
 * with the particle contiguous; start from zeros, as the study does. An advance is cut into equal steps of at most `dt`, and
 * two advances over whole steps give the bits of one. Every advance draws on, so make a new object, with a new `random`, to
 * repeat a run. Not re-entrant.
 *
 * ```ts
 * const { equation, dt, sampling } = advectionDiffusionStudy("3D");
 * const flow = particles(equation, { dt, random: random(1) });
 * const x = new Float64Array(flow.size);
 * flow.advance(x, 0, sampling);
 * ```
 *
 * `advance` throws RangeError for a particle outside the box, and for an interval that ends before it begins.
 *
 * @throws TypeError or RangeError for a malformed equation or options, or a `dt` in which a particle may cross the box
 * Source: Vlachas, Arampatzis, Uhler, Koumoutsakos, arXiv 2006.13431 v1 (2020), sections 3.1 and 8.2.
 */
export function particles(equation: AdvectionDiffusion, options: ParticlesOptions): Particles {
  const { amplitude, frequency, diffusivity } = checkAdvectionDiffusion(WHERE, equation);
  checkOptions(WHERE, options, ["random", "dt", "particles", "members"]);
  const dt = positive(WHERE, "dt", options.dt ?? 1e-3);
  const count = integer(WHERE, "particles", options.particles ?? 1000, 1, MAX_VALUES);
  const members = integer(WHERE, "members", options.members ?? 1, 1, MAX_VALUES);
  const axes = amplitude.length;
  integer(WHERE, "members * axes * particles", members * axes * count, 1, MAX_VALUES);
  callable(WHERE, "random", options.random);
  callable(WHERE, "random.fork", options.random.fork);
  const farthest = Math.max(...amplitude.map(Math.abs)) * dt + LARGEST_NORMAL * Math.sqrt(diffusivity * dt);
  if (!(farthest <= 1)) {
    throw new RangeError(
      `${WHERE}: dt must keep |A| dt + ${LARGEST_NORMAL} sqrt(D dt) at most 1, the width of the box, got ${farthest}; take a shorter one`,
    );
  }
  const noise = new Float64Array(count);

  function member(index: number): TimeStepper {
    const draw = zigguratNormals(options.random.fork(index));
    const stepper: Stepper = {
      size: axes * count,
      order: 1,
      step(t, h, x, out) {
        const deviation = Math.sqrt(diffusivity * h);
        for (let k = 0; k < axes; k++) {
          draw(noise);
          moveFolded(x, k * count, amplitude[k]! * Math.cos(frequency[k]! * t) * h, deviation, noise, out);
        }
      },
    };
    return timeStepper(stepper, dt);
  }

  const flow = sideBySide(
    WHERE,
    Array.from({ length: members }, (_, m) => member(m)),
  );
  const { size } = flow;
  return {
    size,
    dt,
    axes,
    particles: count,
    members,
    moments: {
      fineSize: size,
      coarseSize: 2 * members * axes,
      restrict: (fine, out) => meansAndVariances(fine, members, axes, count, out),
    },
    advance(x, t0, t1) {
      if (!(t1 >= t0)) throw new RangeError(`${WHERE}: t1 must not be before t0, got ${t0} and ${t1}`);
      const outside = float64(WHERE, "x", x, size).findIndex((position) => !(Math.abs(position) <= 0.5));
      if (outside >= 0) {
        throw new RangeError(`${WHERE}: x[${outside}] must lie between -1/2 and 1/2, got ${x[outside]}`);
      }
      flow.advance(x, t0, t1);
    },
  };
}

/** One axis of one member: the fold without branches, which near a wall cannot be predicted; |y| is below 3/2. */
function moveFolded(x: Vec, from: number, shift: number, deviation: number, noise: Vec, out: Vec): void {
  for (let i = 0; i < noise.length; i++) {
    const y = x[from + i]! + shift + deviation * noise[i]!;
    out[from + i] = Math.abs(1 - Math.abs(0.5 - y)) - 0.5;
  }
}

function meansAndVariances(x: Vec, members: number, axes: number, count: number, out: Vec): void {
  for (let m = 0; m < members; m++) {
    for (let k = 0; k < axes; k++) {
      const from = (m * axes + k) * count;
      let sum = 0;
      for (let i = from; i < from + count; i++) sum += x[i]!;
      const mean = sum / count;
      let squares = 0;
      for (let i = from; i < from + count; i++) squares += (x[i]! - mean) * (x[i]! - mean);
      out[2 * m * axes + k] = mean;
      out[(2 * m + 1) * axes + k] = squares / count;
    }
  }
}
