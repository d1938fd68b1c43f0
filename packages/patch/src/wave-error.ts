/** How well one wave along an axis is carried. */
export interface WaveError {
  /** The axis, 0, 1, 2 for x, y, z. */
  readonly axis: number;
  /** Waves over the domain. */
  readonly waves: number;
  /** Patches on one wave. */
  readonly patchesPerWave: number;
  /** Expected relative error of its rate by `couplingError`, for diffusion in a homogeneous medium; undefined between walls. */
  readonly expected: number | undefined;
  /** Its relative error against the full lattice; undefined without `micro`, or between walls. */
  readonly measured: number | undefined;
}

/** A relative error as a signed percentage of two digits. */
export function percent(error: number): string {
  const size = 100 * Math.abs(error);
  return `${error >= 0 ? "+" : "-"}${size >= 100 ? size.toFixed(0) : size.toPrecision(2)} %`;
}
