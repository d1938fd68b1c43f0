import { checkOptions, finite, positive } from "@hml/guard";
import { type CheckedGradientFlow, gradientFlow } from "./gradient-flow.ts";
import { squaredWavenumber } from "./squared-wavenumber.ts";

/** Parameters of `cahnHilliard`; all default to 1. */
export interface CahnHilliardParameters {
  /** Mobility D. */
  readonly mobility?: number;
  /** Coefficient a2 of -u^2 / 2 in the energy: positive for two phases, u = -+sqrt(a2 / a4). */
  readonly a2?: number;
  /** Coefficient a4 of u^4 / 4 in the energy. */
  readonly a4?: number;
}

/**
 * The Cahn-Hilliard equation (model B) for `phaseField`,
 *
 *   u_t = D lap(-lap u - a2 u + a4 u^3),  F = int( |grad u|^2 / 2 - a2 u^2 / 2 + a4 u^4 / 4 ).
 *
 * int u stays. A mixture of |u| < 1 / sqrt 3 (for a2 = a4 = 1) separates at wavenumbers near 1 / sqrt 2; domains then grow as
 * t^(1/3). Begin with a spacing of 1 or less and dt = 0.01 to 0.1. In the study eq. (4) prints signs that make it
 * ill-posed; these are those of its energy.
 *
 * @throws TypeError or RangeError for malformed parameters
 * Source: Cahn and Hilliard, J. Chem. Phys. 28 (1958) 258; Kiyani, Silber, Kooshkbaghi, Karttunen, Phys. Rev. E 106 (2022)
 * 065303, eq. (4).
 */
export function cahnHilliard(parameters: CahnHilliardParameters = {}): CheckedGradientFlow {
  const where = "cahnHilliard";
  checkOptions(where, parameters, ["mobility", "a2", "a4"], "parameters");
  const { mobility = 1, a2 = 1, a4 = 1 } = parameters;
  return gradientFlow({
    mobility: "conserved",
    coefficient: positive(where, "mobility", mobility),
    energy: {
      gradient: squaredWavenumber,
      quadratic: -finite(where, "a2", a2),
      local: [0, 0, 0, 0, positive(where, "a4", a4) / 4],
    },
  });
}
