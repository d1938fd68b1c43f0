import { random } from "@hml/integrators";
import { type Particles, particles } from "@hml/systems";
import type { Case } from "./cases.ts";

/** A stretch of a run of the particles. */
export interface MicroRun {
  readonly system: Case;
  readonly seed: number;
  /** Time at which it begins. */
  readonly start: number;
  /** Where the particles are then, `[axis, particle]`; all at 0 when left out. */
  readonly from?: Float64Array;
  readonly samples: number;
  /** Number of particles. */
  readonly particles: number;
}

/** What a stretch leaves. */
export interface MicroSamples {
  /** Clouds after each coarse step, `[sample, particle, axis]`. */
  readonly clouds: Float32Array;
  /** Where the particles are at the end, `[axis, particle]`. */
  readonly end: Float64Array;
}

/** The particles of a case with a seed of their own. */
export function microSolver({ equation, dt }: Case, count: number, seed: number): Particles {
  return particles(equation, { dt, particles: count, random: random(seed) });
}

/** Runs a stretch. */
export function sampled({ system, seed, start, from, samples, particles: count }: MicroRun): MicroSamples {
  const solver = microSolver(system, count, seed);
  const { fineSize, restrict } = cloudMaps(system.axes, count).restriction;
  const x = from?.slice() ?? new Float64Array(solver.size);
  const cloud = new Float64Array(fineSize);
  const clouds = new Float32Array(samples * fineSize);
  for (let k = 0; k < samples; k++) {
    solver.advance(x, start + k * system.sampling, start + (k + 1) * system.sampling);
    restrict(x, cloud);
    clouds.set(cloud, k * fineSize);
  }
  return { clouds, end: x };
}

/** Between the solver's `[axis, particle]` and the nets' `[particle, axis]`. */
export function cloudMaps(axes: number, count: number) {
  const size = axes * count;
  return {
    restriction: {
      fineSize: size,
      coarseSize: size,
      restrict(x: Float64Array, out: Float64Array): void {
        for (let k = 0; k < axes; k++) for (let i = 0; i < count; i++) out[i * axes + k] = x[k * count + i]!;
      },
    },
    lifting: {
      fineSize: size,
      coarseSize: size,
      lift(cloud: Float64Array, out: Float64Array): void {
        for (let k = 0; k < axes; k++) for (let i = 0; i < count; i++) out[k * count + i] = cloud[i * axes + k]!;
      },
    },
  };
}
