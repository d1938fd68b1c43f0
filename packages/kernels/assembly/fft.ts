// Fourier transforms of lines, by plans that src/fft-plan.ts writes into the memory; pointers and strides are in bytes. A
// plan is a row of float64: the length, the number of passes (-1: by a chirp), two scratch arrays, then for each pass
// radix, count, run, twiddles forward and backward.
import { conjugate, pass2, pass3, pass4, pass5, pass8, swap, turn } from "./fft-passes";

// @inline
function at(plan: usize, k: i32): i32 {
  return <i32>load<f64>(plan + 8 * <usize>k);
}

/** `width` columns side by side, rows xs and ys bytes apart: y[m] = sum_j x[j] e^(sign 2 pi i j m / n). */
function lines(plan: usize, sign: i32, x: usize, xs: usize, y: usize, ys: usize, width: i32): void {
  const passes = at(plan, 1);
  if (passes < 0) {
    for (const end = x + 16 * <usize>width; x < end; x += 16) {
      chirped(plan, sign, x, xs, y, ys);
      y += 16;
    }
    return;
  }
  const row: usize = 16 * <usize>width;
  if (passes === 0) {
    memory.copy(y, x, row);
    return;
  }
  let scratch = <usize>at(plan, 2);
  let other = <usize>at(plan, 3);
  let from: usize = x;
  let fromRow = xs;
  let pass = plan + 32;
  for (let k = 0; k < passes; k++) {
    const last = k === passes - 1;
    const to = last ? y : scratch;
    const toRow = last ? ys : row;
    const radix = at(pass, 0);
    const count = at(pass, 1);
    let run = at(pass, 2);
    const w = <usize>(sign < 0 ? at(pass, 3) : at(pass, 4));
    let wide = width;
    let nextFrom: usize = fromRow;
    let nextTo: usize = toRow;
    // Rows that follow each other without a gap are one long row.
    if (fromRow === row && toRow === row) {
      wide *= run;
      nextFrom = nextTo = row * <usize>run;
      run = 1;
    }
    if (radix === 8) pass8(w, count, run, sign, from, nextFrom, to, nextTo, wide);
    else if (radix === 4) pass4(w, count, run, sign, from, nextFrom, to, nextTo, wide);
    else if (radix === 2) pass2(w, count, run, from, nextFrom, to, nextTo, wide);
    else if (radix === 3) pass3(w, count, run, sign, from, nextFrom, to, nextTo, wide);
    else pass5(w, count, run, sign, from, nextFrom, to, nextTo, wide);
    from = to;
    fromRow = toRow;
    const free = other;
    other = scratch;
    scratch = free;
    pass += 40;
  }
}

/** One line as a convolution with a chirp (Bluestein): the plan has a plan, its length, the chirp, its transform, work. */
function chirped(plan: usize, sign: i32, x: usize, xs: usize, y: usize, ys: usize): void {
  const n = at(plan, 0);
  const inner = <usize>at(plan, 4);
  const long = at(plan, 5);
  const work = <usize>at(plan, 8);
  // The transform with the other sign is the conjugate of that of the conjugate.
  const mask = sign < 0 ? f64x2.splat(0) : f64x2(0, -0.0);
  let chirp = <usize>at(plan, 6);
  let to = work;
  for (let j = 0; j < n; j++) {
    const z = v128.xor(v128.load(x), mask);
    v128.store(to, f64x2.add(f64x2.mul(z, v128.load(chirp)), f64x2.mul(swap(z), v128.load(chirp, 16))));
    x += xs;
    to += 16;
    chirp += 32;
  }
  memory.fill(to, 0, 16 * <usize>(long - n));
  lines(inner, -1, work, 16, work, 16, 1);
  let kernel = <usize>at(plan, 7);
  to = work;
  for (let j = 0; j < long; j++) {
    v128.store(to, turn(v128.load(to), kernel));
    to += 16;
    kernel += 32;
  }
  lines(inner, 1, work, 16, work, 16, 1);
  chirp = <usize>at(plan, 6);
  to = work;
  for (let j = 0; j < n; j++) {
    v128.store(y, v128.xor(turn(v128.load(to), chirp), mask));
    y += ys;
    to += 16;
    chirp += 32;
  }
}

/** Lines that follow each other. */
export function complexRows(plan: usize, sign: i32, x: usize, y: usize, count: i32): void {
  const row: usize = 16 * <usize>at(plan, 0);
  for (let r = 0; r < count; r++) {
    lines(plan, sign, x, 16, y, 16, 1);
    x += row;
    y += row;
  }
}

/** Lines along an axis whose points are `columns` apart, in groups of columns, for each of `planes`. */
export function complexColumns(
  plan: usize,
  sign: i32,
  x: usize,
  y: usize,
  columns: i32,
  groups: i32,
  planes: i32,
): void {
  const stride: usize = 16 * <usize>columns;
  const plane: usize = stride * <usize>at(plan, 0);
  for (let p = 0; p < planes; p++) {
    let start = 0;
    for (let g = 1; g <= groups; g++) {
      const end = <i32>((<i64>g * <i64>columns) / <i64>groups);
      const offset: usize = 16 * <usize>start;
      lines(plan, sign, x + offset, stride, y + offset, stride, end - start);
      start = end;
    }
    x += plane;
    y += plane;
  }
}

/**
 * The step between the transform of z_j = u_2j + i u_(2j+1), `half` points, and that of u, in both directions; a and b are
 * the numbers at m and half - m: even = mean (a + b*), odd = w (a - b*), out[m] = even + odd, out[half - m] = (even - odd)*.
 */
// @inline
function fold(turns: usize, mean: f64, from: usize, to: usize, half: i32): void {
  const factor = f64x2.splat(mean);
  let end: usize = 16 * <usize>(half - 1);
  for (let m: usize = 16; m <= end; m += 16) {
    turns += 32;
    const a = v128.load(from + m);
    const b = conjugate(v128.load(from + end));
    const even = f64x2.mul(factor, f64x2.add(a, b));
    const odd = turn(f64x2.sub(a, b), turns);
    v128.store(to + m, f64x2.add(even, odd));
    v128.store(to + end, conjugate(f64x2.sub(even, odd)));
    end -= 16;
  }
}

/**
 * Coefficients of real rows of `points` numbers, times `scale`, from the last row to the first: c may begin where u does.
 * The plan is for half the points if they are even.
 */
export function realRows(
  plan: usize,
  turns: usize,
  work: usize,
  u: usize,
  c: usize,
  rows: i32,
  points: i32,
  scale: f64,
): void {
  const half = points >> 1;
  const row: usize = 16 * <usize>(half + 1);
  u += 8 * <usize>(points * rows);
  c += row * <usize>rows;
  for (let r = 0; r < rows; r++) {
    u -= 8 * <usize>points;
    c -= row;
    if ((points & 1) === 0) {
      // Even points are real parts, odd ones imaginary parts: the layout of u as it is.
      lines(plan, -1, u, 16, work, 16, 1);
      fold(turns, 0.5 * scale, work, c, half);
      const re = load<f64>(work);
      const im = load<f64>(work, 8);
      v128.store(c, f64x2(scale * (re + im), 0));
      v128.store(c + 16 * <usize>half, f64x2(scale * (re - im), 0));
    } else {
      for (let j = 0; j < points; j++) {
        v128.store(work + 16 * <usize>j, f64x2(scale * load<f64>(u + 8 * <usize>j), 0));
      }
      lines(plan, -1, work, 16, work, 16, 1);
      memory.copy(c, work, row);
      store<f64>(c, 0, 8);
    }
  }
}

/** The way back from the first row on, without a factor; imaginary parts of coefficients that are real are taken as 0. */
export function realRowsBack(plan: usize, turns: usize, work: usize, c: usize, u: usize, rows: i32, points: i32): void {
  const half = points >> 1;
  const row: usize = 16 * <usize>(half + 1);
  for (let r = 0; r < rows; r++) {
    const first = load<f64>(c);
    if ((points & 1) === 0) {
      fold(turns, 1, c, work, half);
      const last = load<f64>(c + 16 * <usize>half);
      v128.store(work, f64x2(first + last, first - last));
      lines(plan, 1, work, 16, u, 16, 1);
    } else {
      v128.store(work, f64x2(first, 0));
      for (let m = 1; m <= half; m++) {
        const z = v128.load(c + 16 * <usize>m);
        v128.store(work + 16 * <usize>m, z);
        v128.store(work + 16 * <usize>(points - m), conjugate(z));
      }
      lines(plan, 1, work, 16, work, 16, 1);
      for (let j = 0; j < points; j++) store<f64>(u + 8 * <usize>j, load<f64>(work + 16 * <usize>j));
    }
    u += 8 * <usize>points;
    c += row;
  }
}

/** x[i] *= factor, for pairs of numbers. */
export function multiplyPairs(x: usize, pairs: i32, factor: f64): void {
  const f = f64x2.splat(factor);
  for (const end = x + 16 * <usize>pairs; x < end; x += 16) v128.store(x, f64x2.mul(f, v128.load(x)));
}
