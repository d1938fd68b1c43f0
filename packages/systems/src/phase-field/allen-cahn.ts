import { checkOptions, finite, positive } from "@hml/guard";
import { type CheckedGradientFlow, gradientFlow } from "./gradient-flow.ts";
import { squaredWavenumber } from "./squared-wavenumber.ts";

/** Parameters of `allenCahn`; all default to 1. */
export interface AllenCahnParameters {
  /** Mobility M. */
  readonly mobility?: number;
  /** Coefficient a2 of -u^2 / 2 in the energy: positive for two phases, u = -+sqrt(a2 / a4). */
  readonly a2?: number;
  /** Coefficient a4 of u^4 / 4 in the energy. */
  readonly a4?: number;
}

/**
 * The Allen-Cahn equation (model A, time-dependent Ginzburg-Landau equation) for `phaseField`,
 *
 *   u_t = M (lap u + a2 u - a4 u^3),  F = int( |grad u|^2 / 2 - a2 u^2 / 2 + a4 u^4 / 4 ).
 *
 * Phases u = -1 and 1 order and their walls, tanh(x / sqrt 2) for a2 = a4 = 1, move by their curvature: a disc's radius goes
 * as sqrt(R^2 - 2 M t) in two dimensions. Begin with a spacing of 1 or less and dt = 0.1. In the study eq. (3) prints signs
 * that make a backward heat equation of it; these are those of its energy.
 *
 * @throws TypeError or RangeError for malformed parameters
 * Source: Allen and Cahn, Acta Metall. 27 (1979) 1085; Kiyani, Silber, Kooshkbaghi, Karttunen, Phys. Rev. E 106 (2022)
 * 065303, eq. (3).
 */
export function allenCahn(parameters: AllenCahnParameters = {}): CheckedGradientFlow {
  const where = "allenCahn";
  checkOptions(where, parameters, ["mobility", "a2", "a4"], "parameters");
  const { mobility = 1, a2 = 1, a4 = 1 } = parameters;
  return gradientFlow({
    mobility: "non-conserved",
    coefficient: positive(where, "mobility", mobility),
    energy: {
      gradient: squaredWavenumber,
      quadratic: -finite(where, "a2", a2),
      local: [0, 0, 0, 0, positive(where, "a4", a4) / 4],
    },
  });
}
