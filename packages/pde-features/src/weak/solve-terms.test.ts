import { describe, expect, it } from "vitest";
import { gaussian, random } from "../../test/shared.ts";
import { leastSquares } from "../least-squares.ts";
import { addUp, rowCollector, type RowSums } from "./row-sums.ts";
import { independent, pruned, solveTerms } from "./solve-terms.ts";

function sumsOf(columns: readonly Float64Array[], target: Float64Array, noise = 0): RowSums {
  const terms = columns.length;
  const collector = rowCollector(terms + 1);
  const row = new Float64Array(terms + 1);
  for (let i = 0; i < target.length; i++) {
    columns.forEach((column, j) => void (row[j] = column[i]!));
    row[terms] = target[i]!;
    collector.add(row, 1);
  }
  const square = new Float64Array(terms * terms);
  for (let j = 0; j < terms; j++) square[j * terms + j] = noise * target.length;
  return { terms, factor: collector.factor(), noise: square, cross: new Float64Array(terms), rows: target.length };
}

const normal = gaussian(random(3));
const draw = (n: number): Float64Array => Float64Array.from({ length: n }, () => normal());

describe("sums of rows and their solutions", () => {
  it("are least squares where there is no noise in the terms", () => {
    const columns = [draw(700), draw(700), draw(700)];
    const target = draw(700).map((e, i) => e + 2 * columns[0]![i]! - columns[2]![i]!);
    const matrix = new Float64Array(2100);
    columns.forEach((column, j) => void matrix.set(column, j * 700));
    const expected = leastSquares({ names: ["a", "b", "c"], matrix, target });
    const found = solveTerms(sumsOf(columns, target), [0, 1, 2])!;
    found.coefficients.forEach((c, j) => void expect(Math.abs(c - expected.coefficients[j]!)).toBeLessThan(1e-13));
    expect(Math.sqrt(found.residual / 700)).toBeCloseTo(expected.residual, 12);
    // The growth is (coefficient / standard error)^2 times the variance.
    const t = expected.coefficients[0]! / expected.standardErrors[0]!;
    expect(found.growth[0]! / (t * t * expected.variance)).toBeCloseTo(1, 10);
    // And it is what the residual grows by without the term.
    const without = solveTerms(sumsOf(columns, target), [1, 2])!;
    expect((without.residual - found.residual) / found.growth[0]!).toBeCloseTo(1, 10);
  });

  it("are not pulled towards zero by noise in the terms", () => {
    const n = 40_000;
    const clean = draw(n);
    const noisy = clean.map((v) => v + 0.7 * normal());
    const target = clean.map((v) => 3 * v);
    const biased = solveTerms(sumsOf([noisy], target), [0])!.coefficients[0]!;
    const corrected = solveTerms(sumsOf([noisy], target, 0.49), [0])!.coefficients[0]!;
    expect(biased).toBeCloseTo(3 / 1.49, 1); // the attenuation of Fuller's equation (1.1.6)
    expect(Math.abs(corrected - 3)).toBeLessThan(0.06); // a standard error of 0.015
  });

  it("of blocks add up to those of all rows, and a block can count twice", () => {
    const [a, b] = [draw(300), draw(300)];
    const target = a.map((v, i) => v - b[i]! + 0.1 * normal());
    const part = (from: number, to: number): RowSums =>
      sumsOf([a.subarray(from, to), b.subarray(from, to)], target.subarray(from, to));
    const whole = solveTerms(sumsOf([a, b], target), [0, 1])!;
    const added = solveTerms(addUp([part(0, 100), part(100, 300)]), [0, 1])!;
    expect(Math.abs(added.coefficients[1]! - whole.coefficients[1]!)).toBeLessThan(1e-14);
    const twice = addUp([part(0, 100), part(100, 300)], [2, 1]);
    const doubled = solveTerms(addUp([part(0, 100), part(0, 100), part(100, 300)]), [0, 1])!;
    expect(twice.rows).toBe(400);
    expect(Math.abs(solveTerms(twice, [0, 1])!.residual - doubled.residual)).toBeLessThan(1e-12);
  });

  it("leave out what does not matter, what is zero and what depends on others", () => {
    const columns = [draw(500), draw(500), draw(500), new Float64Array(500)];
    columns.push(columns[0]!.map((v, i) => v + columns[1]![i]!));
    const target = columns[1]!.map((v) => 0.5 * v + 0.01 * normal());
    const sums = sumsOf(columns, target);
    expect(independent(sums, [0, 1, 2, 3, 4])).toEqual([0, 1, 2]);
    expect(pruned(sums, [0, 1, 2, 3, 4], 0.1)!.active).toEqual([1]);
    expect(solveTerms(sums, [0, 3])).toBeUndefined();
  });
});
