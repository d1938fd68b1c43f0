/** The symbol of minus the Laplacian, kx^2 + ky^2 + kz^2. */
export function squaredWavenumber(kx: number, ky: number, kz: number): number {
  return kx * kx + ky * ky + kz * kz;
}
