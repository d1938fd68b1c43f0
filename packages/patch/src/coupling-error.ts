import { checkOptions, finite, integer, oneOf, positive } from "@hml/guard";
import type { Bloch } from "./bloch.ts";
import type { EdgeSource } from "./edge-weights.ts";
import type { PatchModes } from "./spectra/patch-modes.ts";

/** What the leading error of a coupling depends on. */
export interface CouplingErrorSpec {
  /** Order of the macroscale interpolation; spectral coupling has no error. */
  readonly order: number | "spectral";
  /** Where edge values come from. */
  readonly source: EdgeSource;
  /** Interior points of a patch along the axis, points - 2 edgePoints. */
  readonly interior: number;
  /** Wavenumber times distance of patches, theta = k D: 2 pi / theta patches stand on a wave. */
  readonly angle: number;
  /** Coefficient of the bond at the patch's edge over the homogenised one; 1 (default) for a homogeneous medium. */
  readonly edgeContrast?: number;
}

/**
 * The expected relative error of a macroscale eigenvalue of diffusion, to leading order in theta = k D and in the ratio:
 *
 *   edgy    2 A (m c (p + 1) / (p + 2) - 1) theta^p,   A = ((p/2)!)^2 / (p + 1)!,
 *   centre  - 2 A / (p + 2) theta^p,
 *
 * p the order, m the interior points, c the edge contrast. For p = 2, 4, 6 and c = 1 that is (m/4 - 1/3) theta^2,
 * (m/18 - 1/15) theta^4, (m/80 - 1/70) theta^6, and -theta^2/12, -theta^4/90, -theta^6/560, the errors of central differences.
 * Edgy coupling's error grows with the points of a patch and does not fall with the ratio: interpolation shrinks an edge
 * value by 1 - |g| = O(r^2 theta^(p + 2)), and each edge leaks that much in a time (r D / m)^2. It is a guide for
 * theta^p m below about 1; `modeError` is exact.
 *
 * @throws RangeError / TypeError for a malformed spec.
 * Source: Stirling's interpolation formula and first-order perturbation of the patch's symmetric block.
 */
export function couplingError(spec: CouplingErrorSpec): number {
  const where = "couplingError";
  checkOptions(where, spec, ["order", "source", "interior", "angle", "edgeContrast"], "spec");
  oneOf(where, "source", spec.source, ["edgy", "centre"]);
  const m = integer(where, "interior", spec.interior, 1);
  const theta = finite(where, "angle", spec.angle);
  const contrast = positive(where, "edgeContrast", spec.edgeContrast ?? 1);
  if (spec.order === "spectral") return 0;
  const p = integer(where, "order", spec.order, 2, 64);
  if (p % 2 !== 0) throw new RangeError(`${where}: order must be even, got ${p}`);
  // A theta^p, factor by factor: (p/2)!^2 / (p + 1)! = product over q = 1 .. p/2 of q / (p/2 + q), over p + 1.
  let size = 1 / (p + 1);
  for (let q = 1; q <= p / 2; q++) size *= (q / (p / 2 + q)) * theta * theta;
  if (spec.source === "centre") return (-2 * size) / (p + 2);
  return 2 * size * ((m * contrast * (p + 1)) / (p + 2) - 1);
}

/**
 * The exact relative error of a mode's macroscale eigenvalue against the full lattice: (coupled - exact) / exact, for one
 * field. NaN for the mode of no waves, whose rate is zero.
 *
 * @param modes The patch scheme's modes.
 * @param exact The full lattice of the same spacing.
 * @param mode Number of the mode.
 */
export function modeError(modes: PatchModes, exact: Bloch, mode: number): number {
  const { grid } = modes;
  const waves: readonly number[] = modes.waves(mode);
  if (waves.every((k) => k === 0)) return Number.NaN;
  const wavenumber = waves.map((k, a) => (2 * Math.PI * k) / (grid.patches[a]! * grid.distance[a]!));
  const rate = exact.macro(wavenumber);
  return (modes.eigenvalues(mode).re[0]! - rate) / rate;
}
