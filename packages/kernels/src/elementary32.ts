/**
 * The functions of elementary.ts in float32: every operation is rounded to float32, as the four lanes of a vector round
 * it, and P and Q are of degree 1, with error 2e-9.
 */

const fround: (x: number) => number = Math.fround;

const HALVINGS = fround(2.8853900817779268);
/** (ln 2) / 2 cut after 12 bits, and the rest. */
const HALF_LN2_HIGH = fround(0.346435546875);
const HALF_LN2_LOW = fround(0.00013804340497265471);
/** 1.5 * 2^23 + 127. */
const SHIFTER = 12583039;
const P1 = fround(0.06660951088902664);
const Q1 = fround(0.3999427727257298);

/** 2^n at n + MIDDLE; no power used lies outside the range of normal float32. */
const MIDDLE = 126;
const POWERS: Float32Array = Float32Array.from({ length: MIDDLE + 128 }, (_, i) => powerFrom(i - MIDDLE));

function powerFrom(n: number): number {
  let power = 1;
  for (let k = 0; k < Math.abs(n); k++) power *= n > 0 ? 2 : 0.5;
  return power;
}

function powerOfTwo(n: number): number {
  return n === n ? POWERS[MIDDLE + n]! : 1;
}

function nearest(x: number): number {
  return fround(fround(fround(x * HALVINGS) + SHIFTER) - SHIFTER);
}

function remainder(x: number, n: number): number {
  return fround(fround(x - fround(n * HALF_LN2_HIGH)) - fround(n * HALF_LN2_LOW));
}

function numerator(b: number, z: number): number {
  return fround(b + fround(b * fround(z * P1)));
}

function denominator(z: number): number {
  return fround(z * Q1);
}

function clamp(x: number, low: number, high: number): number {
  const below = high < x ? high : x;
  return below < low ? low : below;
}

/** tanh x, with an error below 2.5e-7 relative. */
export function tanh(x: number): number {
  const c = clamp(x, -10, 10);
  const n = nearest(c);
  const t = powerOfTwo(n);
  const b = remainder(c, n);
  const z = fround(b * b);
  const p = numerator(b, z);
  const q = denominator(z);
  const less = fround(t - 1);
  const more = fround(t + 1);
  const over = fround(less + fround(fround(less * q) + fround(more * p)));
  return fround(over / fround(more + fround(fround(more * q) + fround(less * p))));
}

/** e^x; 0 below x = -104, infinite above 88.73. */
export function exp(x: number): number {
  const half = fround(clamp(x, -104, 89) * 0.5);
  const n = nearest(half);
  const b = remainder(half, n);
  const z = fround(b * b);
  const p = numerator(b, z);
  const value = fround(1 + fround(fround(p + p) / fround(1 + fround(denominator(z) - p))));
  const first = fround(fround(fround(n * 0.5) + SHIFTER) - SHIFTER);
  return fround(fround(value * powerOfTwo(first)) * powerOfTwo(n - first));
}

/** e^x - 1 for x <= 0; larger x count as 0. */
export function expm1(x: number): number {
  const half = fround(clamp(x, -20, 0) * 0.5);
  const n = nearest(half);
  const t = powerOfTwo(n);
  const b = remainder(half, n);
  const z = fround(b * b);
  const p = numerator(b, z);
  const grown = fround(fround(p + p) / fround(1 + fround(denominator(z) - p)));
  return fround(fround(t - 1) + fround(t * grown));
}

/** 1 / (1 + e^-x); below x = -87 the value there, 1.6e-38. */
export function sigmoid(x: number): number {
  const half = fround(clamp(x, -87, 20) * 0.5);
  const n = nearest(half);
  const b = remainder(half, n);
  const z = fround(b * b);
  const p = numerator(b, z);
  const q = denominator(z);
  const above = fround(powerOfTwo(n) * fround(1 + fround(q + p)));
  return fround(above / fround(above + fround(1 + fround(q - p))));
}

/** log(1 + e^x); below x = -87 the value there, 1.6e-38. */
export function softplus(x: number): number {
  const half = fround(clamp(-Math.abs(x), -87, 0) * 0.5);
  const n = nearest(half);
  const b = remainder(half, n);
  const z = fround(b * b);
  const p = numerator(b, z);
  const q = denominator(z);
  const above = fround(powerOfTwo(n) * fround(1 + fround(q + p)));
  const below = fround(1 + fround(q - p));
  const s = fround(above / fround(fround(below + below) + above));
  const w = fround(s * s);
  let r = fround(0.1342601361699985);
  r = fround(fround(0.14118273328778863) + fround(w * r));
  r = fround(fround(0.20003781532629666) + fround(w * r));
  r = fround(fround(0.33333320162814345) + fround(w * r));
  const twice = fround(s + s);
  const tail = fround(twice + fround(twice * fround(w * r)));
  return fround(fround(0.5 * fround(x + Math.abs(x))) + tail);
}
