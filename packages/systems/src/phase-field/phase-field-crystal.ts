import { checkOptions, finite, positive } from "@hml/guard";
import { type CheckedGradientFlow, gradientFlow } from "./gradient-flow.ts";
import { squaredWavenumber } from "./squared-wavenumber.ts";

/** Parameters of `phaseFieldCrystal`. */
export interface PhaseFieldCrystalParameters {
  /** Mobility D; default 1. */
  readonly mobility?: number;
  /** Wavenumber q0 of the lattice; default 1. */
  readonly wavenumber?: number;
  /** Undercooling eps: a lattice forms where it is large enough for the mean density; default 0.1. */
  readonly undercooling?: number;
}

/**
 * The phase-field crystal for `phaseField`,
 *
 *   u_t = D lap( ((q0^2 + lap)^2 - eps) u + u^2 + u^3 ),  F = int( u ((q0^2 + lap)^2 - eps) u / 2 + u^3 / 3 + u^4 / 4 ).
 *
 * int u stays; a wave of wavenumber k on a flat state n grows at -D k^2 ((q0^2 - k^2)^2 - eps + 2 n + 3 n^2). For eps = 0.1
 * flat states of -0.713 < n < 0.047 are unstable: begin with a mean between -0.3 and -0.1, a spacing of 1 and dt = 0.05. In
 * the study eq. (5) has a Laplacian too many and q0 without its square.
 *
 * @throws TypeError or RangeError for malformed parameters
 * Source: Elder and Grant, Phys. Rev. E 70 (2004) 051605; Kiyani, Silber, Kooshkbaghi, Karttunen, Phys. Rev. E 106 (2022)
 * 065303, eq. (6).
 */
export function phaseFieldCrystal(parameters: PhaseFieldCrystalParameters = {}): CheckedGradientFlow {
  const where = "phaseFieldCrystal";
  checkOptions(where, parameters, ["mobility", "wavenumber", "undercooling"], "parameters");
  const { mobility = 1, wavenumber = 1, undercooling = 0.1 } = parameters;
  const q0 = positive(where, "wavenumber", wavenumber);
  return gradientFlow({
    mobility: "conserved",
    coefficient: positive(where, "mobility", mobility),
    energy: {
      gradient: (kx, ky, kz) => {
        const detuning = q0 * q0 - squaredWavenumber(kx, ky, kz);
        return detuning * detuning;
      },
      quadratic: -finite(where, "undercooling", undercooling),
      local: [0, 0, 0, 1 / 3, 1 / 4],
    },
  });
}
