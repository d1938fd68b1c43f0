import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complexTridiagonal, complexTridiagonalBytes, kernelEngine, SingularMatrixError } from "./index.ts";

const engines = () => [kernelEngine({ bytes: 1 << 17 }), kernelEngine({ bytes: 1 << 17, use: "plain" })] as const;
const sameBits = (a: Float64Array, b: Float64Array): boolean =>
  a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
const rough = (i: number, seed: number): number => Math.sin(i * i + 0.7 * i + seed);
const cases = fc.record({
  rows: fc.integer({ min: 1, max: 40 }),
  count: fc.integer({ min: 1, max: 9 }),
  seed: fc.nat(1000),
});

/** Diffusion through bonds of size `scale`, with decay, and shifts of size 1 to 10. */
function made(
  engine: ReturnType<typeof kernelEngine>,
  { rows, count, seed }: { rows: number; count: number; seed: number },
  scale = 1,
) {
  const numbers = (phase: number): Float64Array =>
    Float64Array.from({ length: 2 * count }, (_, i) => rough(i, seed + phase));
  const shifts = numbers(1).map((z, i) => (i % 2 === 0 ? 5 * z : 1 + 9 * Math.abs(z)));
  const weights = numbers(2);
  const solver = complexTridiagonal(engine, { rows, shifts, weights });
  solver.lower.forEach((_, i, a) => (a[i] = i > 0 ? scale * (1.1 + rough(i - 1, seed)) : 0));
  solver.upper.forEach((_, i, a) => (a[i] = i < rows - 1 ? scale * (1.1 + rough(i, seed)) : 0));
  solver.rowSum.forEach((_, i, a) => (a[i] = -Math.abs(rough(i, seed + 3))));
  return { solver, shifts, weights };
}

describe("complexTridiagonal", () => {
  it("gives the twin's bits, for any number of shifts", () => {
    fc.assert(
      fc.property(cases, (run) => {
        const [ours, twin] = engines().map((engine) => {
          const { solver } = made(engine, run);
          solver.factor();
          const x = engine.float64(2 * run.rows * run.count);
          x.forEach((_, i) => (x[i] = rough(i, run.seed)));
          solver.solve(x);
          const out = new Float64Array(run.rows).fill(0.5);
          solver.addSums(
            Float64Array.from(out, (_, i) => rough(i, run.seed + 5)),
            out,
          );
          return [x, out] as const;
        });
        expect([sameBits(ours![0], twin![0]), sameBits(ours![1], twin![1])]).toEqual([true, true]);
      }),
      { numRuns: 200 },
    );
  });

  it("solves A - z for each shift to rounding", () => {
    fc.assert(
      fc.property(cases, (run) => {
        const { rows, count, seed } = run;
        const [engine] = engines();
        const { solver, shifts } = made(engine, run);
        solver.factor();
        const x = engine.float64(2 * rows * count);
        x.forEach((_, i) => (x[i] = rough(i, seed)));
        const b = x.slice();
        solver.solve(x);
        const { lower, rowSum, upper } = solver;
        for (let k = 0; k < count; k++) {
          const [zr, zi] = [shifts[2 * k]!, shifts[2 * k + 1]!];
          const at = (i: number, part: number): number => (i < 0 || i >= rows ? 0 : x[2 * (i * count + k) + part]!);
          for (let i = 0; i < rows; i++) {
            const d = rowSum[i]! - lower[i]! - upper[i]!;
            const re = lower[i]! * at(i - 1, 0) + (d - zr) * at(i, 0) + zi * at(i, 1) + upper[i]! * at(i + 1, 0);
            const im = lower[i]! * at(i - 1, 1) + (d - zr) * at(i, 1) - zi * at(i, 0) + upper[i]! * at(i + 1, 1);
            // Entries up to 15, solutions of size 1, some roundings of each product.
            expect(Math.abs(re - b[2 * (i * count + k)]!)).toBeLessThan(2e-14);
            expect(Math.abs(im - b[2 * (i * count + k) + 1]!)).toBeLessThan(2e-14);
          }
        }
      }),
    );
  });

  it("adds the weighted real parts of the solutions, and is linear", () => {
    fc.assert(
      fc.property(cases, (run) => {
        const { rows, count, seed } = run;
        const [engine] = engines();
        const { solver, weights } = made(engine, run);
        solver.factor();
        const r = Float64Array.from({ length: rows }, (_, i) => rough(i, seed + 5));
        const x = engine.float64(2 * rows * count);
        x.forEach((_, i) => (x[i] = i % 2 === 0 ? r[Math.floor(i / 2 / count)]! : 0));
        solver.solve(x);
        const out = new Float64Array(rows);
        solver.addSums(r, out);
        const doubled = new Float64Array(rows);
        solver.addSums(
          r.map((value) => 2 * value),
          doubled,
        );
        for (let i = 0; i < rows; i++) {
          let sum = 0;
          for (let k = 0; k < count; k++) {
            const at = 2 * (i * count + k);
            sum += weights[2 * k]! * x[at]! - weights[2 * k + 1]! * x[at + 1]!;
          }
          // Nine terms of size 1.
          expect(Math.abs(out[i]! - sum)).toBeLessThan(4e-15);
          expect(doubled[i]).toBe(2 * out[i]!);
        }
      }),
    );
  });

  it("keeps the shift beside a diagonal of 1e8, which would round it to eight digits", () => {
    // A = -scale times the second difference with reflecting ends; its eigenvectors are cosines.
    const [n, mode, scale] = [50, 1, 1e8];
    const [zr, zi] = [-0.2, 10.9];
    const [engine] = engines();
    const solver = complexTridiagonal(engine, { rows: n, shifts: [zr, zi], weights: [1, 0] });
    solver.lower.fill(scale);
    solver.upper.fill(scale);
    solver.factor();
    const constant = new Float64Array(n).fill(1);
    const out = new Float64Array(n);
    solver.addSums(constant, out);
    // The eigenvalue of constants is 0: Re(1 / (0 - z)) = -zr / |z|^2. Fifty roundings of numbers of that size.
    const exact = -zr / (zr * zr + zi * zi);
    for (const value of out) expect(Math.abs(value / exact - 1)).toBeLessThan(5e-14);
    const s = Math.sin((mode * Math.PI) / (2 * n));
    const eigenvalue = -4 * scale * s * s - zr;
    const wave = constant.map((_, i) => Math.cos((mode * Math.PI * (i + 0.5)) / n));
    out.fill(0);
    solver.addSums(wave, out);
    const factor = eigenvalue / (eigenvalue * eigenvalue + zi * zi);
    // The wave divided by 4e5, and beside it its rounding, whose constant part is divided by |z| = 11 only: 4e4 times 1e-16.
    out.forEach((value, i) => expect(Math.abs(value / factor - wave[i]!)).toBeLessThan(4e-12));
  });

  it("works in arrays of the engine and of others alike, and writes no input", () => {
    const [engine] = engines();
    const { solver } = made(engine, { rows: 9, count: 3, seed: 1 });
    solver.factor();
    const [r, out] = [engine.float64(9), engine.float64(9)];
    r.forEach((_, i) => (r[i] = rough(i, 2)));
    const [theirR, theirOut] = [r.slice(), new Float64Array(9)];
    solver.addSums(r, out);
    solver.addSums(theirR, theirOut);
    expect([sameBits(out, theirOut), sameBits(r, theirR)]).toEqual([true, true]);
  });

  it("takes the bytes that were asked for, and refuses what it cannot work on", () => {
    for (const count of [1, 2, 3, 7]) {
      const shifts = Float64Array.from({ length: 2 * count }, (_, i) => i + 1);
      for (const options of [
        { rows: 11, shifts },
        { rows: 11, shifts, weights: shifts },
      ]) {
        const engine = kernelEngine({ bytes: complexTridiagonalBytes(options), use: "plain" });
        complexTridiagonal(engine, options);
        expect(engine.used).toBe(engine.bytes);
      }
    }
    const [engine] = engines();
    expect(() => complexTridiagonal(engine, { rows: 0, shifts: [1, 1] })).toThrow("rows must be an integer");
    expect(() => complexTridiagonal(engine, { rows: 4, shifts: [1, 1, 2] })).toThrow(
      "shifts.length / 2 must be an integer",
    );
    expect(() => complexTridiagonal(engine, { rows: 4, shifts: [1, Number.NaN] })).toThrow("shifts[1] must be finite");
    expect(() => complexTridiagonal(engine, { rows: 4, shifts: [1, 1], weights: [1] })).toThrow(
      "weights must have length 2",
    );
    const solver = complexTridiagonal(engine, { rows: 4, shifts: [1, 1, 0, 0] });
    expect(() => solver.solve(engine.float64(16))).toThrow("factor() must have succeeded before");
    // A = 0 has no inverse at the shift 0.
    for (const kind of engines()) {
      const zero = complexTridiagonal(kind, { rows: 4, shifts: [1, 1, 0, 0] });
      expect(() => zero.factor()).toThrow("row 0 has no pivot with shift 1");
      expect(() => zero.factor()).toThrow(SingularMatrixError);
      zero.rowSum.fill(-1);
      zero.factor();
      expect(() => zero.addSums(new Float64Array(4), new Float64Array(4))).toThrow("weights must have been given");
      expect(() => zero.solve(kind.float64(8))).toThrow("x must have length 16, got 8");
    }
    const { solver: sums } = made(engine, { rows: 4, count: 1, seed: 0 });
    sums.factor();
    expect(() => sums.addSums(new Float64Array(3), new Float64Array(4))).toThrow("r must have length 4, got 3");
    const r = new Float64Array(4);
    expect(() => sums.addSums(r, r)).toThrow("out must lie apart from r");
  });
});
