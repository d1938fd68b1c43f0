import { imex1, periodicField, random, timeStepper } from "@hml/integrators";
import { kernelEngine, realFft, realFftBytes } from "@hml/kernels";
import { shuffle } from "../src/spec/init.ts";

/** Frames of a Cahn-Hilliard run and their slopes, flat, [frame, y, x]. */
export interface Frames {
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  readonly count: number;
}

/**
 * Frames of U_t = lap(-lap U - U + U^3) on n x n periodic points of spacing 1, from values drawn in [-1, 1): steps of 0.01 of
 * the first-order implicit-explicit scheme, a frame every 20 steps up to `end`, those before `from` left out; the slope of a
 * frame is the right-hand side on it, by Fourier collocation.
 *
 * Source: Kiyani, Silber, Kooshkbaghi, Karttunen, PRE 106, 065303 (2022), section III, with the signs of its equation (4) put
 * right (as printed it is ill-posed); the paper does not say from what range it draws, nor what its U_t is.
 */
export function cahnHilliard(n: number, seed: number, from = 1, end = 20): Frames {
  const square = (kx: number, ky: number): number => kx * kx + ky * ky;
  const mixture = periodicField({
    points: [n, n],
    length: [n, n],
    symbol: (kx, ky) => square(kx, ky) * (1 - square(kx, ky)),
    nonlinear(_t, u, out) {
      for (let j = 0; j < u.length; j++) out[j] = u[j]! * u[j]! * u[j]!;
    },
    outer: (kx, ky) => -square(kx, ky),
    fft: (shape) => realFft(kernelEngine({ bytes: realFftBytes(shape) }), shape),
  });
  const points = n * n;
  const source = random(seed);
  const state = mixture.coefficients(Float64Array.from({ length: points }, () => 2 * source() - 1));
  const flow = timeStepper(imex1(mixture), 0.01);
  const first = Math.round(from / 0.2);
  const count = Math.round(end / 0.2) - first + 1;
  const inputs = new Float64Array(count * points);
  const targets = new Float64Array(count * points);
  const slope = new Float64Array(state.length);
  if (first > 0) flow.advance(state, 0, first * 0.2);
  for (let frame = 0; frame < count; frame++) {
    if (frame > 0) flow.advance(state, (first + frame - 1) * 0.2, (first + frame) * 0.2);
    mixture.nonlinear(0, state, slope);
    // The linear part is diagonal and real: its re, im are (l, 0).
    for (let i = 0; i < state.length; i++) slope[i] = slope[i]! + mixture.linear[i - (i % 2)]! * state[i]!;
    mixture.field(state, inputs.subarray(frame * points, (frame + 1) * points));
    mixture.field(slope, targets.subarray(frame * points, (frame + 1) * points));
  }
  return { inputs, targets, count };
}

/** The frames of these indices, in their order. */
export function framesAt({ inputs, targets, count }: Frames, indices: ArrayLike<number>): Frames {
  const points = inputs.length / count;
  const take = (values: Float64Array): Float64Array => {
    const taken = new Float64Array(indices.length * points);
    for (let k = 0; k < indices.length; k++) {
      taken.set(values.subarray(indices[k]! * points, (indices[k]! + 1) * points), k * points);
    }
    return taken;
  };
  return { inputs: take(inputs), targets: take(targets), count: indices.length };
}

/** The numbers 0 to count - 1 in a random order. */
export function shuffled(count: number, source: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  shuffle(order, source);
  return order;
}

/** 1 - sum of squared errors / sum of squared deviations from the mean, over all frames together. */
export function rSquared(predictions: Float64Array, targets: Float64Array): number {
  const mean = targets.reduce((sum, value) => sum + value, 0) / targets.length;
  let error = 0;
  let total = 0;
  for (let i = 0; i < targets.length; i++) {
    error += (predictions[i]! - targets[i]!) * (predictions[i]! - targets[i]!);
    total += (targets[i]! - mean) * (targets[i]! - mean);
  }
  return 1 - error / total;
}
