import type { Vec } from "../rhs.ts";

// The sweeps of the complex tridiagonal solves (tau A - z) x = r with out += Re(c x). Each is a function of its own:
// engines compile a function with one hot loop at once, while one with two falls back to the interpreter between them
// (measured 1.4 times slower). All do the same operations in the same order for a member and a pole, so the bits agree.

/** tau A as its off-diagonals and its row sums, which are exactly zero for an operator that keeps constants. */
export interface ScaledBands {
  readonly lower: Vec;
  readonly upper: Vec;
  readonly rowSum: Vec;
}

export interface ComplexWeight {
  readonly re: number;
  readonly im: number;
}

/** Forward: g_i = w_i (r_i - lower_i g_(i-1)). */
export function eliminateOne(lower: Vec, w: Vec, g: Vec, r: Vec): void {
  let gr = 0;
  let gi = 0;
  for (let i = 0; i < r.length; i++) {
    const l = lower[i]!;
    const wr = w[2 * i]!;
    const wi = w[2 * i + 1]!;
    const yr = r[i]! - l * gr;
    const yi = -l * gi;
    gr = wr * yr - wi * yi;
    gi = wr * yi + wi * yr;
    g[2 * i] = gr;
    g[2 * i + 1] = gi;
  }
}

/** Backward: x_i = g_i - w_i upper_i x_(i+1), out_i += Re(c x_i). */
export function substituteOne(upper: Vec, w: Vec, cr: number, ci: number, g: Vec, out: Vec): void {
  let xr = 0;
  let xi = 0;
  for (let i = out.length - 1; i >= 0; i--) {
    const fr = w[2 * i]! * upper[i]!;
    const fi = w[2 * i + 1]! * upper[i]!;
    const nr = g[2 * i]! - (fr * xr - fi * xi);
    xi = g[2 * i + 1]! - (fr * xi + fi * xr);
    xr = nr;
    out[i] = out[i]! + (cr * xr - ci * xi);
  }
}

/** Forward for two poles at once: r and `lower` are read once, and each chain of operations hides the other's latency. */
export function eliminatePair(lower: Vec, w: Vec, v: Vec, g: Vec, r: Vec): void {
  let ar = 0;
  let ai = 0;
  let br = 0;
  let bi = 0;
  for (let i = 0, j = 0; i < r.length; i++, j += 4) {
    const l = lower[i]!;
    const ri = r[i]!;
    let wr = w[2 * i]!;
    let wi = w[2 * i + 1]!;
    const y0 = ri - l * ar;
    const z0 = -l * ai;
    ar = wr * y0 - wi * z0;
    ai = wr * z0 + wi * y0;
    g[j] = ar;
    g[j + 1] = ai;
    wr = v[2 * i]!;
    wi = v[2 * i + 1]!;
    const y1 = ri - l * br;
    const z1 = -l * bi;
    br = wr * y1 - wi * z1;
    bi = wr * z1 + wi * y1;
    g[j + 2] = br;
    g[j + 3] = bi;
  }
}

/** Backward for two poles at once; the poles are added to `out` in their order, as one after the other would. */
export function substitutePair(upper: Vec, w: Vec, v: Vec, c: ComplexWeight, d: ComplexWeight, g: Vec, out: Vec): void {
  const cr = c.re;
  const ci = c.im;
  const dr = d.re;
  const di = d.im;
  let ar = 0;
  let ai = 0;
  let br = 0;
  let bi = 0;
  for (let i = out.length - 1, j = 4 * i; i >= 0; i--, j -= 4) {
    const up = upper[i]!;
    let fr = w[2 * i]! * up;
    let fi = w[2 * i + 1]! * up;
    let nr = g[j]! - (fr * ar - fi * ai);
    ai = g[j + 1]! - (fr * ai + fi * ar);
    ar = nr;
    fr = v[2 * i]! * up;
    fi = v[2 * i + 1]! * up;
    nr = g[j + 2]! - (fr * br - fi * bi);
    bi = g[j + 3]! - (fr * bi + fi * br);
    br = nr;
    out[i] = out[i]! + (cr * ar - ci * ai) + (dr * br - di * bi);
  }
}

/** Forward for three members at once: one read of the factors, three interleaved recurrences. */
export function eliminateThree(lower: Vec, w: Vec, g: Vec, r0: Vec, r1: Vec, r2: Vec): void {
  let ar = 0;
  let ai = 0;
  let br = 0;
  let bi = 0;
  let er = 0;
  let ei = 0;
  for (let i = 0, j = 0; i < r0.length; i++, j += 6) {
    const l = lower[i]!;
    const wr = w[2 * i]!;
    const wi = w[2 * i + 1]!;
    const y0 = r0[i]! - l * ar;
    const z0 = -l * ai;
    ar = wr * y0 - wi * z0;
    ai = wr * z0 + wi * y0;
    g[j] = ar;
    g[j + 1] = ai;
    const y1 = r1[i]! - l * br;
    const z1 = -l * bi;
    br = wr * y1 - wi * z1;
    bi = wr * z1 + wi * y1;
    g[j + 2] = br;
    g[j + 3] = bi;
    const y2 = r2[i]! - l * er;
    const z2 = -l * ei;
    er = wr * y2 - wi * z2;
    ei = wr * z2 + wi * y2;
    g[j + 4] = er;
    g[j + 5] = ei;
  }
}

/** Backward for three members at once. */
export function substituteThree(
  upper: Vec,
  w: Vec,
  cr: number,
  ci: number,
  g: Vec,
  out0: Vec,
  out1: Vec,
  out2: Vec,
): void {
  let ar = 0;
  let ai = 0;
  let br = 0;
  let bi = 0;
  let er = 0;
  let ei = 0;
  for (let i = out0.length - 1, j = 6 * i; i >= 0; i--, j -= 6) {
    const fr = w[2 * i]! * upper[i]!;
    const fi = w[2 * i + 1]! * upper[i]!;
    let nr = g[j]! - (fr * ar - fi * ai);
    ai = g[j + 1]! - (fr * ai + fi * ar);
    ar = nr;
    out0[i] = out0[i]! + (cr * ar - ci * ai);
    nr = g[j + 2]! - (fr * br - fi * bi);
    bi = g[j + 3]! - (fr * bi + fi * br);
    br = nr;
    out1[i] = out1[i]! + (cr * br - ci * bi);
    nr = g[j + 4]! - (fr * er - fi * ei);
    ei = g[j + 5]! - (fr * ei + fi * er);
    er = nr;
    out2[i] = out2[i]! + (cr * er - ci * ei);
  }
}
