import type { Vec } from "../rhs.ts";

/** Fourier modes of real fields on a periodic grid, one of each pair k, -k, without the shortest waves of even axes. */
export interface GridModes {
  /** Number of modes. */
  readonly count: number;
  /** Place of each mode in the transform of a grid. */
  readonly at: Int32Array;
  /** Place of its opposite. */
  readonly opposite: Int32Array;
  /** kx, ky, kz of each mode, `[mode, 3]`; 0 along absent axes. */
  readonly k: Vec;
  /** |k| of each mode. */
  readonly length: Vec;
}

/** All modes of a grid, k = 0 first among those of its line. */
export function gridModes(points: readonly number[], spacing: readonly number[]): GridModes {
  const [nx = 1, ny = 1, nz = 1] = points;
  const number = (i: number, n: number): number => (2 * i < n ? i : i - n);
  const found: Array<readonly number[]> = [];
  for (let l = 0; l < nz; l++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++) {
        const [mx, my, mz] = [number(i, nx), number(j, ny), number(l, nz)];
        if ((nx > 1 && 2 * i === nx) || (ny > 1 && 2 * j === ny) || (nz > 1 && 2 * l === nz)) continue;
        if (!(mz > 0 || (mz === 0 && (my > 0 || (my === 0 && mx >= 0))))) continue;
        const back = ((nx - i) % nx) + nx * (((ny - j) % ny) + ny * ((nz - l) % nz));
        const wave = (m: number, axis: number): number =>
          m === 0 ? 0 : (2 * Math.PI * m) / (points[axis]! * spacing[axis]!);
        found.push([i + nx * (j + ny * l), back, wave(mx, 0), wave(my, 1), wave(mz, 2)]);
      }
    }
  }
  return gather(found);
}

/** The modes with |k| up to `cutoff`, at most about `most` of them: every second, third, ... where there are more. */
export function modesBelow(modes: GridModes, cutoff: number, most: number): GridModes {
  const kept: number[] = [];
  for (let k = 0; k < modes.count; k++) if (modes.length[k]! <= cutoff) kept.push(k);
  const every = Math.max(1, Math.ceil(kept.length / most));
  return gather(
    kept
      .filter((_, position) => position % every === 0)
      .map((m) => [modes.at[m]!, modes.opposite[m]!, modes.k[3 * m]!, modes.k[3 * m + 1]!, modes.k[3 * m + 2]!]),
  );
}

function gather(found: ReadonlyArray<readonly number[]>): GridModes {
  const k = Float64Array.from(found.flatMap(([, , kx, ky, kz]) => [kx!, ky!, kz!]));
  return {
    count: found.length,
    at: Int32Array.from(found, ([at]) => at!),
    opposite: Int32Array.from(found, ([, opposite]) => opposite!),
    k,
    length: Float64Array.from(found, (_, m) => {
      const [kx, ky, kz] = [k[3 * m]!, k[3 * m + 1]!, k[3 * m + 2]!];
      return Math.sqrt(kx * kx + ky * ky + kz * kz);
    }),
  };
}

/**
 * The coefficients of two real fields a and b at the modes from one transform re + i im of a + i b, interleaved re, im. Scaled by
 * 1 / sqrt(points), so that white noise of variance s^2 has E |c|^2 = s^2 in every mode.
 */
export function pairAt(modes: GridModes, re: Vec, im: Vec, a: Vec, b: Vec | undefined): void {
  const half = 0.5 / Math.sqrt(re.length);
  for (let m = 0; m < modes.count; m++) {
    const [p, q] = [modes.at[m]!, modes.opposite[m]!];
    a[2 * m] = half * (re[p]! + re[q]!);
    a[2 * m + 1] = half * (im[p]! - im[q]!);
    if (b === undefined) continue;
    b[2 * m] = half * (im[p]! + im[q]!);
    b[2 * m + 1] = half * (re[q]! - re[p]!);
  }
}
