import { random } from "@hml/integrators";
import { type Particles, particles } from "@hml/systems";
import type { Case } from "./cases.ts";

/** One run of the particles, all at 0 at time `start`. */
export interface MicroRun {
  readonly system: Case;
  readonly seed: number;
  readonly start: number;
  readonly samples: number;
  /** Number of particles. */
  readonly particles: number;
}

/** The particles of a case with a seed of their own. */
export function microSolver({ equation, dt }: Case, count: number, seed: number): Particles {
  return particles(equation, { dt, particles: count, random: random(seed) });
}

/** Clouds after each of the samples, `[sample, particle, axis]`. */
export function clouds(run: MicroRun, onSample?: (done: number) => void): Float32Array {
  const { system, seed, start, samples, particles: count } = run;
  const solver = microSolver(system, count, seed);
  const { fineSize, restrict } = cloudMaps(system.axes, count).restriction;
  const x = new Float64Array(solver.size);
  const cloud = new Float64Array(fineSize);
  const out = new Float32Array(samples * fineSize);
  for (let k = 0; k < samples; k++) {
    solver.advance(x, start + k * system.sampling, start + (k + 1) * system.sampling);
    restrict(x, cloud);
    out.set(cloud, k * fineSize);
    onSample?.(k + 1);
  }
  return out;
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
