// Passes of Stockham's algorithm over complex numbers, one to a vector (re, im). A pass of radix r takes `run` transforms of
// length r `count` apart into r `run` transforms of length `count`:
//
//   y[(r j + q) run + k] = w^(q j) sum_s x[(s count + j) run + k] e^(-2 pi i q s / r),  w = e^(-2 pi i / (r count)),
//
// for `width` columns that lie side by side in rows xs and ys bytes apart. The inverse has the outputs of a butterfly in
// the opposite order, q for r - q, with twiddles made to suit. Twiddles are stored for `turn`: re, re, -im, im; the last
// pass, count = 1, has none of radix 4 and 8. x and y lie apart, except that count = run = 1 may work in place.

// @inline
function add(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}

// @inline
function sub(a: v128, b: v128): v128 {
  return f64x2.sub(a, b);
}

/** (im, re) */
// @inline
export function swap(z: v128): v128 {
  return v128.shuffle<f64>(z, z, 1, 0);
}

/** The conjugate. */
// @inline
export function conjugate(z: v128): v128 {
  return v128.xor(z, f64x2(0, -0.0));
}

/** -i z */
// @inline
function back(z: v128): v128 {
  return conjugate(swap(z));
}

/** z times a number that is stored as re, re, -im, im. */
// @inline
export function turn(z: v128, w: usize): v128 {
  return add(f64x2.mul(z, v128.load(w)), f64x2.mul(swap(z), v128.load(w, 16)));
}

// @inline
function put(turned: bool, at: usize, z: v128, w: usize): void {
  v128.store(at, turned ? turn(z, w) : z);
}

export function pass2(w: usize, count: i32, run: i32, x: usize, xs: usize, y: usize, ys: usize, width: i32): void {
  const from: usize = <usize>count * <usize>run * xs;
  const to: usize = <usize>run * ys;
  for (let j = 0; j < count; j++) {
    for (let k = 0; k < run; k++) {
      let p = x + <usize>(j * run + k) * xs;
      let q = y + <usize>(2 * j * run + k) * ys;
      for (const end = p + 16 * <usize>width; p < end; p += 16) {
        const a = v128.load(p);
        const b = v128.load(p + from);
        v128.store(q, add(a, b));
        v128.store(q + to, turn(sub(a, b), w));
        q += 16;
      }
    }
    w += 32;
  }
}

export function pass3(
  w: usize,
  count: i32,
  run: i32,
  sign: i32,
  x: usize,
  xs: usize,
  y: usize,
  ys: usize,
  width: i32,
): void {
  const from: usize = <usize>count * <usize>run * xs;
  const to: usize = <usize>run * ys;
  const first: usize = sign < 0 ? to : 2 * to;
  const second: usize = sign < 0 ? 2 * to : to;
  const half = f64x2.splat(0.5);
  const sin60 = f64x2.splat(0.8660254037844386);
  for (let j = 0; j < count; j++) {
    for (let k = 0; k < run; k++) {
      let p = x + <usize>(j * run + k) * xs;
      let q = y + <usize>(3 * j * run + k) * ys;
      for (const end = p + 16 * <usize>width; p < end; p += 16) {
        const a = v128.load(p);
        const b = v128.load(p + from);
        const c = v128.load(p + 2 * from);
        const s = add(b, c);
        const d = back(f64x2.mul(sin60, sub(b, c)));
        const m = sub(a, f64x2.mul(half, s));
        v128.store(q, add(a, s));
        v128.store(q + first, turn(add(m, d), w));
        v128.store(q + second, turn(sub(m, d), w + 32));
        q += 16;
      }
    }
    w += 64;
  }
}

// @inline
function radix4(
  turned: bool,
  w: usize,
  count: i32,
  run: i32,
  sign: i32,
  x: usize,
  xs: usize,
  y: usize,
  ys: usize,
  width: i32,
): void {
  const from: usize = <usize>count * <usize>run * xs;
  const to: usize = <usize>run * ys;
  const first: usize = sign < 0 ? to : 3 * to;
  const third: usize = sign < 0 ? 3 * to : to;
  for (let j = 0; j < count; j++) {
    for (let k = 0; k < run; k++) {
      let p = x + <usize>(j * run + k) * xs;
      let q = y + <usize>(4 * j * run + k) * ys;
      for (const end = p + 16 * <usize>width; p < end; p += 16) {
        const a = v128.load(p);
        const b = v128.load(p + from);
        const c = v128.load(p + 2 * from);
        const d = v128.load(p + 3 * from);
        const sum = add(a, c);
        const other = add(b, d);
        const difference = sub(a, c);
        const turning = back(sub(b, d));
        v128.store(q, add(sum, other));
        put(turned, q + first, add(difference, turning), w);
        put(turned, q + 2 * to, sub(sum, other), w + 32);
        put(turned, q + third, sub(difference, turning), w + 64);
        q += 16;
      }
    }
    w += 96;
  }
}

export function pass4(
  w: usize,
  count: i32,
  run: i32,
  sign: i32,
  x: usize,
  xs: usize,
  y: usize,
  ys: usize,
  width: i32,
): void {
  if (count === 1) radix4(false, w, count, run, sign, x, xs, y, ys, width);
  else radix4(true, w, count, run, sign, x, xs, y, ys, width);
}

export function pass5(
  w: usize,
  count: i32,
  run: i32,
  sign: i32,
  x: usize,
  xs: usize,
  y: usize,
  ys: usize,
  width: i32,
): void {
  const from: usize = <usize>count * <usize>run * xs;
  const to: usize = <usize>run * ys;
  const first: usize = sign < 0 ? to : 4 * to;
  const step: usize = sign < 0 ? to : <usize>0 - to;
  const cos72 = f64x2.splat(0.30901699437494745);
  const cos144 = f64x2.splat(-0.8090169943749475);
  const sin72 = f64x2.splat(0.9510565162951535);
  const sin144 = f64x2.splat(0.5877852522924731);
  for (let j = 0; j < count; j++) {
    for (let k = 0; k < run; k++) {
      let p = x + <usize>(j * run + k) * xs;
      let q = y + <usize>(5 * j * run + k) * ys;
      for (const end = p + 16 * <usize>width; p < end; p += 16) {
        const a = v128.load(p);
        const b = v128.load(p + from);
        const c = v128.load(p + 2 * from);
        const d = v128.load(p + 3 * from);
        const e = v128.load(p + 4 * from);
        const s1 = add(b, e);
        const d1 = sub(b, e);
        const s2 = add(c, d);
        const d2 = sub(c, d);
        const m1 = add(add(a, f64x2.mul(cos72, s1)), f64x2.mul(cos144, s2));
        const m2 = add(add(a, f64x2.mul(cos144, s1)), f64x2.mul(cos72, s2));
        const n1 = back(add(f64x2.mul(sin72, d1), f64x2.mul(sin144, d2)));
        const n2 = back(sub(f64x2.mul(sin144, d1), f64x2.mul(sin72, d2)));
        v128.store(q, add(add(a, s1), s2));
        let at = q + first;
        v128.store(at, turn(add(m1, n1), w));
        at += step;
        v128.store(at, turn(add(m2, n2), w + 32));
        at += step;
        v128.store(at, turn(sub(m2, n2), w + 64));
        at += step;
        v128.store(at, turn(sub(m1, n1), w + 96));
        q += 16;
      }
    }
    w += 128;
  }
}

// @inline
function radix8(
  turned: bool,
  w: usize,
  count: i32,
  run: i32,
  sign: i32,
  x: usize,
  xs: usize,
  y: usize,
  ys: usize,
  width: i32,
): void {
  const from: usize = <usize>count * <usize>run * xs;
  const to: usize = <usize>run * ys;
  const first: usize = sign < 0 ? to : 7 * to;
  const step: usize = sign < 0 ? to : <usize>0 - to;
  const eighth = f64x2.splat(Math.SQRT1_2);
  for (let j = 0; j < count; j++) {
    for (let k = 0; k < run; k++) {
      let p = x + <usize>(j * run + k) * xs;
      let q = y + <usize>(8 * j * run + k) * ys;
      for (const end = p + 16 * <usize>width; p < end; p += 16) {
        let at = p;
        const x0 = v128.load(at);
        at += from;
        const x1 = v128.load(at);
        at += from;
        const x2 = v128.load(at);
        at += from;
        const x3 = v128.load(at);
        at += from;
        const x4 = v128.load(at);
        at += from;
        const x5 = v128.load(at);
        at += from;
        const x6 = v128.load(at);
        at += from;
        const x7 = v128.load(at);
        // The even inputs by radix 4.
        const a0 = add(x0, x4);
        const a1 = sub(x0, x4);
        const a2 = add(x2, x6);
        const a3 = back(sub(x2, x6));
        const e0 = add(a0, a2);
        const e1 = add(a1, a3);
        const e2 = sub(a0, a2);
        const e3 = sub(a1, a3);
        // The odd ones likewise, and turned by 0, 1, 2, 3 eighths.
        const b0 = add(x1, x5);
        const b1 = sub(x1, x5);
        const b2 = add(x3, x7);
        const b3 = back(sub(x3, x7));
        const o0 = add(b0, b2);
        const c1 = add(b1, b3);
        const c3 = sub(b1, b3);
        const o1 = f64x2.mul(eighth, add(c1, back(c1)));
        const o2 = back(sub(b0, b2));
        const o3 = f64x2.mul(eighth, sub(back(c3), c3));
        v128.store(q, add(e0, o0));
        at = q + first;
        put(turned, at, add(e1, o1), w);
        at += step;
        put(turned, at, add(e2, o2), w + 32);
        at += step;
        put(turned, at, add(e3, o3), w + 64);
        at += step;
        put(turned, at, sub(e0, o0), w + 96);
        at += step;
        put(turned, at, sub(e1, o1), w + 128);
        at += step;
        put(turned, at, sub(e2, o2), w + 160);
        at += step;
        put(turned, at, sub(e3, o3), w + 192);
        q += 16;
      }
    }
    w += 224;
  }
}

export function pass8(
  w: usize,
  count: i32,
  run: i32,
  sign: i32,
  x: usize,
  xs: usize,
  y: usize,
  ys: usize,
  width: i32,
): void {
  if (count === 1) radix8(false, w, count, run, sign, x, xs, y, ys, width);
  else radix8(true, w, count, run, sign, x, xs, y, ys, width);
}
