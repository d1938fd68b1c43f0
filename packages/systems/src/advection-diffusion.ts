import { checkOptions, copyFinite, integer, oneOf, positive } from "@hml/guard";

/**
 * Particles that are carried by an oscillating wind and diffuse, in the box [-1/2, 1/2]^d with reflecting walls:
 *
 *   dx_k = A_k cos(w_k t) dt + sqrt(D) dW_k,  k = 1, ..., d.
 *
 * The axes are independent, and the density along each obeys p_t = -(A_k cos(w_k t) p)_x + (D / 2) p_xx: the diffusivity of
 * the density is D / 2. The Peclet number of the study is |A| / D, with D.
 */
export interface AdvectionDiffusion {
  /** Amplitudes A_k of the velocity, one an axis; one to three axes. */
  readonly amplitude: readonly number[];
  /** Angular frequencies w_k, as many. */
  readonly frequency: readonly number[];
  /** D > 0: variance of the noise in a unit of time. */
  readonly diffusivity: number;
}

/** A case of the study: the equation, and how it is simulated and sampled. */
export interface AdvectionDiffusionStudy {
  /** The equation. */
  readonly equation: AdvectionDiffusion;
  /** Time step of the particles. */
  readonly dt: number;
  /** Time between samples, the coarse step. */
  readonly sampling: number;
  /** Number of particles. */
  readonly particles: number;
}

const STUDIES = {
  "1D": { amplitude: [1], frequency: [0.1], diffusivity: 0.2, dt: 1e-3, sampling: 0.5 },
  "3D": { amplitude: [1, 1.5, 0], frequency: [0.2, 1, 0.5], diffusivity: 0.2, dt: 1e-3, sampling: 0.5 },
  "Pe 100": { amplitude: [1, 1.74, 0], frequency: [0.2, 1, 0.5], diffusivity: 0.02, dt: 1e-2, sampling: 1 },
  "Pe 10": { amplitude: [1, 1.74, 0], frequency: [0.2, 1, 0.5], diffusivity: 0.2, dt: 1e-3, sampling: 1 },
  "Pe 1": { amplitude: [1, 1.74, 0], frequency: [0.2, 1, 0.5], diffusivity: 2, dt: 1e-4, sampling: 1 },
} as const;

/**
 * The cases of the study of learned effective dynamics: one and three dimensions, and three Peclet numbers |A| / D of 2.007
 * / D, at which the steps keep D dt = 2e-4. All have 1000 particles, which start at 0 at t = 0.
 *
 * @throws RangeError for a case that is not in the study
 * Source: Vlachas, Arampatzis, Uhler, Koumoutsakos, arXiv 2006.13431 v1 (2020), sections 3.1 and 8.2.
 */
export function advectionDiffusionStudy(study: keyof typeof STUDIES): AdvectionDiffusionStudy {
  const name = oneOf("advectionDiffusionStudy", "study", study, ["1D", "3D", "Pe 1", "Pe 10", "Pe 100"]);
  const { amplitude, frequency, diffusivity, dt, sampling } = STUDIES[name];
  return { equation: { amplitude, frequency, diffusivity }, dt, sampling, particles: 1000 };
}

/** Refuses what is no such equation and copies its numbers. */
export function checkAdvectionDiffusion(where: string, equation: AdvectionDiffusion): AdvectionDiffusion {
  checkOptions(where, equation, ["amplitude", "frequency", "diffusivity"], "equation");
  const { amplitude, frequency, diffusivity } = equation;
  const a = copyFinite(where, "amplitude", amplitude);
  integer(where, "amplitude.length", a.length, 1, 3);
  const w = copyFinite(where, "frequency", frequency, a.length);
  return { amplitude: [...a], frequency: [...w], diffusivity: positive(where, "diffusivity", diffusivity) };
}
