import { type FourierSymbol, type PeriodicField, periodicField } from "@hml/integrators";
import { symmetricEigen } from "@hml/metrics";

/** The symbol of lap^p. */
export function laplacian(p: number): FourierSymbol {
  return (kx, ky) => (-kx * kx - ky * ky) ** p;
}

/**
 * The operators of what a pointwise net reads, by Fourier interpolation: u, u_x, u_y, lap u, ..., lap^powers u. The paper's unmixed
 * second differences u_xx, u_yy, u_xxxx, ... do not contain lap^2 u, which needs u_xxyy.
 */
export function operatorSymbols(powers: number): readonly FourierSymbol[] {
  const laplacians = Array.from({ length: powers }, (_, p) => laplacian(p + 1));
  return [laplacian(0), (kx) => [0, kx], (_kx, ky) => [0, ky], ...laplacians];
}

/**
 * Where each feature stands among the operators: u, |grad u|^2, lap u, lap^2 u, ... The laws have no preferred direction, so
 * neither have the features.
 */
export function featurePlaces(powers: number): readonly number[] {
  return [0, 1, ...Array.from({ length: powers }, (_, p) => p + 3)];
}

/** u, u_x, u_y, lap u, ... [operator, point] become features in place: |grad u|^2 stands where u_x stood. */
export function squareGradient(fields: Float64Array, points: number): void {
  for (let i = points; i < 2 * points; i++) fields[i] = fields[i]! ** 2 + fields[i + points]! ** 2;
}

/** Fourier coefficients of fields of n x n points a unit apart, for operators. */
export function coefficients(points: number): PeriodicField {
  const square = [points, points] as const;
  return periodicField({ points: square, length: square, symbol: () => 0, nonlinear: () => {} });
}

/** The features of a field, [place, point]. */
export function featuresOf(powers: number, points: number): (u: Float64Array, out: Float64Array) => void {
  const spectral = coefficients(points);
  const operators = operatorSymbols(powers).map((symbol) => spectral.operator(symbol));
  const state = new Float64Array(spectral.size);
  const work = new Float64Array(spectral.size);
  const size = points * points;
  return (u, out) => {
    spectral.transform(u, state);
    for (const [k, operator] of operators.entries()) {
      operator(state, work);
      spectral.field(work, out.subarray(k * size, (k + 1) * size));
    }
    squareGradient(out, size);
  };
}

/** Solves lap v = w for the v of zero mean; the mean of w does not count. */
export function inverseLaplacian(points: number): (w: Float64Array, out: Float64Array) => void {
  const spectral = coefficients(points);
  const inverse = spectral.operator((kx, ky) => (kx === 0 && ky === 0 ? 0 : -1 / (kx * kx + ky * ky)));
  const state = new Float64Array(spectral.size);
  return (w, out) => {
    spectral.transform(w, state);
    inverse(state, state);
    spectral.field(state, out);
  };
}

/** Mean, and a matrix that makes the covariance of rows [row, feature] the identity. */
export interface Whitening {
  readonly mean: Float64Array;
  readonly matrix: Float64Array;
}

/**
 * On a lattice of one wavenumber u, lap u, lap^2 u are nearly the same up to their sign, and what the law depends on is their small
 * difference: it is what whitening shows to the net.
 */
export function whitening(rows: Float64Array, width: number): Whitening {
  const count = rows.length / width;
  const mean = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) mean[i % width]! += rows[i]! / count;
  const covariance = new Float64Array(width * width);
  for (let r = 0; r < count; r++) {
    for (let a = 0; a < width; a++) {
      for (let b = 0; b < width; b++) {
        covariance[a * width + b]! += ((rows[r * width + a]! - mean[a]!) * (rows[r * width + b]! - mean[b]!)) / count;
      }
    }
  }
  const { values, vectors } = symmetricEigen(covariance, width, width);
  const matrix = vectors.map((v, i) => v / Math.sqrt(values[Math.floor(i / width)]!));
  return { mean, matrix };
}

/** Some of the fields [place, point] as rows [point, feature] of zero mean and unit covariance. */
export function whiten(
  fields: Float64Array,
  points: number,
  places: readonly number[],
  { mean, matrix }: Whitening,
  out: Float64Array,
): void {
  const width = mean.length;
  for (let i = 0; i < points; i++) {
    for (let a = 0; a < width; a++) {
      let sum = 0;
      for (let b = 0; b < width; b++) sum += matrix[a * width + b]! * (fields[places[b]! * points + i]! - mean[b]!);
      out[i * width + a] = sum;
    }
  }
}
