/**
 * tanh, exp and their kin in float64, from additions, multiplications and one division: the same bits on every engine,
 * and the same bits as the vectors of assembly/elementary.ts, which do these operations in this order.
 *
 * All start from b = x - n (ln 2) / 2 with n the nearest integer, so |b| <= (ln 2) / 4, and tanh b = b P(b^2) / Q(b^2). P
 * and Q, of degree 2, meet tanh at Chebyshev points of that range and at 0; their error is below 2e-17. With t = 2^n,
 *
 *   tanh x = ((t - 1) Q + (t + 1) b P) / ((t + 1) Q + (t - 1) b P)
 *
 * is the addition theorem, and exp(2 x) = t (Q + b P) / (Q - b P). (ln 2) / 2 is cut after 32 bits, so that n times its
 * upper part is exact.
 */

const HALVINGS = 2.8853900817779268;
const HALF_LN2_HIGH = 0.3465735901845619;
const HALF_LN2_LOW = 9.541074646352939e-11;
/**
 * 1.5 * 2^52 + 1023: adding and subtracting it rounds to the nearest integer. 1023 is the bias of an exponent: vectors so get
 * the bits of 2^n at once, and here ties go the same way.
 */
const SHIFTER = 6755399441056767;

/** 2^n at n + MIDDLE. */
const MIDDLE = 1100;
const POWERS: Float64Array = powersOfTwo();

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(MIDDLE + 1024);
  powers[MIDDLE] = 1;
  for (let n = 1; n < 1024; n++) {
    powers[MIDDLE + n] = 2 * powers[MIDDLE + n - 1]!;
    powers[MIDDLE - n] = 0.5 * powers[MIDDLE - n + 1]!;
  }
  return powers;
}

/** 2^n, or 1 for a NaN, which the caller's other factor carries on. */
function powerOfTwo(n: number): number {
  return n === n ? POWERS[MIDDLE + n]! : 1;
}

function nearest(x: number): number {
  return x * HALVINGS + SHIFTER - SHIFTER;
}

function remainder(x: number, n: number): number {
  return x - n * HALF_LN2_HIGH - n * HALF_LN2_LOW;
}

/** b P(z). */
function numerator(b: number, z: number): number {
  return b + b * (z * (0.11110147886040408 + z * 0.0010575592524237915));
}

/** Q(z) - 1. */
function denominator(z: number): number {
  return z * (0.44443481219373676 + z * 0.01586916331769181);
}

/** min(max(x, low), high); a NaN stays. */
function clamp(x: number, low: number, high: number): number {
  const below = high < x ? high : x;
  return below < low ? low : below;
}

/**
 * tanh x, with an error below 4e-16 relative (3.5e-16 measured); the sign of zero is lost.
 */
export function tanh(x: number): number {
  const c = clamp(x, -20, 20);
  const n = nearest(c);
  const t = powerOfTwo(n);
  const b = remainder(c, n);
  const z = b * b;
  const p = numerator(b, z);
  const q = denominator(z);
  const less = t - 1;
  const more = t + 1;
  return (less + (less * q + more * p)) / (more + (more * q + less * p));
}

/** e^x, with an error below 3e-16 relative (2.0e-16 measured) where the result is normal; 0 below x = -746, infinite above 709.78. */
export function exp(x: number): number {
  const half = clamp(x, -746, 710) * 0.5;
  const n = nearest(half);
  const b = remainder(half, n);
  const z = b * b;
  const p = numerator(b, z);
  const q = denominator(z);
  // In two factors, since 2^n itself may be outside the range where the result is not.
  const first = n * 0.5 + SHIFTER - SHIFTER;
  return (1 + (p + p) / (1 + (q - p))) * powerOfTwo(first) * powerOfTwo(n - first);
}

/** e^x - 1 for x <= 0, with an error below 4e-16 relative (3.0e-16 measured) unless x is subnormal; x > 0 counts as 0. */
export function expm1(x: number): number {
  const half = clamp(x, -40, 0) * 0.5;
  const n = nearest(half);
  const t = powerOfTwo(n);
  const b = remainder(half, n);
  const z = b * b;
  const p = numerator(b, z);
  const q = denominator(z);
  return t - 1 + t * ((p + p) / (1 + (q - p)));
}

/** 1 / (1 + e^-x), with an error below 4e-16 relative (3.2e-16 measured); below x = -708 the value there, 3e-308. */
export function sigmoid(x: number): number {
  const half = clamp(x, -708, 40) * 0.5;
  const n = nearest(half);
  const b = remainder(half, n);
  const z = b * b;
  const p = numerator(b, z);
  const q = denominator(z);
  const above = powerOfTwo(n) * (1 + (q + p));
  return above / (above + (1 + (q - p)));
}

/**
 * log(1 + e^x), with an error below 4.5e-16 relative (3.9e-16 measured); below x = -708 the value there, 3e-308.
 *
 * max(0, x) + log(1 + y) with y = e^-|x|, and log(1 + y) = 2 atanh(s), s = y / (2 + y) <= 1 / 3, by a polynomial of
 * degree 10 in s^2 with error 5e-18.
 */
export function softplus(x: number): number {
  const half = clamp(-Math.abs(x), -708, 0) * 0.5;
  const n = nearest(half);
  const b = remainder(half, n);
  const z = b * b;
  const p = numerator(b, z);
  const q = denominator(z);
  const above = powerOfTwo(n) * (1 + (q + p));
  const below = 1 + (q - p);
  const s = above / (below + below + above);
  const w = s * s;
  let r = 0.08082469084735669;
  r = 0.04400158825434387 + w * r;
  r = 0.0600057759142889 + w * r;
  r = 0.06657067775440581 + w * r;
  r = 0.07692785296456121 + w * r;
  r = 0.09090894708663223 + w * r;
  r = 0.11111111358900891 + w * r;
  r = 0.1428571428355253 + w * r;
  r = 0.20000000000007298 + w * r;
  r = 0.3333333333333333 + w * r;
  const twice = s + s;
  return 0.5 * (x + Math.abs(x)) + (twice + twice * (w * r));
}
