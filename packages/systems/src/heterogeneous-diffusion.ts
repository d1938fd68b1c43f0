import { callable, checkOptions, finite, integer, oneOf, positive } from "@hml/guard";
import {
  adaptive,
  applyTridiagonal,
  bdf,
  rationalExponential,
  type Rhs,
  type TimeStepper,
  type Tridiagonal,
  type Vec,
} from "@hml/integrators";

/** An interval of equally spaced fine points; a patch of patch dynamics is one. */
export interface FineInterval {
  /** Position of the first point. */
  readonly from: number;
  /** Distance between points. */
  readonly spacing: number;
  /** Number of points, both ends included. */
  readonly points: number;
}

/** Heterogeneous diffusion u_t = (a(x / epsilon) u_x)_x on a lattice. */
export interface HeterogeneousDiffusion {
  /** Length of one period of the medium. */
  readonly epsilon: number;
  /** The diffusivity a(y), of period 1 in y = x / epsilon. */
  coefficient(y: number): number;
  /**
   * The lattice operator on an interval whose end values are held:
   * (A u)_i = (a_i (u_(i+1) - u_i) - a_(i-1) (u_i - u_(i-1))) / dx^2, zero in the first and last row.
   */
  operator(interval: FineInterval): Tridiagonal;
  /** The operator as a right-hand side, for any integrator. */
  rhs(interval: FineInterval): Rhs;
  /**
   * The exact flow on equally long intervals, state `[interval, point]`, by the rational exponential. Intervals that
   * start at the same phase of the medium (to 1e-10 of a period) share their factors.
   */
  exponential(intervals: readonly FineInterval[]): TimeStepper;
  /**
   * The flow on one interval by an adaptive implicit method (BDF of order 1 to 5, tridiagonal Newton systems): what one
   * uses when the fine model is not linear, and here the check of the exponential. Default tolerances rtol 1e-8, atol
   * 1e-12; a good atol is 1e-8 of the field's variation over a patch.
   */
  implicit(interval: FineInterval, options?: { readonly rtol?: number; readonly atol?: number }): TimeStepper;
}

/** Parameters of the medium. */
export interface HeterogeneousDiffusionSpec {
  /** The diffusivity a(y) > 0, of period 1; default 1.1 + sin(2 pi y). */
  readonly coefficient?: (y: number) => number;
  /** Length of one period; default 1e-5. */
  readonly epsilon?: number;
  /** Where in the cell between two points its bond's diffusivity is taken; default `"midpoint"`. */
  readonly sampling?: "midpoint" | "right";
}

/** Phases are rounded to this part of a period: far below any effect, above the rounding of x / epsilon. */
const PHASE_STEPS = 1e10;

/**
 * The 1D medium of the homogenisation study. Length and time units are the user's; with the defaults a* = sqrt(0.21).
 * `sampling: "right"` is what the authors' program does; with 100 points a period their effective coefficients
 * differ by 2e-7.
 *
 * @throws RangeError / TypeError for a malformed spec or interval, or a coefficient that is not positive and finite.
 * Source: Arbabi, Bunder, Samaey, Roberts, Kevrekidis, JOM 72 (2020) 4444, section "one-dimensional example", eq. (19).
 */
export function heterogeneousDiffusion(spec: HeterogeneousDiffusionSpec = {}): HeterogeneousDiffusion {
  const where = "heterogeneousDiffusion";
  checkOptions(where, spec, ["coefficient", "epsilon", "sampling"], "spec");
  const coefficient = callable(
    where,
    "coefficient",
    spec.coefficient ?? ((y: number) => 1.1 + Math.sin(2 * Math.PI * y)),
  );
  const epsilon = positive(where, "epsilon", spec.epsilon ?? 1e-5);
  const sampling = oneOf(where, "sampling", spec.sampling ?? "midpoint", ["midpoint", "right"]);
  const offset = sampling === "midpoint" ? 0.5 : 1;

  function bond(y: number): number {
    // Within one period the argument keeps all its digits, and equal phases give equal bits.
    const a = coefficient(y - Math.floor(y));
    if (!(a > 0) || !Number.isFinite(a)) {
      throw new RangeError(`${where}: coefficient must be positive and finite, got ${a} at y = ${y - Math.floor(y)}`);
    }
    return a;
  }

  function operator(interval: FineInterval): Tridiagonal {
    const { spacing, points } = checkInterval(where, interval);
    const phase = phaseOf(interval, epsilon);
    const scale = 1 / (spacing * spacing);
    const lower = new Float64Array(points);
    const diagonal = new Float64Array(points);
    const upper = new Float64Array(points);
    let left = scale * bond(phase + (offset * spacing) / epsilon);
    for (let i = 1; i < points - 1; i++) {
      const right = scale * bond(phase + ((i + offset) * spacing) / epsilon);
      lower[i] = left;
      upper[i] = right;
      diagonal[i] = -(left + right);
      left = right;
    }
    return { lower, diagonal, upper };
  }

  return Object.freeze({
    epsilon,
    coefficient,
    operator,
    rhs(interval: FineInterval): Rhs {
      const matrix = operator(interval);
      return (_t, u, out) => applyTridiagonal(matrix, u, out);
    },
    exponential(intervals: readonly FineInterval[]): TimeStepper {
      return exponentialFlow(where, intervals, epsilon, operator);
    },
    implicit(interval: FineInterval, options: { readonly rtol?: number; readonly atol?: number } = {}): TimeStepper {
      checkOptions("implicit", options, ["rtol", "atol"]);
      const { rtol = 1e-8, atol = 1e-12 } = options;
      return implicitFlow(operator(interval), rtol, atol);
    },
  });
}

function checkInterval(where: string, interval: FineInterval): FineInterval {
  finite(where, "interval.from", interval.from);
  positive(where, "interval.spacing", interval.spacing);
  integer(where, "interval.points", interval.points, 3, 67_108_864);
  return interval;
}

function phaseOf(interval: FineInterval, epsilon: number): number {
  const y = interval.from / epsilon;
  return (Math.round((y - Math.floor(y)) * PHASE_STEPS) % PHASE_STEPS) / PHASE_STEPS;
}

function implicitFlow(matrix: Tridiagonal, rtol: number, atol: number): TimeStepper {
  const { lower, diagonal, upper } = matrix;
  const size = diagonal.length;
  const jacobian = {
    lower: 1,
    upper: 1,
    evaluate(_t: number, _u: Vec, out: Vec): void {
      for (let j = 1; j < size; j++) out[j] = upper[j - 1]!;
      out.set(diagonal, size);
      for (let j = 0; j < size - 1; j++) out[2 * size + j] = lower[j + 1]!;
    },
  };
  const rhs: Rhs = (_t, u, out) => applyTridiagonal(matrix, u, out);
  return adaptive({ rhs, size, jacobian }, { method: bdf(), rtol, atol });
}

/** Runs of neighbouring intervals of equal phase advance together; runs of a phase seen before reuse its factors. */
function exponentialFlow(
  where: string,
  intervals: readonly FineInterval[],
  epsilon: number,
  operator: (interval: FineInterval) => Tridiagonal,
): TimeStepper {
  integer(where, "intervals.length", intervals.length, 1);
  const { points, spacing } = checkInterval(where, intervals[0]!);
  const runs: { phase: number; from: number; members: number }[] = [];
  for (const [index, interval] of intervals.entries()) {
    checkInterval(where, interval);
    if (interval.points !== points || interval.spacing !== spacing) {
      throw new RangeError(
        `${where}: intervals must all have ${points} points ${spacing} apart, got ${interval.points} points ` +
          `${interval.spacing} apart at ${index}`,
      );
    }
    const phase = phaseOf(interval, epsilon);
    const last = runs.at(-1);
    if (last?.phase === phase) last.members++;
    else runs.push({ phase, from: index * points, members: 1 });
  }
  const flows = new Map<string, TimeStepper>();
  const parts = runs.map((run) => {
    const key = `${run.phase} ${run.members}`;
    const flow =
      flows.get(key) ?? rationalExponential(operator(intervals[run.from / points]!), { members: run.members });
    flows.set(key, flow);
    return { flow, from: run.from, to: run.from + run.members * points };
  });
  let owner: Vec | undefined;
  let views: Vec[] = [];
  return {
    size: intervals.length * points,
    advance(u, t0, t1) {
      if (u !== owner) {
        views = parts.map((part) => u.subarray(part.from, part.to));
        owner = u;
      }
      for (let p = 0; p < parts.length; p++) parts[p]!.flow.advance(views[p]!, t0, t1);
    },
  };
}
