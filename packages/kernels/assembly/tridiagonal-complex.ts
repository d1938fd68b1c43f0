// Solves with A - z_k for a real tridiagonal A and several complex z_k, two of them to a vector. Factors of a pair of shifts are
// rows of four numbers, re re im im.

/**
 * Reciprocal pivots of A - z by difference form: e_i = (rowSum_i - z) - lower_i e_(i-1) / p_(i-1), p_i = e_i - upper_i, so that z never
 * meets the diagonal. `shifts` has re re im im for each pair. Gives -1, or row * 2 pairs + shift of the first pivot that is zero
 * or not finite.
 */
export function factorComplex64(
  lower: usize,
  rowSum: usize,
  upper: usize,
  shifts: usize,
  w: usize,
  rows: i32,
  pairs: i32,
): i32 {
  for (let k = 0; k < pairs; k++) {
    const zr = v128.load(shifts);
    const zi = v128.load(shifts, 16);
    let er = f64x2.splat(0);
    let ei = er;
    let wr = er;
    let wi = er;
    for (let i = 0; i < rows; i++) {
      const at: usize = 8 * <usize>i;
      const l = v128.load64_splat(lower + at);
      const ratioRe = f64x2.sub(f64x2.mul(er, wr), f64x2.mul(ei, wi));
      const ratioIm = f64x2.add(f64x2.mul(er, wi), f64x2.mul(ei, wr));
      er = f64x2.sub(f64x2.sub(v128.load64_splat(rowSum + at), zr), f64x2.mul(l, ratioRe));
      ei = f64x2.sub(f64x2.neg(zi), f64x2.mul(l, ratioIm));
      const pr = f64x2.sub(er, v128.load64_splat(upper + at));
      const size = f64x2.add(f64x2.mul(pr, pr), f64x2.mul(ei, ei));
      const q = f64x2.div(f64x2.splat(1), size);
      const good = v128.and(f64x2.lt(q, f64x2.splat(Infinity)), f64x2.lt(size, f64x2.splat(Infinity)));
      const lanes = i64x2.bitmask(good) ^ 3;
      if (lanes) return 2 * (i * pairs + k) + (lanes & 1 ? 0 : 1);
      wr = f64x2.mul(pr, q);
      wi = f64x2.mul(f64x2.neg(ei), q);
      v128.store(w, wr);
      v128.store(w, wi, 16);
      w += 32;
    }
    shifts += 32;
  }
  return -1;
}

/** x[row, shift], complex, each shift its own system. */
export function solveComplex64(lower: usize, upper: usize, w: usize, x: usize, rows: i32, shifts: i32): void {
  const stride: usize = 16 * <usize>shifts;
  for (let k = 0; k < shifts; k += 2) {
    // With one shift left both lanes are the same.
    const other: usize = k + 1 < shifts ? 16 : 0;
    let gr = f64x2.splat(0);
    let gi = gr;
    let p = x + 16 * <usize>k;
    for (let i = 0; i < rows; i++) {
      const l = v128.load64_splat(lower + 8 * <usize>i);
      const a = v128.load(p);
      const b = v128.load(p + other);
      const yr = f64x2.sub(v128.shuffle<f64>(a, b, 0, 2), f64x2.mul(l, gr));
      const yi = f64x2.sub(v128.shuffle<f64>(a, b, 1, 3), f64x2.mul(l, gi));
      const wr = v128.load(w);
      const wi = v128.load(w, 16);
      gr = f64x2.sub(f64x2.mul(wr, yr), f64x2.mul(wi, yi));
      gi = f64x2.add(f64x2.mul(wr, yi), f64x2.mul(wi, yr));
      v128.store(p + other, v128.shuffle<f64>(gr, gi, 1, 3));
      v128.store(p, v128.shuffle<f64>(gr, gi, 0, 2));
      p += stride;
      w += 32;
    }
    const end = w;
    let xr = f64x2.splat(0);
    let xi = xr;
    for (let i = rows - 1; i >= 0; i--) {
      p -= stride;
      w -= 32;
      const up = v128.load64_splat(upper + 8 * <usize>i);
      const fr = f64x2.mul(v128.load(w), up);
      const fi = f64x2.mul(v128.load(w, 16), up);
      const a = v128.load(p);
      const b = v128.load(p + other);
      const re = f64x2.sub(v128.shuffle<f64>(a, b, 0, 2), f64x2.sub(f64x2.mul(fr, xr), f64x2.mul(fi, xi)));
      xi = f64x2.sub(v128.shuffle<f64>(a, b, 1, 3), f64x2.add(f64x2.mul(fr, xi), f64x2.mul(fi, xr)));
      xr = re;
      v128.store(p + other, v128.shuffle<f64>(xr, xi, 1, 3));
      v128.store(p, v128.shuffle<f64>(xr, xi, 0, 2));
    }
    w = end;
  }
}

/** The sum so far plus Re(c x) of the first lane, then of the second. */
// @inline
function added(sum: f64, c: usize, xr: v128, xi: v128): f64 {
  const part = f64x2.sub(f64x2.mul(v128.load(c), xr), f64x2.mul(v128.load(c, 16), xi));
  return sum + f64x2.extract_lane(part, 0) + f64x2.extract_lane(part, 1);
}

/** out += Re(c_k x_k) for one pair. */
function addPair(lower: usize, upper: usize, w: usize, c: usize, g: usize, r: usize, out: usize, rows: i32): void {
  let gr = f64x2.splat(0);
  let gi = gr;
  for (let i = 0; i < rows; i++) {
    const at: usize = 8 * <usize>i;
    const l = v128.load64_splat(lower + at);
    const wr = v128.load(w);
    const wi = v128.load(w, 16);
    const y = f64x2.sub(v128.load64_splat(r + at), f64x2.mul(l, gr));
    const z = f64x2.neg(f64x2.mul(l, gi));
    gr = f64x2.sub(f64x2.mul(wr, y), f64x2.mul(wi, z));
    gi = f64x2.add(f64x2.mul(wr, z), f64x2.mul(wi, y));
    v128.store(g, gr);
    v128.store(g, gi, 16);
    w += 32;
    g += 32;
  }
  gr = f64x2.splat(0);
  gi = gr;
  for (let i = rows - 1; i >= 0; i--) {
    const at: usize = 8 * <usize>i;
    w -= 32;
    g -= 32;
    const up = v128.load64_splat(upper + at);
    const fr = f64x2.mul(v128.load(w), up);
    const fi = f64x2.mul(v128.load(w, 16), up);
    const re = f64x2.sub(v128.load(g), f64x2.sub(f64x2.mul(fr, gr), f64x2.mul(fi, gi)));
    gi = f64x2.sub(v128.load(g, 16), f64x2.add(f64x2.mul(fr, gi), f64x2.mul(fi, gr)));
    gr = re;
    store<f64>(out + at, added(load<f64>(out + at), c, gr, gi));
  }
}

/** The same for two pairs at once: r and the bands are read once, and one recurrence hides the other's latency. */
function addTwoPairs(lower: usize, upper: usize, w: usize, c: usize, g: usize, r: usize, out: usize, rows: i32): void {
  let v: usize = w + 32 * <usize>rows;
  let ar = f64x2.splat(0);
  let ai = ar;
  let br = ar;
  let bi = ar;
  for (let i = 0; i < rows; i++) {
    const at: usize = 8 * <usize>i;
    const l = v128.load64_splat(lower + at);
    const ri = v128.load64_splat(r + at);
    const wr = v128.load(w);
    const wi = v128.load(w, 16);
    const y0 = f64x2.sub(ri, f64x2.mul(l, ar));
    const z0 = f64x2.neg(f64x2.mul(l, ai));
    ar = f64x2.sub(f64x2.mul(wr, y0), f64x2.mul(wi, z0));
    ai = f64x2.add(f64x2.mul(wr, z0), f64x2.mul(wi, y0));
    const vr = v128.load(v);
    const vi = v128.load(v, 16);
    const y1 = f64x2.sub(ri, f64x2.mul(l, br));
    const z1 = f64x2.neg(f64x2.mul(l, bi));
    br = f64x2.sub(f64x2.mul(vr, y1), f64x2.mul(vi, z1));
    bi = f64x2.add(f64x2.mul(vr, z1), f64x2.mul(vi, y1));
    v128.store(g, ar);
    v128.store(g, ai, 16);
    v128.store(g, br, 32);
    v128.store(g, bi, 48);
    w += 32;
    v += 32;
    g += 64;
  }
  ar = f64x2.splat(0);
  ai = ar;
  br = ar;
  bi = ar;
  for (let i = rows - 1; i >= 0; i--) {
    const at: usize = 8 * <usize>i;
    w -= 32;
    v -= 32;
    g -= 64;
    const up = v128.load64_splat(upper + at);
    const fr = f64x2.mul(v128.load(w), up);
    const fi = f64x2.mul(v128.load(w, 16), up);
    const re = f64x2.sub(v128.load(g), f64x2.sub(f64x2.mul(fr, ar), f64x2.mul(fi, ai)));
    ai = f64x2.sub(v128.load(g, 16), f64x2.add(f64x2.mul(fr, ai), f64x2.mul(fi, ar)));
    ar = re;
    const er = f64x2.mul(v128.load(v), up);
    const ei = f64x2.mul(v128.load(v, 16), up);
    const se = f64x2.sub(v128.load(g, 32), f64x2.sub(f64x2.mul(er, br), f64x2.mul(ei, bi)));
    bi = f64x2.sub(v128.load(g, 48), f64x2.add(f64x2.mul(er, bi), f64x2.mul(ei, br)));
    br = se;
    const first = added(load<f64>(out + at), c, ar, ai);
    store<f64>(out + at, added(first, c + 32, br, bi));
  }
}

/** out += sum_k Re(c_k x_k), (A - z_k) x_k = r, in the order of the shifts; g takes eight numbers a row. */
export function addSums64(
  lower: usize,
  upper: usize,
  w: usize,
  weights: usize,
  g: usize,
  r: usize,
  out: usize,
  rows: i32,
  pairs: i32,
): void {
  const length: usize = 32 * <usize>rows;
  let k = 0;
  for (; k + 2 <= pairs; k += 2) {
    addTwoPairs(lower, upper, w, weights, g, r, out, rows);
    w += 2 * length;
    weights += 64;
  }
  if (k < pairs) addPair(lower, upper, w, weights, g, r, out, rows);
}
