// tanh, exp and their kin on a vector of f64 or f32. src/elementary.ts and src/elementary32.ts do the same operations on
// one number at a time, in the same order, so that both give the same bits; what is said there is not repeated here.

/** Numbers in a vector: 2 of f64, 4 of f32. */
// @inline
export function lanes<T>(): i32 {
  return 16 / <i32>sizeof<T>();
}

// @inline
function all<T>(x: f64): v128 {
  return v128.splat<T>(<T>x);
}

/**
 * 1.5 times 2^52 or 2^23, plus the bias of an exponent: adding it rounds to the nearest integer n and leaves n plus the
 * bias in the lowest bits.
 */
// @inline
function shifter<T>(): v128 {
  return all<T>(sizeof<T>() === 8 ? 6755399441056767 : 12583039);
}

/** n + shifter, where n is the integer nearest to x / (ln 2 / 2). */
// @inline
function halvings<T>(x: v128): v128 {
  return v128.add<T>(v128.mul<T>(x, all<T>(2.8853900817779268)), shifter<T>());
}

/** x - n ln 2 / 2. */
// @inline
function remainder<T>(x: v128, n: v128): v128 {
  const high = all<T>(sizeof<T>() === 8 ? 0.3465735901845619 : 0.346435546875);
  const low = all<T>(sizeof<T>() === 8 ? 9.541074646352939e-11 : 0.00013804340497265471);
  return v128.sub<T>(v128.sub<T>(x, v128.mul<T>(n, high)), v128.mul<T>(n, low));
}

/** 2^n from n + shifter: the bits of n and the bias, moved to the place of an exponent. */
// @inline
function powerOfTwo<T>(shifted: v128): v128 {
  return sizeof<T>() === 8 ? i64x2.shl(shifted, 52) : i32x4.shl(shifted, 23);
}

/** b P(b^2), where tanh b = b P / Q. */
// @inline
function numerator<T>(b: v128, z: v128): v128 {
  const p =
    sizeof<T>() === 8
      ? v128.add<T>(all<T>(0.11110147886040408), v128.mul<T>(z, all<T>(0.0010575592524237915)))
      : all<T>(0.06660951088902664);
  return v128.add<T>(b, v128.mul<T>(b, v128.mul<T>(z, p)));
}

/** Q(b^2) - 1. */
// @inline
function denominator<T>(z: v128): v128 {
  const q =
    sizeof<T>() === 8
      ? v128.add<T>(all<T>(0.44443481219373676), v128.mul<T>(z, all<T>(0.01586916331769181)))
      : all<T>(0.3999427727257298);
  return v128.mul<T>(z, q);
}

/** min(max(x, low), high); a NaN stays. */
// @inline
function clamp<T>(x: v128, low: f64, high: f64): v128 {
  return v128.pmax<T>(v128.pmin<T>(x, all<T>(high)), all<T>(low));
}

// @inline
export function tanh<T>(x: v128): v128 {
  const one = all<T>(1);
  const limit: f64 = sizeof<T>() === 8 ? 20 : 10;
  const c = clamp<T>(x, -limit, limit);
  const shifted = halvings<T>(c);
  const t = powerOfTwo<T>(shifted);
  const b = remainder<T>(c, v128.sub<T>(shifted, shifter<T>()));
  const z = v128.mul<T>(b, b);
  const p = numerator<T>(b, z);
  const q = denominator<T>(z);
  const less = v128.sub<T>(t, one);
  const more = v128.add<T>(t, one);
  const over = v128.add<T>(less, v128.add<T>(v128.mul<T>(less, q), v128.mul<T>(more, p)));
  const under = v128.add<T>(more, v128.add<T>(v128.mul<T>(more, q), v128.mul<T>(less, p)));
  return v128.div<T>(over, under);
}

// @inline
export function exp<T>(x: v128): v128 {
  const one = all<T>(1);
  const c = clamp<T>(x, sizeof<T>() === 8 ? -746 : -104, sizeof<T>() === 8 ? 710 : 89);
  const half = v128.mul<T>(c, all<T>(0.5));
  const shifted = halvings<T>(half);
  const n = v128.sub<T>(shifted, shifter<T>());
  const b = remainder<T>(half, n);
  const z = v128.mul<T>(b, b);
  const p = numerator<T>(b, z);
  const q = denominator<T>(z);
  const value = v128.add<T>(one, v128.div<T>(v128.add<T>(p, p), v128.add<T>(one, v128.sub<T>(q, p))));
  const first = v128.add<T>(v128.mul<T>(n, all<T>(0.5)), shifter<T>());
  const second = v128.add<T>(v128.sub<T>(n, v128.sub<T>(first, shifter<T>())), shifter<T>());
  return v128.mul<T>(v128.mul<T>(value, powerOfTwo<T>(first)), powerOfTwo<T>(second));
}

/** exp(x) - 1 for x <= 0. */
// @inline
export function expm1<T>(x: v128): v128 {
  const one = all<T>(1);
  const c = clamp<T>(x, sizeof<T>() === 8 ? -40 : -20, 0);
  const half = v128.mul<T>(c, all<T>(0.5));
  const shifted = halvings<T>(half);
  const t = powerOfTwo<T>(shifted);
  const b = remainder<T>(half, v128.sub<T>(shifted, shifter<T>()));
  const z = v128.mul<T>(b, b);
  const p = numerator<T>(b, z);
  const q = denominator<T>(z);
  const grown = v128.div<T>(v128.add<T>(p, p), v128.add<T>(one, v128.sub<T>(q, p)));
  return v128.add<T>(v128.sub<T>(t, one), v128.mul<T>(t, grown));
}

// @inline
export function sigmoid<T>(x: v128): v128 {
  const one = all<T>(1);
  const c = clamp<T>(x, sizeof<T>() === 8 ? -708 : -87, sizeof<T>() === 8 ? 40 : 20);
  const half = v128.mul<T>(c, all<T>(0.5));
  const shifted = halvings<T>(half);
  const t = powerOfTwo<T>(shifted);
  const b = remainder<T>(half, v128.sub<T>(shifted, shifter<T>()));
  const z = v128.mul<T>(b, b);
  const p = numerator<T>(b, z);
  const q = denominator<T>(z);
  const above = v128.mul<T>(t, v128.add<T>(one, v128.add<T>(q, p)));
  return v128.div<T>(above, v128.add<T>(above, v128.add<T>(one, v128.sub<T>(q, p))));
}

// @inline
export function softplus<T>(x: v128): v128 {
  const one = all<T>(1);
  const c = clamp<T>(v128.neg<T>(v128.abs<T>(x)), sizeof<T>() === 8 ? -708 : -87, 0);
  const half = v128.mul<T>(c, all<T>(0.5));
  const shifted = halvings<T>(half);
  const t = powerOfTwo<T>(shifted);
  const b = remainder<T>(half, v128.sub<T>(shifted, shifter<T>()));
  const z = v128.mul<T>(b, b);
  const p = numerator<T>(b, z);
  const q = denominator<T>(z);
  const above = v128.mul<T>(t, v128.add<T>(one, v128.add<T>(q, p)));
  const below = v128.add<T>(one, v128.sub<T>(q, p));
  const s = v128.div<T>(above, v128.add<T>(v128.add<T>(below, below), above));
  const w = v128.mul<T>(s, s);
  let r: v128;
  if (sizeof<T>() === 8) {
    r = all<T>(0.08082469084735669);
    r = v128.add<T>(all<T>(0.04400158825434387), v128.mul<T>(w, r));
    r = v128.add<T>(all<T>(0.0600057759142889), v128.mul<T>(w, r));
    r = v128.add<T>(all<T>(0.06657067775440581), v128.mul<T>(w, r));
    r = v128.add<T>(all<T>(0.07692785296456121), v128.mul<T>(w, r));
    r = v128.add<T>(all<T>(0.09090894708663223), v128.mul<T>(w, r));
    r = v128.add<T>(all<T>(0.11111111358900891), v128.mul<T>(w, r));
    r = v128.add<T>(all<T>(0.1428571428355253), v128.mul<T>(w, r));
    r = v128.add<T>(all<T>(0.20000000000007298), v128.mul<T>(w, r));
    r = v128.add<T>(all<T>(0.3333333333333333), v128.mul<T>(w, r));
  } else {
    r = all<T>(0.1342601361699985);
    r = v128.add<T>(all<T>(0.14118273328778863), v128.mul<T>(w, r));
    r = v128.add<T>(all<T>(0.20003781532629666), v128.mul<T>(w, r));
    r = v128.add<T>(all<T>(0.33333320162814345), v128.mul<T>(w, r));
  }
  const twice = v128.add<T>(s, s);
  const tail = v128.add<T>(twice, v128.mul<T>(twice, v128.mul<T>(w, r)));
  return v128.add<T>(v128.mul<T>(all<T>(0.5), v128.add<T>(x, v128.abs<T>(x))), tail);
}
