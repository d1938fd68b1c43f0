import type { Vec } from "../rhs.ts";
import type { PointFunction } from "./weak-terms.ts";

/**
 * Writes a function of noisy values v = u + s n into `out`, n being standard normal: for a power of u the Hermite polynomial
 * He_q(v) = v He_(q-1) - (q - 1) s^2 He_(q-2), whose expectation is u^q; any other function as it is.
 */
export function unbiased(field: PointFunction, variance: number, v: Vec, out: Vec): void {
  if (field.power === undefined) {
    for (let i = 0; i < v.length; i++) out[i] = field.of(v[i]!);
    return;
  }
  for (let i = 0; i < v.length; i++) out[i] = hermite(field.power, variance, v[i]!);
}

function hermite(q: number, variance: number, v: number): number {
  let before = 0;
  let value = 1;
  for (let k = 0; k < q; k++) [before, value] = [value, v * value - k * variance * before];
  return value;
}

/**
 * The covariance of the noise in each pair of fields at a point, averaged over the values of a frame, `[field, field]`. For powers it
 * is exact in expectation, sum_j s^2j / j! <(u^q)^(j) (u^r)^(j)> over j >= 1; with other functions the first term is taken.
 */
export function noiseCovariance(fields: readonly PointFunction[], variance: number, v: Vec): Vec {
  const count = fields.length;
  const out = new Float64Array(count * count);
  if (variance === 0) return out;
  const highest = fields.reduce((most, { power = 0 }) => Math.max(most, power), 0);
  const moments = Float64Array.from({ length: Math.max(1, 2 * highest - 1) }, (_, m) => {
    let sum = 0;
    for (let i = 0; i < v.length; i++) sum += hermite(m, variance, v[i]!);
    return sum / v.length;
  });
  for (let f = 0; f < count; f++) {
    for (let g = 0; g <= f; g++) {
      const [q, r] = [fields[f]!.power, fields[g]!.power];
      const value =
        q === undefined || r === undefined
          ? variance * meanOfSlopes(fields[f]!, fields[g]!, Math.sqrt(variance), v)
          : powersCovariance(q, r, variance, moments);
      out[f * count + g] = value;
      out[g * count + f] = value;
    }
  }
  return out;
}

function powersCovariance(q: number, r: number, variance: number, moments: Vec): number {
  let sum = 0;
  let factor = 1;
  for (let j = 1; j <= Math.min(q, r); j++) {
    factor *= ((q - j + 1) * (r - j + 1) * variance) / j;
    sum += factor * moments[q + r - 2 * j]!;
  }
  return sum;
}

/** <f' g'> by central differences over a tenth of the noise. */
function meanOfSlopes(f: PointFunction, g: PointFunction, noise: number, v: Vec): number {
  const h = 0.1 * noise;
  let sum = 0;
  for (let i = 0; i < v.length; i++) {
    const slope = (of: (u: number) => number): number => (of(v[i]! + h) - of(v[i]! - h)) / (2 * h);
    sum += slope(f.of) * slope(g.of);
  }
  return sum / v.length;
}
