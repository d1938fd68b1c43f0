/*
 * ROS34PW2, a four-stage Rosenbrock-W method of order 3: L-stable, stiffly accurate, order 3 for any matrix in place of
 * the Jacobian.
 * Source: Rang, Angermann, New Rosenbrock W-methods of order 3 for partial differential algebraic equations of index 1,
 * BIT 45 (2005) 761; the interpolant is that of PETSc's TSROSWRA34PW2.
 */

/** Rows of four numbers, one row per stage. */
type Square = readonly (readonly [number, number, number, number])[];

/** Diagonal of the implicit part. */
export const GAMMA = 0.435866521508459;

/** Strictly lower triangular: stage values. */
export const ALPHA: Square = [
  [0, 0, 0, 0],
  [0.871733043016918, 0, 0, 0],
  [0.8445706001536942, -0.11299064236484185, 0, 0],
  [0, 0, 1, 0],
];

/** Lower triangular: products with the Jacobian. */
export const GAMMAS: Square = [
  [GAMMA, 0, 0, 0],
  [-0.871733043016918, GAMMA, 0, 0],
  [-0.9033805701304408, 0.054180672388095326, GAMMA, 0],
  [0.24212380706095346, -1.2232505839045147, 0.5452602553351021, GAMMA],
];

/** Weights of the embedded method of order 2. */
export const EMBEDDED: readonly number[] = [0.3781090314581937, -0.09604229221242318, 0.5, 0.2179332607542295];

/** Coefficients of theta, theta^2, theta^3 in the weights of u(t + theta h); they add up to the weights of the step. */
export const INTERPOLANT: Square = [
  [1.0564298455794094, 2.296429974281067, -1.307599564525376, -1.045260255335102],
  [-1.3864882699759573, -8.262611700275677, 7.250979895056055, 2.398120075195581],
  [0.5721822314575016, 4.742931142090097, -4.398120075195578, -0.9169932983520199],
];

/** What a step does with its stages, in the variables U = GAMMAS k, which need no product with the Jacobian. */
export interface RosenbrockCoefficients {
  /** Times of the stages, in steps. */
  readonly nodes: readonly number[];
  /** Factors of h df/dt: row sums of the implicit part. */
  readonly slopes: readonly number[];
  /** Stage values: u + sum_j a[i][j] U_j. */
  readonly a: readonly (readonly number[])[];
  /** Right-hand sides: f + sum_j c[i][j] U_j / h. */
  readonly c: readonly (readonly number[])[];
  /** Weights of the step. */
  readonly m: readonly number[];
  /** Weights of its error. */
  readonly e: readonly number[];
  /** Weights of theta, theta^2 and theta^3 within it. */
  readonly dense: readonly (readonly number[])[];
}

/** The coefficients of ROS34PW2. */
export const ros34pw2: RosenbrockCoefficients = transformed();

function transformed(): RosenbrockCoefficients {
  const inverse = lowerInverse(GAMMAS);
  // The method is stiffly accurate: its weights are the last row of ALPHA + GAMMAS.
  const weights = ALPHA[3]!.map((value, j) => value + GAMMAS[3]![j]!);
  return {
    nodes: ALPHA.map(sum),
    slopes: GAMMAS.map(sum),
    a: ALPHA.map((row) => times(row, inverse)),
    c: inverse.map((row, i) => row.map((value, j) => (i === j ? 0 : -value))),
    m: times(weights, inverse),
    e: times(
      weights.map((value, j) => value - EMBEDDED[j]!),
      inverse,
    ),
    dense: INTERPOLANT.map((row) => times(row, inverse)),
  };
}

function sum(row: readonly number[]): number {
  return row.reduce((total, value) => total + value, 0);
}

/** row * matrix. */
function times(row: readonly number[], matrix: readonly (readonly number[])[]): number[] {
  return row.map((_, j) => row.reduce((total, value, k) => total + value * matrix[k]![j]!, 0));
}

/** Inverse of a lower triangular matrix. */
function lowerInverse(matrix: Square): number[][] {
  const n = matrix.length;
  const inverse = matrix.map((row) => row.map(() => 0));
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let value = i === j ? 1 : 0;
      for (let k = j; k < i; k++) value -= matrix[i]![k]! * inverse[k]![j]!;
      inverse[i]![j] = value / matrix[i]![i]!;
    }
  }
  return inverse;
}
