/**
 * One pass of Stockham's algorithm, the twin of those in assembly/fft-passes.ts, where the formula is. Positions and strides
 * are in numbers of the memory.
 */
export type PlainPass = (
  memory: Float64Array<ArrayBufferLike>,
  w: number,
  count: number,
  run: number,
  sign: number,
  x: number,
  xs: number,
  y: number,
  ys: number,
  width: number,
) => void;

const SIN_60 = 0.8660254037844386;
const COS_72 = 0.30901699437494745;
const COS_144 = -0.8090169943749475;
const SIN_72 = 0.9510565162951535;
const SIN_144 = 0.5877852522924731;

/** Radix 2. */
export const pass2: PlainPass = (memory, w, count, run, _sign, x, xs, y, ys, width) => {
  const from = count * run * xs;
  const to = run * ys;
  for (let j = 0; j < count; j++, w += 4) {
    const wr = memory[w]!;
    const wi = memory[w + 3]!;
    for (let k = 0; k < run; k++) {
      const p = x + (j * run + k) * xs;
      const q = y + (2 * j * run + k) * ys;
      for (let c = 0; c < 2 * width; c += 2) {
        const ar = memory[p + c]!;
        const ai = memory[p + c + 1]!;
        const br = memory[p + from + c]!;
        const bi = memory[p + from + c + 1]!;
        const dr = ar - br;
        const di = ai - bi;
        memory[q + c] = ar + br;
        memory[q + c + 1] = ai + bi;
        memory[q + to + c] = dr * wr - di * wi;
        memory[q + to + c + 1] = di * wr + dr * wi;
      }
    }
  }
};

/** Radix 3. */
export const pass3: PlainPass = (memory, w, count, run, sign, x, xs, y, ys, width) => {
  const from = count * run * xs;
  const to = run * ys;
  const first = sign < 0 ? to : 2 * to;
  const second = sign < 0 ? 2 * to : to;
  for (let j = 0; j < count; j++, w += 8) {
    for (let k = 0; k < run; k++) {
      const p = x + (j * run + k) * xs;
      const q = y + (3 * j * run + k) * ys;
      for (let c = 0; c < 2 * width; c += 2) {
        const p1 = p + from + c;
        const p2 = p1 + from;
        const ar = memory[p + c]!;
        const ai = memory[p + c + 1]!;
        const sr = memory[p1]! + memory[p2]!;
        const si = memory[p1 + 1]! + memory[p2 + 1]!;
        const dr = SIN_60 * (memory[p1]! - memory[p2]!);
        const di = SIN_60 * (memory[p1 + 1]! - memory[p2 + 1]!);
        const mr = ar - 0.5 * sr;
        const mi = ai - 0.5 * si;
        const er = mr + di;
        const ei = mi - dr;
        const fr = mr - di;
        const fi = mi + dr;
        const q1 = q + first + c;
        const q2 = q + second + c;
        memory[q + c] = ar + sr;
        memory[q + c + 1] = ai + si;
        memory[q1] = er * memory[w]! - ei * memory[w + 3]!;
        memory[q1 + 1] = ei * memory[w]! + er * memory[w + 3]!;
        memory[q2] = fr * memory[w + 4]! - fi * memory[w + 7]!;
        memory[q2 + 1] = fi * memory[w + 4]! + fr * memory[w + 7]!;
      }
    }
  }
};

/** Radix 4. */
export const pass4: PlainPass = (memory, w, count, run, sign, x, xs, y, ys, width) => {
  const from = count * run * xs;
  const to = run * ys;
  const first = sign < 0 ? to : 3 * to;
  const third = sign < 0 ? 3 * to : to;
  for (let j = 0; j < count; j++, w += 12) {
    const [w1r, w1i] = [memory[w]!, memory[w + 3]!];
    const [w2r, w2i] = [memory[w + 4]!, memory[w + 7]!];
    const [w3r, w3i] = [memory[w + 8]!, memory[w + 11]!];
    for (let k = 0; k < run; k++) {
      const p = x + (j * run + k) * xs;
      const q = y + (4 * j * run + k) * ys;
      for (let c = 0; c < 2 * width; c += 2) {
        const p0 = p + c;
        const p1 = p0 + from;
        const p2 = p1 + from;
        const p3 = p2 + from;
        const sr = memory[p0]! + memory[p2]!;
        const si = memory[p0 + 1]! + memory[p2 + 1]!;
        const tr = memory[p1]! + memory[p3]!;
        const ti = memory[p1 + 1]! + memory[p3 + 1]!;
        const dr = memory[p0]! - memory[p2]!;
        const di = memory[p0 + 1]! - memory[p2 + 1]!;
        const er = memory[p1]! - memory[p3]!;
        const ei = memory[p1 + 1]! - memory[p3 + 1]!;
        const q0 = q + c;
        const q1 = q0 + first;
        const q2 = q0 + 2 * to;
        const q3 = q0 + third;
        memory[q0] = sr + tr;
        memory[q0 + 1] = si + ti;
        if (count === 1) {
          memory[q1] = dr + ei;
          memory[q1 + 1] = di - er;
          memory[q2] = sr - tr;
          memory[q2 + 1] = si - ti;
          memory[q3] = dr - ei;
          memory[q3 + 1] = di + er;
        } else {
          memory[q1] = (dr + ei) * w1r - (di - er) * w1i;
          memory[q1 + 1] = (di - er) * w1r + (dr + ei) * w1i;
          memory[q2] = (sr - tr) * w2r - (si - ti) * w2i;
          memory[q2 + 1] = (si - ti) * w2r + (sr - tr) * w2i;
          memory[q3] = (dr - ei) * w3r - (di + er) * w3i;
          memory[q3 + 1] = (di + er) * w3r + (dr - ei) * w3i;
        }
      }
    }
  }
};

/** Radix 5. */
export const pass5: PlainPass = (memory, w, count, run, sign, x, xs, y, ys, width) => {
  const from = count * run * xs;
  const to = run * ys;
  const first = sign < 0 ? to : 4 * to;
  const step = sign < 0 ? to : -to;
  for (let j = 0; j < count; j++, w += 16) {
    for (let k = 0; k < run; k++) {
      const p = x + (j * run + k) * xs;
      const q = y + (5 * j * run + k) * ys;
      for (let c = 0; c < 2 * width; c += 2) {
        const p0 = p + c;
        const p1 = p0 + from;
        const p2 = p1 + from;
        const p3 = p2 + from;
        const p4 = p3 + from;
        const ar = memory[p0]!;
        const ai = memory[p0 + 1]!;
        const s1r = memory[p1]! + memory[p4]!;
        const s1i = memory[p1 + 1]! + memory[p4 + 1]!;
        const d1r = memory[p1]! - memory[p4]!;
        const d1i = memory[p1 + 1]! - memory[p4 + 1]!;
        const s2r = memory[p2]! + memory[p3]!;
        const s2i = memory[p2 + 1]! + memory[p3 + 1]!;
        const d2r = memory[p2]! - memory[p3]!;
        const d2i = memory[p2 + 1]! - memory[p3 + 1]!;
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
        memory[q0] = ar + s1r + s2r;
        memory[q0 + 1] = ai + s1i + s2i;
        memory[q1] = (m1r + n1i) * memory[w]! - (m1i - n1r) * memory[w + 3]!;
        memory[q1 + 1] = (m1i - n1r) * memory[w]! + (m1r + n1i) * memory[w + 3]!;
        memory[q2] = (m2r + n2i) * memory[w + 4]! - (m2i - n2r) * memory[w + 7]!;
        memory[q2 + 1] = (m2i - n2r) * memory[w + 4]! + (m2r + n2i) * memory[w + 7]!;
        memory[q3] = (m2r - n2i) * memory[w + 8]! - (m2i + n2r) * memory[w + 11]!;
        memory[q3 + 1] = (m2i + n2r) * memory[w + 8]! + (m2r - n2i) * memory[w + 11]!;
        memory[q4] = (m1r - n1i) * memory[w + 12]! - (m1i + n1r) * memory[w + 15]!;
        memory[q4 + 1] = (m1i + n1r) * memory[w + 12]! + (m1r - n1i) * memory[w + 15]!;
      }
    }
  }
};
