/*
 * The three-stage Radau IIA method and the real similarity T^-1 A^-1 T = diag(MU, [[ALPHA, -BETA], [BETA, ALPHA]]) that
 * splits its stage equations into a real and a complex system.
 * Source: Hairer, Wanner, Solving Ordinary Differential Equations II, 2nd ed., section IV.8; the digits of T are RADAU5's.
 */

const SQRT6 = Math.sqrt(6);

/** First node, (4 - sqrt 6)/10. */
export const C1: number = (4 - SQRT6) / 10;
/** Second node, (4 + sqrt 6)/10; the third is 1. */
export const C2: number = (4 + SQRT6) / 10;

/** Real eigenvalue of A^-1, 3 + 3^(2/3) - 3^(1/3). */
export const MU = 3.637834252744496;
/** Real part of the complex pair, 3 + (3^(1/3) - 3^(2/3))/2. */
export const ALPHA = 2.6810828736277523;
/** Imaginary part of the complex pair, (3^(5/6) + 3^(7/6))/2. */
export const BETA = 3.0504301992474105;

/** T, row by row; its last row is (1, 1, 0). */
export const T = [
  [0.09443876248897524, -0.14125529502095421, 0.03002919410514742],
  [0.25021312296533332, 0.20412935229379994, -0.38294211275726192],
  [1, 1, 0],
] as const;

/** The inverse of T, row by row. */
export const T_INVERSE = [
  [4.17871859155190428, 0.32768282076106237, 0.52337644549944951],
  [-4.17871859155190428, -0.32768282076106237, 0.47662355450055044],
  [0.50287263494578682, -2.57192694985560522, 0.59603920482822492],
] as const;

/** Weights of the stage increments in the error of the embedded formula of order 3. */
export const E: readonly [number, number, number] = [(-13 - 7 * SQRT6) / 3, (-13 + 7 * SQRT6) / 3, -1 / 3];
