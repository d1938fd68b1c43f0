import type { PlainPass } from "./plain-fft-passes.ts";

/** Radix 8. */
export const pass8: PlainPass = (memory, w, count, run, sign, x, xs, y, ys, width) => {
  const from = count * run * xs;
  const to = run * ys;
  const first = sign < 0 ? to : 7 * to;
  const step = sign < 0 ? to : -to;
  for (let j = 0; j < count; j++, w += 28) {
    for (let k = 0; k < run; k++) {
      const p = x + (j * run + k) * xs;
      const q = y + (8 * j * run + k) * ys;
      for (let c = 0; c < 2 * width; c += 2) {
        const p0 = p + c;
        const p1 = p0 + from;
        const p2 = p1 + from;
        const p3 = p2 + from;
        const p4 = p3 + from;
        const p5 = p4 + from;
        const p6 = p5 + from;
        const p7 = p6 + from;
        // The even inputs by radix 4.
        const a0r = memory[p0]! + memory[p4]!;
        const a0i = memory[p0 + 1]! + memory[p4 + 1]!;
        const a1r = memory[p0]! - memory[p4]!;
        const a1i = memory[p0 + 1]! - memory[p4 + 1]!;
        const a2r = memory[p2]! + memory[p6]!;
        const a2i = memory[p2 + 1]! + memory[p6 + 1]!;
        const a3r = memory[p2]! - memory[p6]!;
        const a3i = memory[p2 + 1]! - memory[p6 + 1]!;
        const e0r = a0r + a2r;
        const e0i = a0i + a2i;
        const e1r = a1r + a3i;
        const e1i = a1i - a3r;
        const e2r = a0r - a2r;
        const e2i = a0i - a2i;
        const e3r = a1r - a3i;
        const e3i = a1i + a3r;
        // The odd ones likewise, and turned by 0, 1, 2, 3 eighths.
        const b0r = memory[p1]! + memory[p5]!;
        const b0i = memory[p1 + 1]! + memory[p5 + 1]!;
        const b1r = memory[p1]! - memory[p5]!;
        const b1i = memory[p1 + 1]! - memory[p5 + 1]!;
        const b2r = memory[p3]! + memory[p7]!;
        const b2i = memory[p3 + 1]! + memory[p7 + 1]!;
        const b3r = memory[p3]! - memory[p7]!;
        const b3i = memory[p3 + 1]! - memory[p7 + 1]!;
        const o0r = b0r + b2r;
        const o0i = b0i + b2i;
        const c1r = b1r + b3i;
        const c1i = b1i - b3r;
        const c3r = b1r - b3i;
        const c3i = b1i + b3r;
        const o1r = Math.SQRT1_2 * (c1r + c1i);
        const o1i = Math.SQRT1_2 * (c1i - c1r);
        const o2r = b0i - b2i;
        const o2i = -(b0r - b2r);
        const o3r = Math.SQRT1_2 * (c3i - c3r);
        const o3i = Math.SQRT1_2 * (-c3r - c3i);
        const q0 = q + c;
        const q1 = q0 + first;
        const q2 = q1 + step;
        const q3 = q2 + step;
        const q4 = q3 + step;
        const q5 = q4 + step;
        const q6 = q5 + step;
        const q7 = q6 + step;
        memory[q0] = e0r + o0r;
        memory[q0 + 1] = e0i + o0i;
        if (count === 1) {
          memory[q1] = e1r + o1r;
          memory[q1 + 1] = e1i + o1i;
          memory[q2] = e2r + o2r;
          memory[q2 + 1] = e2i + o2i;
          memory[q3] = e3r + o3r;
          memory[q3 + 1] = e3i + o3i;
          memory[q4] = e0r - o0r;
          memory[q4 + 1] = e0i - o0i;
          memory[q5] = e1r - o1r;
          memory[q5 + 1] = e1i - o1i;
          memory[q6] = e2r - o2r;
          memory[q6 + 1] = e2i - o2i;
          memory[q7] = e3r - o3r;
          memory[q7 + 1] = e3i - o3i;
        } else {
          turn(memory, q1, e1r + o1r, e1i + o1i, w);
          turn(memory, q2, e2r + o2r, e2i + o2i, w + 4);
          turn(memory, q3, e3r + o3r, e3i + o3i, w + 8);
          turn(memory, q4, e0r - o0r, e0i - o0i, w + 12);
          turn(memory, q5, e1r - o1r, e1i - o1i, w + 16);
          turn(memory, q6, e2r - o2r, e2i - o2i, w + 20);
          turn(memory, q7, e3r - o3r, e3i - o3i, w + 24);
        }
      }
    }
  }
};

function turn(memory: Float64Array<ArrayBufferLike>, to: number, re: number, im: number, w: number): void {
  memory[to] = re * memory[w]! - im * memory[w + 3]!;
  memory[to + 1] = im * memory[w]! + re * memory[w + 3]!;
}
