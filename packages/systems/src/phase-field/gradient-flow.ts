import { callable, checkOptions, finite, oneOf, positive } from "@hml/guard";
import type { FourierSymbol } from "@hml/integrators";
import { checkLocal, type LocalEnergy } from "./local-energy.ts";

/** A free energy F[u] = int( u Q u / 2 + b u^2 / 2 + f(u) ). */
export interface FreeEnergy {
  /**
   * The symbol of Q, real and not negative: k^2 for |grad u|^2 / 2, (q^2 - k^2)^2 for a crystal. Treated implicitly.
   */
  readonly gradient: FourierSymbol;
  /** b, of any sign; implicit as Q is, or explicit as f is where a run is stabilised. Default 0. */
  readonly quadratic?: number;
  /** f, one term or several; treated explicitly. Default none. */
  readonly local?: LocalEnergy | readonly LocalEnergy[];
}

/** u_t = -M dF/du, or u_t = M lap dF/du where u is conserved. */
export interface GradientFlow {
  /** The free energy F. */
  readonly energy: FreeEnergy;
  /** Whether int u stays, as of a density, or not, as of a magnetisation. */
  readonly mobility: "conserved" | "non-conserved";
  /** M > 0; default 1. */
  readonly coefficient?: number;
}

/** A free energy with nothing left out. */
export interface CheckedFreeEnergy extends FreeEnergy {
  /** b. */
  readonly quadratic: number;
  /** The terms of f. */
  readonly local: readonly LocalEnergy[];
}

/** A gradient flow with nothing left out. */
export interface CheckedGradientFlow extends GradientFlow {
  /** The free energy F. */
  readonly energy: CheckedFreeEnergy;
  /** M. */
  readonly coefficient: number;
}

/**
 * The evolution equation of a free energy, for `phaseField`:
 *
 *   u_t = -M mu  ("non-conserved")  or  u_t = M lap mu  ("conserved"),
 *   mu = dF/du = Q u + b u + f'(u),  F = int( u Q u / 2 + b u^2 / 2 + f(u) ),
 *
 * so that dF/dt = -M int mu^2 or -M int |grad mu|^2, never above 0. The functions of a local term are called for each
 * point; polynomials are evaluated without calls. A derivative is compared with a difference of its density at a few values
 * between -1.4 and 1.4, those outside of its domain left out.
 *
 * ```ts
 * // Flory-Huggins mixing of two polymers, 0 < u < 1.
 * const blend = gradientFlow({
 *   mobility: "conserved",
 *   energy: {
 *     gradient: (kx, ky) => 0.5 * (kx * kx + ky * ky),
 *     local: [
 *       { density: (u) => u * Math.log(u) + (1 - u) * Math.log(1 - u), derivative: (u) => Math.log(u / (1 - u)) },
 *       [0, 3, -3], // 3 u (1 - u)
 *     ],
 *   },
 * });
 * ```
 *
 * @throws TypeError or RangeError for a malformed equation, or a derivative that is not that of its density
 * Source: Hohenberg and Halperin, Rev. Mod. Phys. 49 (1977) 435, models A and B.
 */
export function gradientFlow(equation: GradientFlow): CheckedGradientFlow {
  const where = "gradientFlow";
  checkOptions(where, equation, ["energy", "mobility", "coefficient"], "equation");
  const { energy, mobility, coefficient = 1 } = equation;
  checkOptions(where, energy, ["gradient", "quadratic", "local"], "energy");
  const { gradient, quadratic = 0, local = [] } = energy;
  return Object.freeze({
    energy: Object.freeze({
      gradient: callable(where, "energy.gradient", gradient),
      quadratic: finite(where, "energy.quadratic", quadratic),
      local: checkLocal(where, "energy.local", local),
    }),
    mobility: oneOf(where, "mobility", mobility, ["conserved", "non-conserved"]),
    coefficient: positive(where, "coefficient", coefficient),
  });
}
