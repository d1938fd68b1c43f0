// Steps and slopes of lattices: diffusion through bonds, and sums over small neighbourhoods. Each number is made by the same
// operations in the same order as in the plain twin, wherever it stands in a vector.
export { weigh64 } from "./stencil-weigh";

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
