import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KernelEngine, kernelEngine, lineProducts } from "./index.ts";

const engines = () => [kernelEngine({ bytes: 1 << 17 }), kernelEngine({ bytes: 1 << 17, use: "plain" })] as const;

/** Lines one after another or side by side, in the first half of an array; targets lie alike in the second. */
const shapes = fc.record({
  count: fc.integer({ min: 1, max: 26 }),
  width: fc.integer({ min: 1, max: 26 }),
  start: fc.nat(25),
  lines: fc.integer({ min: 0, max: 7 }),
  aside: fc.boolean(),
  seed: fc.integer({ min: 0, max: 1000 }),
});

function filled(engine: KernelEngine, shape: typeof shapes extends fc.Arbitrary<infer S> ? S : never) {
  const { count, lines, aside, seed } = shape;
  const width = Math.min(shape.width, count);
  const start = shape.start % count;
  const half = Math.max(1, lines) * count;
  const products = lineProducts(engine);
  const values = products.float64(2 * half);
  values.forEach((_, i) => (values[i] = Math.sin(i * i + seed)));
  const row = Float64Array.from({ length: width }, (_, j) => Math.cos(3 * j + seed));
  const [stride, apart] = aside ? [Math.max(1, lines), 1] : [1, count];
  const from = Array.from({ length: lines }, (_, l) => l * apart);
  const before = Float64Array.from(values);
  products.circulant({ values, from, to: from.map((at) => half + at), stride, count, start, row })();
  return { values, before, row, start, stride, from, half, count };
}

describe("lineProducts", () => {
  it("gives the twin's bits for any lines, and leaves all but the targets alone", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const [ours, twin] = engines().map((engine) => filled(engine, shape));
        expect(ours!.values).toEqual(twin!.values);
        expect(ours!.values.subarray(0, ours!.half)).toEqual(ours!.before.subarray(0, ours!.half));
      }),
      { numRuns: 300 },
    );
  });

  it("is the sum that defines it", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { values, before, row, start, stride, from, half, count } = filled(engines()[0], shape);
        for (const line of from) {
          for (let i = 0; i < count; i++) {
            const exact = row.reduce((sum, w, j) => sum + w * before[line + ((i + start + j) % count) * stride]!, 0);
            // Two orders of summing at most 26 products of size one: 26 * 26 * 1.1e-16 / 2 at worst.
            expect(Math.abs(values[half + line + i * stride]! - exact)).toBeLessThan(4e-14);
          }
        }
      }),
    );
  });

  it("transposes any part of a matrix exactly, on every engine", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 11 }), fc.nat(5), (rows, columns, more) => {
        for (const engine of engines()) {
          const products = lineProducts(engine);
          const stride = columns + more;
          const from = products.float64(rows * stride);
          from.forEach((_, i) => (from[i] = i + 1));
          const to = products.float64(rows * columns);
          products.transpose({ from, stride, to, rows, columns })();
          to.forEach((value, at) => expect(value).toBe((at % rows) * stride + Math.floor(at / rows) + 1));
        }
      }),
    );
  });

  it("refuses lines that leave the array, weights that are not finite, and arrays of others", () => {
    const engine = kernelEngine({ bytes: 1 << 16 });
    const { circulant, transpose, float64 } = lineProducts(engine);
    const values = float64(8);
    const good = { values, from: [0], to: [4], stride: 1, count: 4, start: 0, row: [1] };
    circulant(good)();
    expect(() => circulant({ ...good, to: [5] })).toThrow("to[0] must be an integer between 0 and 4, got 5");
    expect(() => circulant({ ...good, from: [-1] })).toThrow("from[0]");
    expect(() => circulant({ ...good, to: [4, 4] })).toThrow("to must have length 1");
    expect(() => circulant({ ...good, to: [3] })).toThrow("to[0] must lie apart from sources and other targets, got 3");
    expect(() => circulant({ ...good, from: [0, 0], to: [4, 4] })).toThrow("to[1] must lie apart");
    expect(() => circulant({ ...good, start: 4 })).toThrow("start");
    expect(() => circulant({ ...good, row: [1, 2, 3, 4, 5] })).toThrow("row.length");
    expect(() => circulant({ ...good, row: [Number.NaN] })).toThrow("row[0]");
    expect(() => circulant({ ...good, values: new Float64Array(8) })).toThrow("values must be an array of the engine");
    const to = float64(6);
    const whole = { from: values, stride: 4, to, rows: 2, columns: 3 };
    transpose(whole)();
    expect(() => transpose({ ...whole, stride: 2 })).toThrow("stride");
    expect(() => transpose({ ...whole, rows: 3 })).toThrow("rows");
    expect(() => transpose({ ...whole, to: values })).toThrow("to must lie apart from from");
    expect(() => transpose({ ...whole, to: new Float64Array(6) })).toThrow("to must be an array of the engine");
  });
});
