// Steps and slopes of lattices: diffusion through bonds, and sums over small neighbourhoods. Each number is made by the same
// operations in the same order as in the plain twin, wherever it stands in a vector.

/** u + slope, or the slope alone. */
// @inline
function stepped(step: bool, u: v128, slope: v128): v128 {
  return step ? f64x2.add(u, slope) : slope;
}

/** What flows in through the bonds of two neighbouring points: along x, and in the plane along y too. */
// @inline
function gain(
  plane: bool,
  step: bool,
  u: v128,
  inX: v128,
  i: usize,
  over: usize,
  under: usize,
  kx: v128,
  ky: v128,
  upper: usize,
  lower: usize,
): v128 {
  let slope = f64x2.mul(kx, inX);
  if (plane) {
    const above = f64x2.mul(v128.load(upper + i), f64x2.sub(v128.load(over + i), u));
    const below = f64x2.mul(v128.load(lower + i), f64x2.sub(u, v128.load(under + i)));
    slope = f64x2.add(slope, f64x2.mul(ky, f64x2.sub(above, below)));
  }
  return stepped(step, u, slope);
}

/** The same for one point. */
// @inline
function gain1(
  plane: bool,
  step: bool,
  u: f64,
  inX: f64,
  i: usize,
  over: usize,
  under: usize,
  kx: f64,
  ky: f64,
  upper: usize,
  lower: usize,
): f64 {
  let slope = kx * inX;
  if (plane) {
    const above = load<f64>(upper + i) * (load<f64>(over + i) - u);
    const below = load<f64>(lower + i) * (u - load<f64>(under + i));
    slope = slope + ky * (above - below);
  }
  return step ? u + slope : slope;
}

/**
 * One row of points: out = [u +] kx (f_i - f_(i-1)) [+ ky (g_i - g_(i-row))] with fluxes f_i = bond_i (u_(i+1) - u_i). Each flux is
 * made once and handed on.
 */
// @inline
function diffuseRow(
  plane: bool,
  step: bool,
  u: usize,
  over: usize,
  under: usize,
  bonds: usize,
  upper: usize,
  lower: usize,
  out: usize,
  points: i32,
  periodic: i32,
  kx: f64,
  ky: f64,
): void {
  const end: usize = 8 * <usize>(points - 1);
  const vx = f64x2.splat(kx);
  const vy = f64x2.splat(ky);
  let i: usize = 0;
  let left: f64;
  if (periodic) {
    left = load<f64>(bonds + end) * (load<f64>(u) - load<f64>(u + end));
  } else {
    left = load<f64>(bonds) * (load<f64>(u, 8) - load<f64>(u));
    store<f64>(out, step ? load<f64>(u) : 0);
    store<f64>(out + end, step ? load<f64>(u + end) : 0);
    i = 8;
  }
  const round = left;
  let before = f64x2.splat(left);
  for (; i + 64 <= end; i += 64) {
    const a = v128.load(u + i);
    const b = v128.load(u + i, 16);
    const c = v128.load(u + i, 32);
    const d = v128.load(u + i, 48);
    const fa = f64x2.mul(v128.load(bonds + i), f64x2.sub(v128.load(u + i, 8), a));
    const fb = f64x2.mul(v128.load(bonds + i, 16), f64x2.sub(v128.load(u + i, 24), b));
    const fc = f64x2.mul(v128.load(bonds + i, 32), f64x2.sub(v128.load(u + i, 40), c));
    const fd = f64x2.mul(v128.load(bonds + i, 48), f64x2.sub(v128.load(u + i, 56), d));
    const ia = f64x2.sub(fa, v128.shuffle<f64>(before, fa, 1, 2));
    const ib = f64x2.sub(fb, v128.shuffle<f64>(fa, fb, 1, 2));
    const ic = f64x2.sub(fc, v128.shuffle<f64>(fb, fc, 1, 2));
    const id = f64x2.sub(fd, v128.shuffle<f64>(fc, fd, 1, 2));
    before = fd;
    v128.store(out + i, gain(plane, step, a, ia, i, over, under, vx, vy, upper, lower));
    v128.store(out + i, gain(plane, step, b, ib, i + 16, over, under, vx, vy, upper, lower), 16);
    v128.store(out + i, gain(plane, step, c, ic, i + 32, over, under, vx, vy, upper, lower), 32);
    v128.store(out + i, gain(plane, step, d, id, i + 48, over, under, vx, vy, upper, lower), 48);
  }
  left = f64x2.extract_lane(before, 1);
  for (; i < end; i += 8) {
    const x = load<f64>(u + i);
    const right = load<f64>(bonds + i) * (load<f64>(u + i, 8) - x);
    store<f64>(out + i, gain1(plane, step, x, right - left, i, over, under, kx, ky, upper, lower));
    left = right;
  }
  if (periodic) {
    store<f64>(out + end, gain1(plane, step, load<f64>(u + end), round - left, end, over, under, kx, ky, upper, lower));
  }
}

/** A line of points. */
export function diffuseLine64(
  step: i32,
  u: usize,
  bonds: usize,
  out: usize,
  points: i32,
  periodic: i32,
  kx: f64,
): void {
  if (step) diffuseRow(false, true, u, 0, 0, bonds, 0, 0, out, points, periodic, kx, 0);
  else diffuseRow(false, false, u, 0, 0, bonds, 0, 0, out, points, periodic, kx, 0);
}

/** Rows of points; `bondsY` join a row with the next. */
export function diffusePlane64(
  step: i32,
  u: usize,
  bondsX: usize,
  bondsY: usize,
  out: usize,
  points: i32,
  rows: i32,
  periodic: i32,
  kx: f64,
  ky: f64,
): void {
  const row: usize = 8 * <usize>points;
  const end: usize = row * <usize>(rows - 1);
  for (let y: usize = 0; y <= end; y += row) {
    const first = y === 0;
    const last = y === end;
    if (!periodic && (first || last)) {
      if (step) memory.copy(out + y, u + y, row);
      else memory.fill(out + y, 0, row);
      continue;
    }
    const over = u + (last ? 0 : y + row);
    const before = first ? end : y - row;
    if (step) {
      diffuseRow(
        true,
        true,
        u + y,
        over,
        u + before,
        bondsX + y,
        bondsY + y,
        bondsY + before,
        out + y,
        points,
        periodic,
        kx,
        ky,
      );
    } else {
      diffuseRow(
        true,
        false,
        u + y,
        over,
        u + before,
        bondsX + y,
        bondsY + y,
        bondsY + before,
        out + y,
        points,
        periodic,
        kx,
        ky,
      );
    }
  }
}

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
