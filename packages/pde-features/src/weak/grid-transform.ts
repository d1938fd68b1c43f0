import type { Vec } from "../rhs.ts";

/** The discrete Fourier transform of complex fields on a periodic grid, in place: sum_x u(x) e^(-i k x), unscaled. */
export interface GridTransform {
  /** Number of grid points. */
  readonly size: number;
  /** Transforms re + i im. With the two arrays exchanged it is the inverse, `size` times too large. */
  transform(re: Vec, im: Vec): void;
}

/**
 * A transform for `points` along x, y, z (x contiguous): Stockham's ordering with one pass for each prime factor, 2 and 4
 * by hand. A prime p costs p operations a point, so grids of small factors are fast and any grid is right. It owns scratch: not
 * re-entrant.
 *
 * Source: Van Loan, Computational Frameworks for the Fast Fourier Transform, SIAM 1992, section 1.7.
 */
export function gridTransform(points: readonly number[]): GridTransform {
  const size = points.reduce((a, b) => a * b, 1);
  const passes: Pass[] = [];
  let inner = 1;
  for (const n of points) {
    let left = n;
    let done = inner;
    const wave = waves(n);
    for (const radix of factors(n)) {
      passes.push({ n, radix, left, stride: done, block: n * inner, wave, scale: n / left });
      left /= radix;
      done *= radix;
    }
    inner *= n;
  }
  const [workRe, workIm] = [new Float64Array(size), new Float64Array(size)];
  return {
    size,
    transform(re, im) {
      let [fromRe, fromIm, toRe, toIm]: [Vec, Vec, Vec, Vec] = [re, im, workRe, workIm];
      for (const pass of passes) {
        run(pass, size, fromRe, fromIm, toRe, toIm);
        [fromRe, fromIm, toRe, toIm] = [toRe, toIm, fromRe, fromIm];
      }
      if (fromRe !== re) {
        re.set(fromRe);
        im.set(fromIm);
      }
    },
  };
}

/** One factor of one axis: `left` points are still to be transformed, `stride` apart in the input of the pass. */
interface Pass {
  readonly n: number;
  readonly radix: number;
  readonly left: number;
  readonly stride: number;
  readonly block: number;
  /** cos and sin of 2 pi j / n, interleaved. */
  readonly wave: Vec;
  readonly scale: number;
}

function factors(n: number): number[] {
  const found: number[] = [];
  let rest = n;
  for (const p of [4, 2, 3, 5, 7]) {
    while (rest % p === 0) {
      found.push(p);
      rest /= p;
    }
  }
  for (let p = 11; p * p <= rest; p += 2) {
    while (rest % p === 0) {
      found.push(p);
      rest /= p;
    }
  }
  if (rest > 1) found.push(rest);
  return found;
}

function waves(n: number): Vec {
  const out = new Float64Array(2 * n);
  for (let j = 0; j < n; j++) {
    out[2 * j] = Math.cos((2 * Math.PI * j) / n);
    out[2 * j + 1] = Math.sin((2 * Math.PI * j) / n);
  }
  return out;
}

/** out(q, r p + o) = e^(-2 pi i p o / left) sum_t in(q, p + m t) e^(-2 pi i t o / r), m = left / r, q < stride. */
function run(pass: Pass, size: number, xr: Vec, xi: Vec, yr: Vec, yi: Vec): void {
  const { n, radix: r, left, stride: s, block, wave, scale } = pass;
  const m = left / r;
  const jump = s * m;
  for (let base = 0; base < size; base += block) {
    for (let p = 0; p < m; p++) {
      const from = base + s * p;
      const to = base + s * r * p;
      if (r === 4) {
        const [c1, s1] = [wave[2 * p * scale]!, wave[2 * p * scale + 1]!];
        const [c2, s2] = [wave[4 * p * scale]!, wave[4 * p * scale + 1]!];
        const [c3, s3] = [wave[6 * p * scale]!, wave[6 * p * scale + 1]!];
        for (let q = 0; q < s; q++) {
          const a = from + q;
          const o = to + q;
          const [r0, i0, r1, i1] = [xr[a]!, xi[a]!, xr[a + jump]!, xi[a + jump]!];
          const [r2, i2, r3, i3] = [xr[a + 2 * jump]!, xi[a + 2 * jump]!, xr[a + 3 * jump]!, xi[a + 3 * jump]!];
          const [pr, pi, qr, qi] = [r0 + r2, i0 + i2, r0 - r2, i0 - i2];
          const [ur, ui, vr, vi] = [r1 + r3, i1 + i3, i1 - i3, r3 - r1];
          yr[o] = pr + ur;
          yi[o] = pi + ui;
          const [ar, ai] = [qr + vr, qi + vi];
          yr[o + s] = ar * c1 + ai * s1;
          yi[o + s] = ai * c1 - ar * s1;
          const [br, bi] = [pr - ur, pi - ui];
          yr[o + 2 * s] = br * c2 + bi * s2;
          yi[o + 2 * s] = bi * c2 - br * s2;
          const [dr, di] = [qr - vr, qi - vi];
          yr[o + 3 * s] = dr * c3 + di * s3;
          yi[o + 3 * s] = di * c3 - dr * s3;
        }
        continue;
      }
      for (let o = 0; o < r; o++) {
        const turn = (p * o * scale) % n;
        const [tc, ts] = [wave[2 * turn]!, wave[2 * turn + 1]!];
        for (let q = 0; q < s; q++) {
          let [sumR, sumI] = [xr[from + q]!, xi[from + q]!];
          for (let t = 1; t < r; t++) {
            const at = from + q + t * jump;
            const angle = 2 * (((t * o) % r) * (n / r));
            const [c, d] = [wave[angle]!, wave[angle + 1]!];
            sumR += xr[at]! * c + xi[at]! * d;
            sumI += xi[at]! * c - xr[at]! * d;
          }
          yr[to + s * o + q] = sumR * tc + sumI * ts;
          yi[to + s * o + q] = sumI * tc - sumR * ts;
        }
      }
    }
  }
}
