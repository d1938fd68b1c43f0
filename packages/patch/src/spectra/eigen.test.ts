import fc from "fast-check";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { eigenvalues } from "./complex-eigenvalues.ts";
import { type ComplexMatrix, complexMatrix } from "./complex-matrix.ts";
import { symmetricEigen, symmetricEmbedding } from "./hermitian-eigen.ts";

const entries = (count: number): fc.Arbitrary<number[]> =>
  fc.array(
    fc.integer({ min: -1e7, max: 1e7 }).map((n) => n / 1e6),
    { minLength: count, maxLength: count },
  );
const matrices = fc
  .integer({ min: 1, max: 9 })
  .chain((size) => fc.record({ size: fc.constant(size), re: entries(size * size), im: entries(size * size) }))
  .map(({ size, re, im }): ComplexMatrix => ({ size, re: Float64Array.from(re), im: Float64Array.from(im) }));

function hermitianPart({ size, re, im }: ComplexMatrix): ComplexMatrix {
  const out = complexMatrix(size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      out.re[i * size + j] = re[i * size + j]! + re[j * size + i]!;
      out.im[i * size + j] = im[i * size + j]! - im[j * size + i]!;
    }
  }
  return out;
}

/** The least singular value of A - z, squared: zero at an eigenvalue. */
function singular({ size, re, im }: ComplexMatrix, zRe: number, zIm: number): number {
  const shifted: ComplexMatrix = { size, re: Float64Array.from(re), im: Float64Array.from(im) };
  for (let i = 0; i < size; i++) {
    shifted.re[i * size + i]! -= zRe;
    shifted.im[i * size + i]! -= zIm;
  }
  const rows = Array.from({ length: 2 * size }, (_, i) =>
    Array.from({ length: 2 * size }, (__, j) => {
      const at = (i % size) * size + (j % size);
      if (i < size === j < size) return shifted.re[at]!;
      return i < size ? -shifted.im[at]! : shifted.im[at]!;
    }),
  );
  const matrix = new Matrix(rows);
  return Math.min(...new EigenvalueDecomposition(matrix.transpose().mmul(matrix)).realEigenvalues);
}

describe("symmetricEigen", () => {
  it("diagonalises: A v = lambda v, orthonormal vectors, values as ml-matrix's", () => {
    fc.assert(
      fc.property(matrices, (any) => {
        const size = 2 * any.size;
        const a = symmetricEmbedding(any);
        const { values, vectors } = symmetricEigen(a, size);
        const norm = Math.sqrt(a.reduce((sum, x) => sum + x * x, 0)) + 1e-300;
        const reference = new EigenvalueDecomposition(
          new Matrix(Array.from({ length: size }, (_, i) => [...a.subarray(i * size, (i + 1) * size)])),
          { assumeSymmetric: true },
        ).realEigenvalues.toSorted((x, y) => y - x);
        for (let e = 0; e < size; e++) {
          // Both are backward stable: a few 1e-16 of the norm, times the size.
          expect(Math.abs(values[e]! - reference[e]!)).toBeLessThan(2e-14 * norm);
          for (let i = 0; i < size; i++) {
            let image = 0;
            for (let j = 0; j < size; j++) image += a[i * size + j]! * vectors[e * size + j]!;
            expect(Math.abs(image - values[e]! * vectors[e * size + i]!)).toBeLessThan(2e-14 * norm);
          }
          for (let f = 0; f <= e; f++) {
            let product = 0;
            for (let i = 0; i < size; i++) product += vectors[e * size + i]! * vectors[f * size + i]!;
            expect(Math.abs(product - (e === f ? 1 : 0))).toBeLessThan(2e-14);
          }
        }
      }),
    );
  });
});

describe("eigenvalues of complex matrices", () => {
  it("make A - z singular, and have the trace and the trace of the square", () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const { size, re, im } = matrix;
        const z = eigenvalues(matrix);
        const norm2 = re.reduce((sum, x) => sum + x * x, 0) + im.reduce((sum, x) => sum + x * x, 0);
        let [traceRe, traceIm, squareRe] = [0, 0, 0];
        for (let i = 0; i < size; i++) {
          traceRe += re[i * size + i]! - z.re[i]!;
          traceIm += im[i * size + i]! - z.im[i]!;
          squareRe -= z.re[i]! * z.re[i]! - z.im[i]! * z.im[i]!;
          for (let j = 0; j < size; j++)
            squareRe += re[i * size + j]! * re[j * size + i]! - im[i * size + j]! * im[j * size + i]!;
          // The least eigenvalue of (A - z)^H (A - z), whose own rounding is 1e-15 norm^2.
          expect(singular(matrix, z.re[i]!, z.im[i]!)).toBeLessThan(1e-13 * norm2 + 1e-300);
          if (i > 0) expect(z.re[i]!).toBeLessThanOrEqual(z.re[i - 1]!);
        }
        const norm = Math.sqrt(norm2);
        expect(Math.abs(traceRe)).toBeLessThan(1e-13 * norm + 1e-300);
        expect(Math.abs(traceIm)).toBeLessThan(1e-13 * norm + 1e-300);
        // Defective matrices lose half the digits of an eigenvalue but not of symmetric functions of them.
        expect(Math.abs(squareRe)).toBeLessThan(1e-12 * norm2 + 1e-300);
      }),
    );
  });

  it("of Hermitian matrices are real, and agree between Jacobi and QR", () => {
    fc.assert(
      fc.property(matrices, (any) => {
        const matrix = hermitianPart(any);
        const { size, re, im } = matrix;
        const norm = Math.sqrt(re.reduce((sum, x) => sum + x * x, 0) + im.reduce((sum, x) => sum + x * x, 0));
        const jacobi = eigenvalues(matrix);
        expect(jacobi.im.every((y) => y === 0)).toBe(true);
        // i A is not Hermitian, so QR takes it; its eigenvalues are i times those of A.
        const turned = eigenvalues({ size, re: im.map((y) => -y), im: re });
        const imaginary = turned.im.toSorted((x, y) => y - x);
        for (let i = 0; i < size; i++)
          expect(Math.abs(imaginary[i]! - jacobi.re[i]!)).toBeLessThan(3e-14 * norm + 1e-300);
      }),
    );
  });

  it("of a circulant permutation are the roots of one", () => {
    const size = 7;
    const shift = complexMatrix(size);
    for (let i = 0; i < size; i++) shift.re[i * size + ((i + 1) % size)] = 1;
    const { re, im } = eigenvalues(shift);
    for (let i = 0; i < size; i++) {
      const power = Math.atan2(im[i]!, re[i]!) / ((2 * Math.PI) / size);
      expect(Math.abs(power - Math.round(power))).toBeLessThan(1e-14);
      expect(Math.abs(re[i]! * re[i]! + im[i]! * im[i]! - 1)).toBeLessThan(1e-14);
    }
    expect(new Set(Array.from({ length: size }, (_, i) => Math.round(Math.atan2(im[i]!, re[i]!) * 100))).size).toBe(
      size,
    );
  });

  it("refuse a matrix that is not finite", () => {
    const matrix = complexMatrix(3);
    matrix.re[4] = Number.NaN;
    expect(() => eigenvalues(matrix)).toThrow("must be finite");
  });
});
