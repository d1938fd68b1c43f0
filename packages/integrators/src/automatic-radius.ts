import { nonFiniteIndex } from "./finite.ts";
import type { RunStart } from "./method.ts";
import type { Vec } from "./rhs.ts";

/** Relative size of the differences: the square root of the unit round-off. */
const INCREMENT = Math.sqrt(Number.EPSILON);
/** Iterations from a direction that is no eigenvector yet. */
const FIRST_ITERATIONS = 4;

/** Estimates the largest |lambda| of df/du along a run. Owns its scratch: not re-entrant. */
export interface SpectralRadius {
  /** The direction of the last estimate, in units of each component's size; zero for none. */
  readonly direction: Vec;
  /**
   * The estimate at (t, u), Infinity where the right-hand side is not finite. Two evaluations where the direction of an
   * earlier estimate is known, five where not.
   */
  estimate(t: number, u: Vec): number;
}

/**
 * The power method on differences of the right-hand side, from the direction of the estimate before: over a run it
 * converges to the dominant eigenvector although each estimate makes only one iteration. No matrix is needed.
 *
 * Source: Sommeijer, Shampine, Verwer, RKC: an explicit solver for parabolic PDEs, J. Comput. Appl. Math. 88 (1997) 315,
 * section 3.2.
 */
export function spectralRadius(run: RunStart): SpectralRadius {
  const { rhs, size } = run.problem;
  const { rtol, atol, stats } = run;
  const direction = new Float64Array(size);
  const vector = new Float64Array(size);
  const slope = new Float64Array(size);
  const shifted = new Float64Array(size);
  const image = new Float64Array(size);
  const scale = new Float64Array(size);

  function measure(u: Vec): void {
    let largest = 0;
    for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(u[i]!));
    // A component below its absolute tolerance varies by that much; one without any, as the largest does.
    for (let i = 0; i < size; i++) {
      scale[i] = Math.max(Math.abs(u[i]!), atol[i]! / Math.max(rtol, 1e-8)) || largest || 1;
    }
  }

  /** Where the power method starts: the last direction, else that of the slope, of root mean square 1. */
  function begin(): number {
    const known = rootMeanSquare(direction) > 0;
    for (let i = 0; i < size; i++) vector[i] = known ? direction[i]! : slope[i]! / scale[i]!;
    if (known) return 1;
    const norm = rootMeanSquare(vector);
    for (let i = 0; i < size; i++) vector[i] = norm > 0 ? vector[i]! / norm : 1;
    return FIRST_ITERATIONS;
  }

  return {
    direction,
    estimate(t, u) {
      measure(u);
      rhs(t, u, slope);
      stats.rhs++;
      if (nonFiniteIndex(slope) >= 0) return Infinity;
      const iterations = begin();
      let radius = 0;
      for (let k = 0; k < iterations; k++) {
        for (let i = 0; i < size; i++) shifted[i] = u[i]! + INCREMENT * scale[i]! * vector[i]!;
        rhs(t, shifted, image);
        stats.rhs++;
        if (nonFiniteIndex(image) >= 0) return Infinity;
        for (let i = 0; i < size; i++) image[i] = (image[i]! - slope[i]!) / (INCREMENT * scale[i]!);
        radius = rootMeanSquare(image);
        if (!(radius > 0)) return 0;
        for (let i = 0; i < size; i++) vector[i] = image[i]! / radius;
      }
      // Only now, so that an estimate whose right-hand side threw leaves no trace.
      direction.set(vector);
      return radius;
    },
  };
}

/** Root mean square. */
function rootMeanSquare(values: Vec): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return Math.sqrt(sum / values.length);
}
