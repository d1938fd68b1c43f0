import { checkOptions, finite, float64, integer, nonNegative, oneOf, positive } from "@hml/guard";
import { ensemble, type TimeStepper } from "@hml/integrators";
import { type LatticeCoefficients, packNodes, stepLattice, unpackNodes } from "./d1q3.ts";
import { type LatticeShape, type LatticeStart, liftDensities, restrictDensities } from "./d1q3-densities.ts";
import { checkFinite } from "./finite-state.ts";
import type { Lifting, Restriction } from "./maps.ts";

/** The numbers of the equations. */
export interface FitzHughNagumoParameters {
  /** Diffusivity D_u of the activator, 1 in the study. */
  readonly activatorDiffusivity: number;
  /** Diffusivity D_v of the inhibitor, 4 in the study. */
  readonly inhibitorDiffusivity: number;
  /** Ratio epsilon of the time scales, 0.006 in the study. */
  readonly epsilon: number;
  /** The constant a0, -0.03 in the study. */
  readonly a0: number;
  /** The constant a1, 2 in the study. */
  readonly a1: number;
}

/** What `fitzHughNagumo` needs; whatever is left out is as in the study. */
export interface FitzHughNagumoSpec extends Partial<FitzHughNagumoParameters> {
  /** Nodes of the lattice; default 101. */
  readonly points?: number;
  /** Distance dx of nodes; default 0.2. */
  readonly spacing?: number;
  /** Time step; default 0.005 (dx / 0.2)^2, which keeps the relaxation rates when the grid is made finer. */
  readonly dt?: number;
  /** Walls that reflect, or the rule of the authors' program; default `"bounce-back"`. */
  readonly walls?: "bounce-back" | "led";
  /** Independent members; default 1. */
  readonly members?: number;
}

/** The lattice as a flow, state `[member, field, population, node]`: fields u, v; populations -1, 0, +1. */
export interface FitzHughNagumo extends TimeStepper {
  /** The time step; an advance covers a whole number of them. */
  readonly dt: number;
  /** Nodes of the lattice. */
  readonly points: number;
  /** Distance of nodes. */
  readonly spacing: number;
  /** Number of members. */
  readonly members: number;
  /** The parameters as they are now. */
  readonly parameters: FitzHughNagumoParameters;
  /** Changes parameters of all members from now on; those left out stay. RangeError and no change for a bad one. */
  set(parameters: Partial<FitzHughNagumoParameters>): void;
  /** The densities u, v of populations, `[member, field, node]`. */
  readonly restriction: Restriction;
  /**
   * Populations with given densities `[member, field, node]`; how, see `LatticeStart`. `"kept"` reads the populations from
   * `out` and changes their densities alone.
   */
  lifting(start: LatticeStart): Lifting;
}

const WHERE = "fitzHughNagumo";
const PARAMETERS = ["activatorDiffusivity", "inhibitorDiffusivity", "epsilon", "a0", "a1"] as const;
const STUDY: FitzHughNagumoParameters = {
  activatorDiffusivity: 1,
  inhibitorDiffusivity: 4,
  epsilon: 0.006,
  a0: -0.03,
  a1: 2,
};
const MAX_VALUES = 134_217_728;

/**
 * The FitzHugh-Nagumo equations between walls without flux,
 *
 *   u_t = D_u u_xx + u - u^3 - v,   v_t = D_v v_xx + epsilon (u - a1 v - a0),
 *
 * by the lattice Boltzmann method of the study: D1Q3 with equal weights, omega = 2 / (1 + 3 D dt / dx^2) for each field, the
 * reaction shared by the three populations. Second order in dx with dt proportional to dx^2.
 *
 * `walls: "bounce-back"` keeps the mass and lies half a spacing outside the first and the last node, so that the domain is
 * `points` times `spacing` long. `walls: "led"` repeats the published data: it is of first order, lets mass through, and at t =
 * 100 of the study is 0.1 away from the equations. With the study's parameters the fields settle on a cycle, of period
 * 186.416 (186.1855 with the authors' rule), to which they come twice as near in each. Finer lattices cost dx^-3: `{ points: 401, spacing: 0.05 }`.
 *
 * ```ts
 * const fhn = fitzHughNagumo();
 * const f = new Float64Array(fhn.size);
 * fhn.lifting("equal-weights").lift(densities, f); // [u, v], 202 numbers
 * fhn.advance(f, 0, 1);
 * ```
 *
 * `advance` throws RangeError for an interval that is no whole number of steps, and IntegrationError with code
 * `nonfinite-state` when a state is not finite afterwards. Owns scratch: not re-entrant.
 *
 * @throws TypeError or RangeError for a malformed spec
 * Source: Vlachas, Arampatzis, Uhler, Koumoutsakos, arXiv 2006.13431 v1 (2020), section 3.2; Karlin, Ansumali, Frouzakis,
 * Chikatamarla, Phys. Rev. E 74 (2006) 046711, for this lattice.
 */
export function fitzHughNagumo(spec: FitzHughNagumoSpec = {}): FitzHughNagumo {
  checkOptions(WHERE, spec, ["points", "spacing", "dt", "walls", "members", ...PARAMETERS], "spec");
  const points = integer(WHERE, "points", spec.points ?? 101, 2, MAX_VALUES);
  const spacing = positive(WHERE, "spacing", spec.spacing ?? 0.2);
  const dt = positive(WHERE, "dt", spec.dt ?? 0.005 * (spacing / 0.2) * (spacing / 0.2));
  const bounceBack = oneOf(WHERE, "walls", spec.walls ?? "bounce-back", ["bounce-back", "led"]) === "bounce-back";
  const members = integer(WHERE, "members", spec.members ?? 1, 1, MAX_VALUES);
  const size = integer(WHERE, "members * points * 6", 6 * members * points, 1, MAX_VALUES);
  const shape: LatticeShape = { members, points };
  let parameters = checked(STUDY, spec);
  let coefficients = coefficientsOf(parameters, dt, spacing);
  const packed = new Float64Array(6 * (points + 1));

  const member: TimeStepper = {
    size: 6 * points,
    dt,
    advance(f, t0, t1) {
      const steps = wholeSteps(t0, t1, dt);
      packNodes(f, points, packed);
      stepLattice(packed, steps, coefficients, bounceBack);
      unpackNodes(packed, points, f);
      checkFinite(WHERE, f, t0, t1);
    },
  };
  const all = ensemble(member, members);
  const coarseSize = 2 * members * points;
  return {
    size,
    dt,
    points,
    spacing,
    members,
    get parameters() {
      return parameters;
    },
    set(changed) {
      checkOptions(`${WHERE}.set`, changed, PARAMETERS, "parameters");
      parameters = checked(parameters, changed);
      coefficients = coefficientsOf(parameters, dt, spacing);
    },
    restriction: {
      fineSize: size,
      coarseSize,
      restrict(fine, out) {
        float64(WHERE, "fine", fine, size);
        restrictDensities(fine, shape, float64(WHERE, "out", out, coarseSize));
      },
    },
    lifting(start) {
      oneOf(`${WHERE}.lifting`, "start", start, ["equal-weights", "first-order", "kept"]);
      return {
        fineSize: size,
        coarseSize,
        lift(coarse, out) {
          float64(WHERE, "coarse", coarse, coarseSize);
          float64(WHERE, "out", out, size);
          liftDensities(coarse, shape, start, [coefficients.omegaU, coefficients.omegaV], out);
        },
      };
    },
    advance: all.advance,
  };
}

/** `base` with the given parameters in place of its own. */
function checked(base: FitzHughNagumoParameters, given: Partial<FitzHughNagumoParameters>): FitzHughNagumoParameters {
  const of = (name: (typeof PARAMETERS)[number]): number => given[name] ?? base[name];
  return Object.freeze({
    activatorDiffusivity: positive(WHERE, "activatorDiffusivity", of("activatorDiffusivity")),
    inhibitorDiffusivity: positive(WHERE, "inhibitorDiffusivity", of("inhibitorDiffusivity")),
    epsilon: nonNegative(WHERE, "epsilon", of("epsilon")),
    a0: finite(WHERE, "a0", of("a0")),
    a1: finite(WHERE, "a1", of("a1")),
  });
}

function coefficientsOf(parameters: FitzHughNagumoParameters, dt: number, spacing: number): LatticeCoefficients {
  const { activatorDiffusivity, inhibitorDiffusivity, epsilon, a0, a1 } = parameters;
  const omega = (diffusivity: number): number => 2 / (1 + (3 * diffusivity * dt) / (spacing * spacing));
  return { omegaU: omega(activatorDiffusivity), omegaV: omega(inhibitorDiffusivity), dt, epsilon, a0, a1 };
}

/** Steps from `t0` to `t1`; the slack is what times lose to rounding, and a millionth of a step. */
function wholeSteps(t0: number, t1: number, dt: number): number {
  const steps = Math.round((t1 - t0) / dt);
  const slack = 1e-6 * dt + 4 * Number.EPSILON * Math.max(Math.abs(t0), Math.abs(t1));
  if (steps >= 0 && Math.abs(t1 - t0 - steps * dt) <= slack) return steps;
  throw new RangeError(`${WHERE}: t1 - t0 must be a whole number of steps of ${dt}, got ${t1 - t0}`);
}
