import type { Vec } from "@hml/integrators";

/** A square complex matrix, row-major, real and imaginary parts apart. */
export interface ComplexMatrix {
  /** Number of rows and columns. */
  readonly size: number;
  /** Real parts, `[row, column]`. */
  readonly re: Vec;
  /** Imaginary parts, `[row, column]`. */
  readonly im: Vec;
}

/** A zero matrix. */
export function complexMatrix(size: number): ComplexMatrix {
  return { size, re: new Float64Array(size * size), im: new Float64Array(size * size) };
}

/** ||A - A^H|| / ||A|| in the Frobenius norm; 0 for a zero matrix. */
export function asymmetry({ size, re, im }: ComplexMatrix): number {
  let all = 0;
  let anti = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const [here, there] = [i * size + j, j * size + i];
      const x = re[here]! - re[there]!;
      const y = im[here]! + im[there]!;
      anti += x * x + y * y;
      all += re[here]! * re[here]! + im[here]! * im[here]!;
    }
  }
  return all === 0 ? 0 : Math.sqrt(anti / all);
}
