/** The modes of a half-complex transform of a periodic grid, x contiguous, from 0 to half of the points along x. */
export interface GridModes {
  /** k^2 of each mode. */
  readonly squared: Float64Array;
  /** Modes of the whole transform that each stands for, itself and its conjugate: 1 or 2. */
  readonly weights: Float64Array;
}

/** The modes of a grid of these extents, its points this far apart, by one number for all axes or one an axis. */
export function gridModes(spacing: number | readonly number[], extents: readonly number[]): GridModes {
  const [nx = 1, ny = 1, nz = 1] = extents;
  const [hx = 1, hy = hx, hz = hx] = typeof spacing === "number" ? [spacing] : spacing;
  const columns = Math.floor(nx / 2) + 1;
  const squared = new Float64Array(columns * ny * nz);
  const weights = new Float64Array(squared.length);
  const wavenumber = (m: number, n: number, h: number): number => (2 * Math.PI * Math.min(m, n - m)) / (n * h);
  for (let l = 0, at = 0; l < nz; l++) {
    const kz = wavenumber(l, nz, hz);
    for (let n = 0; n < ny; n++) {
      const ky = wavenumber(n, ny, hy);
      for (let m = 0; m < columns; m++, at++) {
        const kx = wavenumber(m, nx, hx);
        squared[at] = kx * kx + ky * ky + kz * kz;
        weights[at] = m === 0 || 2 * m === nx ? 1 : 2;
      }
    }
  }
  return { squared, weights };
}
