// Products with circulant matrices along lines of an array, two lines to a vector, and a transposition. Each number is one sum in
// the order of the plain twin: a += w0 s0 + w1 s1, so lanes and tiles do not show in the bits.

/** Sources of two lines at one place. */
// @inline
function take(p: usize, q: usize, place: usize): v128 {
  return v128.load64_lane(q + place, v128.load64_zero(p + place), 1);
}

/** Sums over j of row[j] source[i + j] for i = 0 to outLength - 1, four i and two j at a time; both lengths are padded. */
// @inline
function convolve(source: usize, row: usize, out: usize, width: i32, outLength: i32): void {
  for (let i = 0; i < outLength; i += 4) {
    let s0 = v128.load(source);
    let s1 = v128.load(source, 16);
    let s2 = v128.load(source, 32);
    let a0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    let a2 = f64x2.splat(0);
    let a3 = f64x2.splat(0);
    let next = source + 48;
    let weight = row;
    for (let j = 0; j < width; j += 2) {
      const w0 = v128.load64_splat(weight);
      const w1 = v128.load64_splat(weight, 8);
      const s3 = v128.load(next);
      const s4 = v128.load(next, 16);
      a0 = f64x2.add(a0, f64x2.add(f64x2.mul(w0, s0), f64x2.mul(w1, s1)));
      a1 = f64x2.add(a1, f64x2.add(f64x2.mul(w0, s1), f64x2.mul(w1, s2)));
      a2 = f64x2.add(a2, f64x2.add(f64x2.mul(w0, s2), f64x2.mul(w1, s3)));
      a3 = f64x2.add(a3, f64x2.add(f64x2.mul(w0, s3), f64x2.mul(w1, s4)));
      s0 = s2;
      s1 = s3;
      s2 = s4;
      next += 32;
      weight += 16;
    }
    v128.store(out, a0);
    v128.store(out, a1, 16);
    v128.store(out, a2, 32);
    v128.store(out, a3, 48);
    source += 64;
    out += 64;
  }
}

/**
 * target_i = sum_j row[j] source_(i + j) on all lines. `from` and `to` hold addresses of lines, `places` the distances in bytes
 * of the sources 0, 1, ... along a line, wrapped round; `stride` is the one of targets. `scratch` takes
 * 2 (outLength + width) + 2 outLength numbers, zeros at first.
 */
export function plain64(
  from: usize,
  to: usize,
  lines: i32,
  places: usize,
  needed: i32,
  stride: usize,
  count: i32,
  row: usize,
  width: i32,
  outLength: i32,
  scratch: usize,
): void {
  const out = scratch + <usize>(16 * (outLength + width));
  for (let line = 0; line < lines; line += 2) {
    const second: usize = line + 1 < lines ? 4 : 0;
    const p = <usize>load<u32>(from);
    const q = <usize>load<u32>(from + second);
    for (let i = 0; i < needed; i++) {
      v128.store(scratch + <usize>(16 * i), take(p, q, <usize>load<u32>(places + <usize>(4 * i))));
    }
    convolve(scratch, row, out, width, outLength);
    let a = <usize>load<u32>(to);
    let b = <usize>load<u32>(to + second);
    for (let i = 0; i < count; i++) {
      const sum = v128.load(out + <usize>(16 * i));
      // With one line left, b is a, and the lanes are equal.
      v128.store64_lane(a, sum, 0);
      v128.store64_lane(b, sum, 1);
      a += stride;
      b += stride;
    }
    from += 8;
    to += 8;
  }
}

/**
 * The same by sums and differences of opposite sources: `half` of them, weights `sums` and `differences` of `width` each.
 * `scratch` takes 4 (outLength + width) + 4 outLength numbers, zeros at first.
 */
export function halved64(
  from: usize,
  to: usize,
  lines: i32,
  places: usize,
  stride: usize,
  half: i32,
  sums: usize,
  differences: usize,
  width: i32,
  outLength: i32,
  scratch: usize,
): void {
  const minus = scratch + <usize>(16 * (outLength + width));
  const outPlus = minus + <usize>(16 * (outLength + width));
  const outMinus = outPlus + <usize>(16 * outLength);
  const around = <usize>(16 * half);
  const across = <usize>half * stride;
  for (let line = 0; line < lines; line += 2) {
    const second: usize = line + 1 < lines ? 4 : 0;
    const p = <usize>load<u32>(from);
    const q = <usize>load<u32>(from + second);
    let place = places;
    let s = scratch;
    let d = minus;
    const adjacent = q === p + 8;
    for (let i = 0; i < half; i++) {
      const near = <usize>load<u32>(place);
      const far = <usize>load<u32>(place + <usize>(4 * half));
      let x: v128;
      let y: v128;
      if (adjacent) {
        x = v128.load(p + near);
        y = v128.load(p + far);
      } else {
        x = take(p, q, near);
        y = take(p, q, far);
      }
      const sum = f64x2.add(x, y);
      const difference = f64x2.sub(x, y);
      v128.store(s, sum);
      v128.store(s + around, sum);
      v128.store(d, difference);
      v128.store(d + around, f64x2.neg(difference));
      place += 4;
      s += 16;
      d += 16;
    }
    convolve(scratch, sums, outPlus, width, outLength);
    convolve(minus, differences, outMinus, width, outLength);
    let a = <usize>load<u32>(to);
    let b = <usize>load<u32>(to + second);
    const side = b === a + 8;
    let plus = outPlus;
    let less = outMinus;
    for (let i = 0; i < half; i++) {
      const x = v128.load(plus);
      const y = v128.load(less);
      const near = f64x2.add(x, y);
      const far = f64x2.sub(x, y);
      if (side) {
        v128.store(a, near);
        v128.store(a + across, far);
      } else {
        v128.store64_lane(a, near, 0);
        v128.store64_lane(b, near, 1);
        v128.store64_lane(a + across, far, 0);
        v128.store64_lane(b + across, far, 1);
      }
      a += stride;
      b += stride;
      plus += 16;
      less += 16;
    }
    from += 8;
    to += 8;
  }
}

/** out[column, row] = x[row, column]; rows of x begin `stride` bytes apart, those of out follow each other. */
export function transpose64(x: usize, stride: usize, out: usize, rows: i32, columns: i32): void {
  const length = <usize>(8 * rows);
  let column = 0;
  for (; column + 4 <= columns; column += 4) {
    let from = x + <usize>(8 * column);
    let to = out + <usize>column * length;
    let row = 0;
    for (; row + 2 <= rows; row += 2) {
      const a = v128.load(from);
      const b = v128.load(from, 16);
      const c = v128.load(from + stride);
      const d = v128.load(from + stride, 16);
      v128.store(to, v128.shuffle<f64>(a, c, 0, 2));
      v128.store(to + length, v128.shuffle<f64>(a, c, 1, 3));
      v128.store(to + 2 * length, v128.shuffle<f64>(b, d, 0, 2));
      v128.store(to + 3 * length, v128.shuffle<f64>(b, d, 1, 3));
      from += 2 * stride;
      to += 16;
    }
    if (row < rows) {
      for (let k: usize = 0; k < 4; k++) store<f64>(to + k * length, load<f64>(from + 8 * k));
    }
  }
  for (; column < columns; column++) {
    let from = x + <usize>(8 * column);
    let to = out + <usize>column * length;
    for (let row = 0; row < rows; row++) {
      store<f64>(to, load<f64>(from));
      from += stride;
      to += 8;
    }
  }
}
