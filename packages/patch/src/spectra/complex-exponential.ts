import { asymmetry, type ComplexMatrix, complexMatrix } from "./complex-matrix.ts";
import { HERMITIAN } from "./complex-eigenvalues.ts";
import { symmetricEigen, symmetricEmbedding } from "./hermitian-eigen.ts";

/** Terms of the Taylor series for norms up to 1/2: the first one left out is below 1e-17. */
const TERMS = 14;

/**
 * exp(A t) of a complex matrix: through its eigenvectors when it is Hermitian to rounding; otherwise by the Taylor series
 * of A t / 2^s, of norm at most 1/2, squared s times, whose rounding grows with 2^s for matrices that are far from normal.
 *
 * Source: Higham, Functions of Matrices (2008), chapter 10.
 */
export function exponential(matrix: ComplexMatrix, t: number): ComplexMatrix {
  return asymmetry(matrix) <= HERMITIAN ? hermitianExponential(matrix, t) : scaledExponential(matrix, t);
}

function hermitianExponential(matrix: ComplexMatrix, t: number): ComplexMatrix {
  const { size } = matrix;
  const double = 2 * size;
  const { values, vectors } = symmetricEigen(symmetricEmbedding(matrix), double);
  const out = complexMatrix(size);
  for (let e = 0; e < double; e++) {
    const factor = Math.exp(values[e]! * t);
    if (factor === 0) continue;
    const row = e * double;
    for (let i = 0; i < size; i++) {
      const [re, im] = [factor * vectors[row + i]!, factor * vectors[row + size + i]!];
      for (let j = 0; j < size; j++) {
        out.re[i * size + j]! += re * vectors[row + j]!;
        out.im[i * size + j]! += im * vectors[row + j]!;
      }
    }
  }
  return out;
}

function scaledExponential(matrix: ComplexMatrix, t: number): ComplexMatrix {
  const { size } = matrix;
  let norm = 0;
  for (let i = 0; i < size; i++) {
    let row = 0;
    for (let j = 0; j < size; j++) row += Math.abs(matrix.re[i * size + j]!) + Math.abs(matrix.im[i * size + j]!);
    norm = Math.max(norm, row);
  }
  let squarings = 0;
  let scale = t;
  while (norm * Math.abs(scale) > 0.5 && squarings < 1100) {
    scale *= 0.5;
    squarings++;
  }
  const scaled: ComplexMatrix = { size, re: matrix.re.map((x) => scale * x), im: matrix.im.map((x) => scale * x) };
  // Horner: I + A (I + A / 2 (I + A / 3 (...))).
  let sum = identity(size);
  for (let k = TERMS; k >= 1; k--) {
    const term = times(scaled, sum);
    sum = identity(size);
    for (let n = 0; n < size * size; n++) {
      sum.re[n]! += term.re[n]! / k;
      sum.im[n]! += term.im[n]! / k;
    }
  }
  for (let s = 0; s < squarings; s++) sum = times(sum, sum);
  return sum;
}

function identity(size: number): ComplexMatrix {
  const out = complexMatrix(size);
  for (let i = 0; i < size; i++) out.re[i * size + i] = 1;
  return out;
}

function times(a: ComplexMatrix, b: ComplexMatrix): ComplexMatrix {
  const { size } = a;
  const out = complexMatrix(size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const [re, im] = [a.re[i * size + k]!, a.im[i * size + k]!];
      for (let j = 0; j < size; j++) {
        const [x, y] = [b.re[k * size + j]!, b.im[k * size + j]!];
        out.re[i * size + j]! += re * x - im * y;
        out.im[i * size + j]! += re * y + im * x;
      }
    }
  }
  return out;
}
