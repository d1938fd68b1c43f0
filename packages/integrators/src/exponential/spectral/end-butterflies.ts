import type { Butterflies } from "./butterflies.ts";

/** The pass of radix 4 with `run` = `width` = 1 and rows without gaps: one loop over what are rows elsewhere. */
export const first4: Butterflies = (w, count, _run, sign, x, x0, _xs, y, y0) => {
  const from = 2 * count;
  const first = sign < 0 ? 2 : 6;
  const step = sign < 0 ? 2 : -2;
  for (let j = 0; j < count; j++) {
    const t = 6 * j;
    const p0 = x0 + 2 * j;
    const p1 = p0 + from;
    const p2 = p1 + from;
    const p3 = p2 + from;
    const q0 = y0 + 8 * j;
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
    y[q1] = er * w[t]! - ei * w[t + 1]!;
    y[q1 + 1] = er * w[t + 1]! + ei * w[t]!;
    const fr = acr - bdr;
    const fi = aci - bdi;
    y[q2] = fr * w[t + 2]! - fi * w[t + 3]!;
    y[q2 + 1] = fr * w[t + 3]! + fi * w[t + 2]!;
    const gr = ar - cr - (bi - di);
    const gi = ai - ci + (br - dr);
    y[q3] = gr * w[t + 4]! - gi * w[t + 5]!;
    y[q3 + 1] = gr * w[t + 5]! + gi * w[t + 4]!;
  }
};

/** The pass of radix 4 with `count` = 1, where every twiddle is 1. */
export const last4: Butterflies = (_w, _count, run, sign, x, x0, xs, y, y0, ys, width) => {
  const from = run * xs;
  const to = run * ys;
  const first = sign < 0 ? to : 3 * to;
  const step = sign < 0 ? to : -to;
  for (let k = 0; k < run; k++) {
    const p = x0 + k * xs;
    const q = y0 + k * ys;
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
      y[q1] = ar - cr + (bi - di);
      y[q1 + 1] = ai - ci - (br - dr);
      y[q2] = acr - bdr;
      y[q2 + 1] = aci - bdi;
      y[q3] = ar - cr - (bi - di);
      y[q3 + 1] = ai - ci + (br - dr);
    }
  }
};

/** The pass of radix 8 with `count` = 1, where every twiddle is 1. */
export const last8: Butterflies = (_w, _count, run, sign, x, x0, xs, y, y0, ys, width) => {
  const from = run * xs;
  const to = run * ys;
  const first = sign < 0 ? to : 7 * to;
  const step = sign < 0 ? to : -to;
  for (let k = 0; k < run; k++) {
    const p = x0 + k * xs;
    const q = y0 + k * ys;
    for (let c = 0; c < 2 * width; c += 2) {
      const p0 = p + c;
      const p1 = p0 + from;
      const p2 = p1 + from;
      const p3 = p2 + from;
      const p4 = p3 + from;
      const p5 = p4 + from;
      const p6 = p5 + from;
      const p7 = p6 + from;
      // The even inputs by radix 4: e0, e1, e2, e3.
      const a0r = x[p0]! + x[p4]!;
      const a0i = x[p0 + 1]! + x[p4 + 1]!;
      const a1r = x[p0]! - x[p4]!;
      const a1i = x[p0 + 1]! - x[p4 + 1]!;
      const a2r = x[p2]! + x[p6]!;
      const a2i = x[p2 + 1]! + x[p6 + 1]!;
      const a3r = x[p2]! - x[p6]!;
      const a3i = x[p2 + 1]! - x[p6 + 1]!;
      const e0r = a0r + a2r;
      const e0i = a0i + a2i;
      const e1r = a1r + a3i;
      const e1i = a1i - a3r;
      const e2r = a0r - a2r;
      const e2i = a0i - a2i;
      const e3r = a1r - a3i;
      const e3i = a1i + a3r;
      // The odd ones likewise, and turned by 0, 1, 2, 3 eighths: o0, o1, o2, o3.
      const b0r = x[p1]! + x[p5]!;
      const b0i = x[p1 + 1]! + x[p5 + 1]!;
      const b1r = x[p1]! - x[p5]!;
      const b1i = x[p1 + 1]! - x[p5 + 1]!;
      const b2r = x[p3]! + x[p7]!;
      const b2i = x[p3 + 1]! + x[p7 + 1]!;
      const b3r = x[p3]! - x[p7]!;
      const b3i = x[p3 + 1]! - x[p7 + 1]!;
      const o0r = b0r + b2r;
      const o0i = b0i + b2i;
      const c1r = b1r + b3i;
      const c1i = b1i - b3r;
      const o1r = Math.SQRT1_2 * (c1r + c1i);
      const o1i = Math.SQRT1_2 * (c1i - c1r);
      const o2r = b0i - b2i;
      const o2i = b2r - b0r;
      const c3r = b1r - b3i;
      const c3i = b1i + b3r;
      const o3r = Math.SQRT1_2 * (c3i - c3r);
      const o3i = -Math.SQRT1_2 * (c3r + c3i);
      const q0 = q + c;
      const q1 = q0 + first;
      const q2 = q1 + step;
      const q3 = q2 + step;
      const q4 = q3 + step;
      const q5 = q4 + step;
      const q6 = q5 + step;
      const q7 = q6 + step;
      y[q0] = e0r + o0r;
      y[q0 + 1] = e0i + o0i;
      y[q1] = e1r + o1r;
      y[q1 + 1] = e1i + o1i;
      y[q2] = e2r + o2r;
      y[q2 + 1] = e2i + o2i;
      y[q3] = e3r + o3r;
      y[q3 + 1] = e3i + o3i;
      y[q4] = e0r - o0r;
      y[q4 + 1] = e0i - o0i;
      y[q5] = e1r - o1r;
      y[q5 + 1] = e1i - o1i;
      y[q6] = e2r - o2r;
      y[q6 + 1] = e2i - o2i;
      y[q7] = e3r - o3r;
      y[q7 + 1] = e3i - o3i;
    }
  }
};
