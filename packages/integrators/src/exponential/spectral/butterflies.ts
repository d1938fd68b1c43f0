import type { Vec } from "../../rhs.ts";

/**
 * One pass of Stockham's algorithm over `width` transforms of complex numbers that lie side by side in each row, interleaved
 * re, im. A pass of radix r takes `run` transforms of length r `count` apart into r `run` transforms of length `count`:
 *
 *   y[(r j + q) run + k] = w^(q j) sum_s x[(s count + j) run + k] e^(-2 pi i q s / r),  w = e^(-2 pi i / (r count)).
 *
 * Rows of x begin at x0 + i xs, those of y at y0 + i ys. The inverse has the outputs of a butterfly in the opposite order,
 * q for r - q, which is where `sign` enters; its twiddles are made to suit. x and y must not overlap, except that count =
 * run = 1 may work in place.
 *
 * Each function is one hot loop, or V8 optimises it badly. Source: Van Loan, Computational Frameworks for the Fast Fourier
 * Transform (1992), sections 1.7 and 2.
 */
export type Butterflies = (
  twiddles: Vec,
  count: number,
  run: number,
  sign: 1 | -1,
  x: Vec,
  x0: number,
  xs: number,
  y: Vec,
  y0: number,
  ys: number,
  width: number,
) => void;

const SIN_60 = Math.sqrt(3) / 2;
const COS_72 = (Math.sqrt(5) - 1) / 4;
const COS_144 = -(Math.sqrt(5) + 1) / 4;
const SIN_72 = Math.sqrt((5 + Math.sqrt(5)) / 8);
const SIN_144 = Math.sqrt((5 - Math.sqrt(5)) / 8);

/** The pass of radix 2. */
export const radix2: Butterflies = (w, count, run, _sign, x, x0, xs, y, y0, ys, width) => {
  const from = count * run * xs;
  const to = run * ys;
  for (let j = 0; j < count; j++) {
    const wr = w[2 * j]!;
    const wi = w[2 * j + 1]!;
    for (let k = 0; k < run; k++) {
      const p = x0 + (j * run + k) * xs;
      const q = y0 + (2 * j * run + k) * ys;
      for (let c = 0; c < 2 * width; c += 2) {
        const p0 = p + c;
        const p1 = p0 + from;
        const q0 = q + c;
        const q1 = q0 + to;
        const ar = x[p0]!;
        const ai = x[p0 + 1]!;
        const br = x[p1]!;
        const bi = x[p1 + 1]!;
        const dr = ar - br;
        const di = ai - bi;
        y[q0] = ar + br;
        y[q0 + 1] = ai + bi;
        y[q1] = dr * wr - di * wi;
        y[q1 + 1] = dr * wi + di * wr;
      }
    }
  }
};

/** The pass of radix 3. */
export const radix3: Butterflies = (w, count, run, sign, x, x0, xs, y, y0, ys, width) => {
  const from = count * run * xs;
  const to = run * ys;
  const first = sign < 0 ? to : 2 * to;
  const second = sign < 0 ? 2 * to : to;
  for (let j = 0; j < count; j++) {
    const w1r = w[4 * j]!;
    const w1i = w[4 * j + 1]!;
    const w2r = w[4 * j + 2]!;
    const w2i = w[4 * j + 3]!;
    for (let k = 0; k < run; k++) {
      const p = x0 + (j * run + k) * xs;
      const q = y0 + (3 * j * run + k) * ys;
      for (let c = 0; c < 2 * width; c += 2) {
        const p0 = p + c;
        const p1 = p0 + from;
        const p2 = p1 + from;
        const q0 = q + c;
        const q1 = q0 + first;
        const q2 = q0 + second;
        const ar = x[p0]!;
        const ai = x[p0 + 1]!;
        const br = x[p1]!;
        const bi = x[p1 + 1]!;
        const cr = x[p2]!;
        const ci = x[p2 + 1]!;
        const sr = br + cr;
        const si = bi + ci;
        const dr = SIN_60 * (br - cr);
        const di = SIN_60 * (bi - ci);
        const mr = ar - 0.5 * sr;
        const mi = ai - 0.5 * si;
        y[q0] = ar + sr;
        y[q0 + 1] = ai + si;
        const er = mr + di;
        const ei = mi - dr;
        y[q1] = er * w1r - ei * w1i;
        y[q1 + 1] = er * w1i + ei * w1r;
        const fr = mr - di;
        const fi = mi + dr;
        y[q2] = fr * w2r - fi * w2i;
        y[q2 + 1] = fr * w2i + fi * w2r;
      }
    }
  }
};

/** The pass of radix 4. */
export const radix4: Butterflies = (w, count, run, sign, x, x0, xs, y, y0, ys, width) => {
  const from = count * run * xs;
  const to = run * ys;
  const first = sign < 0 ? to : 3 * to;
  const step = sign < 0 ? to : -to;
  for (let j = 0; j < count; j++) {
    const w1r = w[6 * j]!;
    const w1i = w[6 * j + 1]!;
    const w2r = w[6 * j + 2]!;
    const w2i = w[6 * j + 3]!;
    const w3r = w[6 * j + 4]!;
    const w3i = w[6 * j + 5]!;
    for (let k = 0; k < run; k++) {
      const p = x0 + (j * run + k) * xs;
      const q = y0 + (4 * j * run + k) * ys;
      for (let c = 0; c < 2 * width; c += 2) {
        const p0 = p + c;
        const p1 = p0 + from;
        const p2 = p1 + from;
        const p3 = p2 + from;
        const q0 = q + c;
        const q1 = q0 + first;
        const q2 = q1 + step;
        const q3 = q2 + step;
        const ar = x[p0]!;
        const ai = x[p0 + 1]!;
        const br = x[p1]!;
        const bi = x[p1 + 1]!;
        const cr = x[p2]!;
        const ci = x[p2 + 1]!;
        const dr = x[p3]!;
        const di = x[p3 + 1]!;
        const acr = ar + cr;
        const aci = ai + ci;
        const bdr = br + dr;
        const bdi = bi + di;
        y[q0] = acr + bdr;
        y[q0 + 1] = aci + bdi;
        const er = ar - cr + (bi - di);
        const ei = ai - ci - (br - dr);
        y[q1] = er * w1r - ei * w1i;
        y[q1 + 1] = er * w1i + ei * w1r;
        const fr = acr - bdr;
        const fi = aci - bdi;
        y[q2] = fr * w2r - fi * w2i;
        y[q2 + 1] = fr * w2i + fi * w2r;
        const gr = ar - cr - (bi - di);
        const gi = ai - ci + (br - dr);
        y[q3] = gr * w3r - gi * w3i;
        y[q3 + 1] = gr * w3i + gi * w3r;
      }
    }
  }
};

/** The pass of radix 5. */
export const radix5: Butterflies = (w, count, run, sign, x, x0, xs, y, y0, ys, width) => {
  const from = count * run * xs;
  const to = run * ys;
  const first = sign < 0 ? to : 4 * to;
  const step = sign < 0 ? to : -to;
  for (let j = 0; j < count; j++) {
    const t = 8 * j;
    for (let k = 0; k < run; k++) {
      const p = x0 + (j * run + k) * xs;
      const q = y0 + (5 * j * run + k) * ys;
      for (let c = 0; c < 2 * width; c += 2) {
        const p0 = p + c;
        const p1 = p0 + from;
        const p2 = p1 + from;
        const p3 = p2 + from;
        const p4 = p3 + from;
        const ar = x[p0]!;
        const ai = x[p0 + 1]!;
        const s1r = x[p1]! + x[p4]!;
        const s1i = x[p1 + 1]! + x[p4 + 1]!;
        const d1r = x[p1]! - x[p4]!;
        const d1i = x[p1 + 1]! - x[p4 + 1]!;
        const s2r = x[p2]! + x[p3]!;
        const s2i = x[p2 + 1]! + x[p3 + 1]!;
        const d2r = x[p2]! - x[p3]!;
        const d2i = x[p2 + 1]! - x[p3 + 1]!;
        const m1r = ar + COS_72 * s1r + COS_144 * s2r;
        const m1i = ai + COS_72 * s1i + COS_144 * s2i;
        const m2r = ar + COS_144 * s1r + COS_72 * s2r;
        const m2i = ai + COS_144 * s1i + COS_72 * s2i;
        const n1r = SIN_72 * d1r + SIN_144 * d2r;
        const n1i = SIN_72 * d1i + SIN_144 * d2i;
        const n2r = SIN_144 * d1r - SIN_72 * d2r;
        const n2i = SIN_144 * d1i - SIN_72 * d2i;
        const q0 = q + c;
        const q1 = q0 + first;
        const q2 = q1 + step;
        const q3 = q2 + step;
        const q4 = q3 + step;
        y[q0] = ar + s1r + s2r;
        y[q0 + 1] = ai + s1i + s2i;
        y[q1] = (m1r + n1i) * w[t]! - (m1i - n1r) * w[t + 1]!;
        y[q1 + 1] = (m1r + n1i) * w[t + 1]! + (m1i - n1r) * w[t]!;
        y[q2] = (m2r + n2i) * w[t + 2]! - (m2i - n2r) * w[t + 3]!;
        y[q2 + 1] = (m2r + n2i) * w[t + 3]! + (m2i - n2r) * w[t + 2]!;
        y[q3] = (m2r - n2i) * w[t + 4]! - (m2i + n2r) * w[t + 5]!;
        y[q3 + 1] = (m2r - n2i) * w[t + 5]! + (m2i + n2r) * w[t + 4]!;
        y[q4] = (m1r - n1i) * w[t + 6]! - (m1i + n1r) * w[t + 7]!;
        y[q4 + 1] = (m1r - n1i) * w[t + 7]! + (m1i + n1r) * w[t + 6]!;
      }
    }
  }
};
