import type { Dim, PatchRhs } from "../src/index.ts";

/**
 * Diffusion on a lattice of any dimension with periodic bonds, written for clarity: `bonds[a](i, j, k)` is the coefficient of
 * the bond from lattice point (i, j, k) to its upper neighbour along axis a. Serves the tests as their micro model.
 */
export function latticeDiffusion<D extends Dim>(
  bonds: readonly ((i: number, j: number, k: number) => number)[],
): PatchRhs<D> {
  return (_t, u, out, { dim, channels, points, spacing, edgePoints: e, phase }) => {
    const n = [points[0], points[1] ?? 1, points[2] ?? 1] as const;
    const strides = [1, n[0], n[0] * n[1]] as const;
    const margin = (a: number): number => (a < dim ? e : 0);
    for (let c = 0; c < channels; c++) {
      for (let k = margin(2); k < n[2] - margin(2); k++) {
        for (let j = margin(1); j < n[1] - margin(1); j++) {
          for (let i = margin(0); i < n[0] - margin(0); i++) {
            const at = c * n[0] * n[1] * n[2] + k * strides[2] + j * strides[1] + i;
            const site = [i + phase[0], j + (phase[1] ?? 0), k + (phase[2] ?? 0)] as const;
            let sum = 0;
            for (let a = 0; a < dim; a++) {
              const before = [
                site[0] - (a === 0 ? 1 : 0),
                site[1] - (a === 1 ? 1 : 0),
                site[2] - (a === 2 ? 1 : 0),
              ] as const;
              const s = strides[a]!;
              const flux = bonds[a]!(...site) * (u[at + s]! - u[at]!) - bonds[a]!(...before) * (u[at]! - u[at - s]!);
              sum += flux / (spacing[a]! * spacing[a]!);
            }
            out[at] = sum;
          }
        }
      }
    }
  };
}

/** A row of bonds that repeats. */
export function repeating(c: readonly number[]): (i: number) => number {
  return (i) => c[((i % c.length) + c.length) % c.length]!;
}

/** A right-hand side's Jacobian at 0 by unit vectors, for linear models: `rows[i][j] = d out_i / d u_j`. */
export function jacobianOf(rhs: (t: number, u: Float64Array, out: Float64Array) => void, size: number): number[][] {
  const unit = new Float64Array(size);
  const out = new Float64Array(size);
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => 0));
  for (let j = 0; j < size; j++) {
    unit[j] = 1;
    rhs(0, unit, out);
    unit[j] = 0;
    for (let i = 0; i < size; i++) rows[i]![j] = out[i]!;
  }
  return rows;
}

/** Largest |J_ij - J_ji| over largest |J_ij|. */
export function asymmetry(jacobian: readonly (readonly number[])[]): number {
  let difference = 0;
  let largest = 0;
  jacobian.forEach((row, i) => {
    row.forEach((value, j) => {
      difference = Math.max(difference, Math.abs(value - jacobian[j]![i]!));
      largest = Math.max(largest, Math.abs(value));
    });
  });
  return difference / largest;
}
