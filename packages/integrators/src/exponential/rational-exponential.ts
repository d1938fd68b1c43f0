import { checkOptions, float64, integer } from "@hml/guard";
import { checkTridiagonal, type Tridiagonal } from "../linear/tridiagonal.ts";
import type { Vec } from "../rhs.ts";
import type { TimeStepper } from "../time-stepper.ts";
import {
  eliminateOne,
  eliminatePair,
  eliminateThree,
  type ScaledBands,
  substituteOne,
  substitutePair,
  substituteThree,
} from "./rational-sweeps.ts";

/**
 * Poles z_k in the upper half plane and residues c_k of the 14-pole Caratheodory-Fejer approximation
 * exp(x) ~ 2 Re sum_k c_k / (x - z_k) on the negative real axis, largest error 6.1e-14.
 * Source: Trefethen, Weideman, Schmelzer, BIT 46 (2006) 653, the construction of their section 4.
 */
const POLES = {
  re: [
    5.62316478591332, 5.089367564051825, 3.9933939169947728, 2.2698131946556557, -0.2087182241648243,
    -3.703215356019705, -8.897683270422746,
  ],
  im: [
    1.19407555888479, 3.5888443387480664, 6.004867784553896, 8.461792363760143, 10.991334648730728, 13.656464690624857,
    16.631088780518656,
  ],
} as const;
const RESIDUES = {
  re: [
    -27.87533114059996, 46.9337530132887, -23.49872552724336, 4.807332311061495, -0.3763981614778793,
    0.009441068865057467, -7.15638108433306e-5,
  ],
  im: [
    -102.15032871934108, 45.64577708417692, -5.809283323475586, -1.3207878209315063, 0.3351716726572137,
    -0.017184956987387742, 0.00014361540102234496,
  ],
} as const;
const PAIRS = POLES.re.length;
/** 2 c_k / z_k, the weights of the increment form. */
const WEIGHTS = POLES.re.map((zr, k) => {
  const zi = POLES.im[k]!;
  const cr = RESIDUES.re[k]!;
  const ci = RESIDUES.im[k]!;
  const q = 2 / (zr * zr + zi * zi);
  return { re: q * (cr * zr + ci * zi), im: q * (ci * zr - cr * zi) };
});

/** The error of the rational approximation of exp on the negative real axis, relative to 1. */
export const RATIONAL_EXPONENTIAL_ERROR = 6.1e-14;

/**
 * The flow of u' = A u for a tridiagonal A whose eigenvalues are real and not positive, without time steps and without
 * a tolerance:
 *
 *   exp(tau A) u ~ u + 2 Re sum_(k=1..7) (c_k / z_k) (tau A - z_k)^(-1) (tau A u),
 *
 * seven complex tridiagonal solves. This is the sum of c_k / (x - z_k) with its value at x = 0 taken out, so the rational
 * approximation and the rounding of the solves act on the increment alone: with A u taken as differences of neighbours,
 * steady states are kept exactly, where the plain form loses 1e-16 ||tau A|| of |u|. The approximation is 1.2e-13 of
 * the largest |u| whatever the stiffness. A row of zeros holds its unknown (a Dirichlet end). Factors are kept for the
 * last interval length, so bursts of one length cost the solves alone; with `members` the state is `[member, point]` and
 * all members share them.
 *
 * Owns its factors (14 `size` numbers) and scratch: not re-entrant, one per worker.
 *
 * @throws RangeError / TypeError for a malformed operator or member count, RangeError when time runs backwards.
 * Source: Trefethen, Weideman, Schmelzer, BIT 46 (2006) 653; Samaey, Kevrekidis, Roose, J. Comput. Phys. 213 (2006) 264
 * for the patch bursts this serves.
 */
export function rationalExponential(operator: Tridiagonal, options: { readonly members?: number } = {}): TimeStepper {
  checkOptions("rationalExponential", options, ["members"]);
  const { members = 1 } = options;
  const n = checkTridiagonal("rationalExponential", operator);
  integer("rationalExponential", "members", members, 1);
  const size = integer("rationalExponential", "members * points", members * n, 1);
  const lower = Float64Array.from(operator.lower);
  const diagonal = Float64Array.from(operator.diagonal);
  const upper = Float64Array.from(operator.upper);
  lower[0] = 0;
  upper[n - 1] = 0;

  const factors = Array.from({ length: PAIRS }, () => new Float64Array(2 * n));
  const sweep = new Float64Array(2 * n * Math.max(2, Math.min(members, GROUP)));
  const increments = Array.from({ length: Math.min(members, GROUP) }, () => new Float64Array(n));
  const scaled = { lower: new Float64Array(n), upper: new Float64Array(n), rowSum: new Float64Array(n) };
  let factoredFor = Number.NaN;

  let owner: Vec | undefined;
  let views: Vec[] = [];

  function factor(tau: number): void {
    for (let i = 0; i < n; i++) {
      scaled.lower[i] = tau * lower[i]!;
      scaled.upper[i] = tau * upper[i]!;
      scaled.rowSum[i] = tau * (diagonal[i]! + (lower[i]! + upper[i]!));
    }
    for (let k = 0; k < PAIRS; k++) factorShifted(scaled, POLES.re[k]!, POLES.im[k]!, factors[k]!);
    factoredFor = tau;
  }

  return {
    size,
    advance(u, t0, t1) {
      const tau = t1 - t0;
      if (tau === 0) return;
      if (!(tau > 0)) throw new RangeError(`rationalExponential: t1 must not be before t0, got t0 = ${t0}, t1 = ${t1}`);
      if (u !== owner) {
        float64("rationalExponential", "u", u, size);
        views = Array.from({ length: members }, (_, m) => u.subarray(m * n, (m + 1) * n));
        owner = u;
      }
      if (tau !== factoredFor) factor(tau);
      let m = 0;
      for (; m + GROUP <= members; m += GROUP) {
        const [a, b, c] = [views[m]!, views[m + 1]!, views[m + 2]!];
        const [ra, rb, rc] = [increments[0]!, increments[1]!, increments[2]!];
        applyScaled(scaled, a, ra);
        applyScaled(scaled, b, rb);
        applyScaled(scaled, c, rc);
        for (let k = 0; k < PAIRS; k++) {
          const { re, im } = WEIGHTS[k]!;
          eliminateThree(scaled.lower, factors[k]!, sweep, ra, rb, rc);
          substituteThree(scaled.upper, factors[k]!, re, im, sweep, a, b, c);
        }
      }
      for (; m < members; m++) {
        const out = views[m]!;
        const r = increments[0]!;
        applyScaled(scaled, out, r);
        for (let k = 0; k + 1 < PAIRS; k += 2) {
          eliminatePair(scaled.lower, factors[k]!, factors[k + 1]!, sweep, r);
          substitutePair(scaled.upper, factors[k]!, factors[k + 1]!, WEIGHTS[k]!, WEIGHTS[k + 1]!, sweep, out);
        }
        const last = PAIRS - 1;
        const { re, im } = WEIGHTS[last]!;
        eliminateOne(scaled.lower, factors[last]!, sweep, r);
        substituteOne(scaled.upper, factors[last]!, re, im, sweep, out);
      }
    },
  };
}

/**
 * Members solved together: three independent recurrences hide the latency of one, and each does the same operations in
 * the same order as alone, so the bits are the same.
 */
const GROUP = 3;

/** out = tau A u, by differences of neighbours. */
function applyScaled(bands: ScaledBands, u: Vec, out: Vec): void {
  const { lower, upper, rowSum } = bands;
  const last = u.length - 1;
  let left = 0;
  for (let i = 0; i <= last; i++) {
    const right = i < last ? u[i + 1]! - u[i]! : 0;
    out[i] = upper[i]! * right - lower[i]! * left + rowSum[i]! * u[i]!;
    left = right;
  }
}

/**
 * Reciprocal pivots w_i = 1 / p_i of tau A - z, interleaved re, im. No pivoting: the complex shift keeps every pivot off
 * zero. With e_i = p_i + upper_i the elimination reads e_i = (rowSum_i - z) - lower_i e_(i-1) / p_(i-1), in which the
 * shift z, of size 10, never meets the diagonal, of size 1e8: the plain form would round it to 1e-8.
 */
function factorShifted(bands: ScaledBands, zr: number, zi: number, w: Vec): void {
  const { lower, upper, rowSum } = bands;
  let er = 0;
  let ei = 0;
  let wr = 0;
  let wi = 0;
  for (let i = 0; i < lower.length; i++) {
    const l = lower[i]!;
    const ratioRe = er * wr - ei * wi;
    const ratioIm = er * wi + ei * wr;
    er = rowSum[i]! - zr - l * ratioRe;
    ei = -zi - l * ratioIm;
    const pr = er - upper[i]!;
    const q = 1 / (pr * pr + ei * ei);
    wr = pr * q;
    wi = -ei * q;
    w[2 * i] = wr;
    w[2 * i + 1] = wi;
  }
}
