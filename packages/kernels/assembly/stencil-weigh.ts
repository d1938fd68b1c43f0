// Sums over small neighbourhoods.

/** Sum over the taps at two neighbouring points. */
// @inline
function sum2(bases: usize, weights: usize, taps: i32, x: usize): v128 {
  let sum = f64x2.mul(v128.load64_splat(weights), v128.load(<usize>load<u32>(bases) + x));
  for (let t = 1; t < taps; t++) {
    const w = v128.load64_splat(weights + 24 * <usize>t);
    sum = f64x2.add(sum, f64x2.mul(w, v128.load(<usize>load<u32>(bases + 4 * <usize>t) + x)));
  }
  return sum;
}

/** Sum over the taps at one point of a row whose ends are joined; `table` begins with the first tap's weight. */
// @inline
function sum1(bases: usize, weights: usize, taps: i32, x: i32, points: i32): f64 {
  let sum: f64 = 0;
  for (let t = 0; t < taps; t++) {
    const tap = weights + 24 * <usize>t;
    const shift = <i32>load<f64>(tap, 8);
    let at = x + shift;
    if (at < 0) at += points;
    else if (at >= points) at -= points;
    const product =
      load<f64>(tap) * load<f64>(<usize>load<u32>(bases + 4 * <usize>t) + 8 * <usize>at - 8 * <usize>shift);
    sum = t === 0 ? product : sum + product;
  }
  return sum;
}

/**
 * out = [u +] factor sum_t weight_t u[y + dy_t, x + dx_t]. A tap is three numbers: weight, dx, dy; the largest shifts are
 * `halfX` and `halfY`. `bases` takes an address for each tap.
 */
export function weigh64(
  step: i32,
  u: usize,
  table: usize,
  taps: i32,
  bases: usize,
  out: usize,
  points: i32,
  rows: i32,
  halfX: i32,
  halfY: i32,
  periodic: i32,
  factor: f64,
): void {
  const row: usize = 8 * <usize>points;
  const k = f64x2.splat(factor);
  for (let y = 0; y < rows; y++) {
    const from = u + row * <usize>y;
    const to = out + row * <usize>y;
    if (!periodic) {
      if (step) memory.copy(to, from, row);
      else memory.fill(to, 0, row);
      if (y < halfY || y >= rows - halfY) continue;
    }
    for (let t = 0; t < taps; t++) {
      const tap = table + 24 * <usize>t;
      let line = y + <i32>load<f64>(tap, 16);
      if (line < 0) line += rows;
      else if (line >= rows) line -= rows;
      store<u32>(bases + 4 * <usize>t, <u32>(u + row * <usize>line + 8 * <usize>(<i32>load<f64>(tap, 8))));
    }
    const end: usize = 8 * <usize>(points - halfX);
    let x: usize = 8 * <usize>halfX;
    for (; x + 64 <= end; x += 64) {
      const base = <usize>load<u32>(bases) + x;
      let w = v128.load64_splat(table);
      let a = f64x2.mul(w, v128.load(base));
      let b = f64x2.mul(w, v128.load(base, 16));
      let c = f64x2.mul(w, v128.load(base, 32));
      let d = f64x2.mul(w, v128.load(base, 48));
      for (let t = 1; t < taps; t++) {
        const next = <usize>load<u32>(bases + 4 * <usize>t) + x;
        w = v128.load64_splat(table + 24 * <usize>t);
        a = f64x2.add(a, f64x2.mul(w, v128.load(next)));
        b = f64x2.add(b, f64x2.mul(w, v128.load(next, 16)));
        c = f64x2.add(c, f64x2.mul(w, v128.load(next, 32)));
        d = f64x2.add(d, f64x2.mul(w, v128.load(next, 48)));
      }
      a = f64x2.mul(k, a);
      b = f64x2.mul(k, b);
      c = f64x2.mul(k, c);
      d = f64x2.mul(k, d);
      if (step) {
        a = f64x2.add(v128.load(from + x), a);
        b = f64x2.add(v128.load(from + x, 16), b);
        c = f64x2.add(v128.load(from + x, 32), c);
        d = f64x2.add(v128.load(from + x, 48), d);
      }
      v128.store(to + x, a);
      v128.store(to + x, b, 16);
      v128.store(to + x, c, 32);
      v128.store(to + x, d, 48);
    }
    for (; x + 16 <= end; x += 16) {
      const slope = f64x2.mul(k, sum2(bases, table, taps, x));
      v128.store(to + x, step ? f64x2.add(v128.load(from + x), slope) : slope);
    }
    // What is left of the middle, and in a periodic row the points whose neighbourhood goes round.
    const stop = periodic ? points : points - halfX;
    for (let i = <i32>(x >> 3); i < stop; i++) point(step, from, to, i, factor * sum1(bases, table, taps, i, points));
    if (periodic) {
      for (let i = 0; i < halfX; i++) point(step, from, to, i, factor * sum1(bases, table, taps, i, points));
    }
  }
}

// @inline
function point(step: i32, from: usize, to: usize, i: i32, slope: f64): void {
  const at: usize = 8 * <usize>i;
  store<f64>(to + at, step ? load<f64>(from + at) + slope : slope);
}
