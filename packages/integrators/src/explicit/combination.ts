import type { Vec } from "../rhs.ts";

/** A weighted sum of slopes with the zero weights left out: c[0] k[0] + c[1] k[1] + ... */
export interface Combination {
  readonly weights: readonly number[];
  readonly slopes: readonly Vec[];
  /** The terms after the sixth. */
  readonly rest?: Combination;
}

/** Pairs weights with slopes, dropping zero weights, so that the sum costs what it must. */
export function combination(weights: readonly number[], slopes: readonly Vec[]): Combination {
  const used = weights.map((_, l) => l).filter((l) => weights[l] !== 0);
  return inSixes(
    used.map((l) => weights[l]!),
    used.map((l) => slopes[l]!),
  );
}

function inSixes(weights: readonly number[], slopes: readonly Vec[]): Combination {
  if (weights.length <= 6) return { weights, slopes };
  const [first, rest] = [weights.slice(0, 6), inSixes(weights.slice(6), slopes.slice(6))];
  return { weights: first, slopes: slopes.slice(0, 6), rest };
}

/**
 * out = u + h (c[0] k[0] + c[1] k[1] + ...), summed left to right; `out` may be `u`.
 *
 * Written out for up to six terms, and six at a time beyond: an inner loop over terms is several times slower, and every
 * stage of every explicit scheme passes here.
 */
export function addCombination(u: Vec, h: number, { weights, slopes, rest }: Combination, out: Vec): void {
  const n = out.length;
  const terms = weights.length;
  const c0 = weights[0]!;
  const k0 = slopes[0]!;
  const c1 = terms > 1 ? weights[1]! : 0;
  const k1 = terms > 1 ? slopes[1]! : k0;
  const c2 = terms > 2 ? weights[2]! : 0;
  const k2 = terms > 2 ? slopes[2]! : k0;
  const c3 = terms > 3 ? weights[3]! : 0;
  const k3 = terms > 3 ? slopes[3]! : k0;
  const c4 = terms > 4 ? weights[4]! : 0;
  const k4 = terms > 4 ? slopes[4]! : k0;
  const c5 = terms > 5 ? weights[5]! : 0;
  const k5 = terms > 5 ? slopes[5]! : k0;
  switch (terms) {
    case 1:
      for (let i = 0; i < n; i++) out[i] = u[i]! + h * (c0 * k0[i]!);
      break;
    case 2:
      for (let i = 0; i < n; i++) out[i] = u[i]! + h * (c0 * k0[i]! + c1 * k1[i]!);
      break;
    case 3:
      for (let i = 0; i < n; i++) out[i] = u[i]! + h * (c0 * k0[i]! + c1 * k1[i]! + c2 * k2[i]!);
      break;
    case 4:
      for (let i = 0; i < n; i++) out[i] = u[i]! + h * (c0 * k0[i]! + c1 * k1[i]! + c2 * k2[i]! + c3 * k3[i]!);
      break;
    case 5:
      for (let i = 0; i < n; i++) {
        out[i] = u[i]! + h * (c0 * k0[i]! + c1 * k1[i]! + c2 * k2[i]! + c3 * k3[i]! + c4 * k4[i]!);
      }
      break;
    default:
      for (let i = 0; i < n; i++) {
        out[i] = u[i]! + h * (c0 * k0[i]! + c1 * k1[i]! + c2 * k2[i]! + c3 * k3[i]! + c4 * k4[i]! + c5 * k5[i]!);
      }
  }
  if (rest) addCombination(out, h, rest, out);
}
