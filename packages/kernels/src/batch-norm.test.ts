import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BatchNorm, batchNorm, kernelEngine, type Precision } from "./index.ts";

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 700 }),
  channels: fc.integer({ min: 1, max: 9 }),
  precision: fc.constantFrom<Precision>("float64", "float32"),
  gradient: fc.constantFrom<"parameters" | "all">("parameters", "all"),
});

function values(length: number, seed: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin(1.7 * i * i + i + seed));
}

/** The arrays after a training pass, an inference pass of fewer rows, and backward passes of both. */
function results(layer: BatchNorm<Precision>, channels: number, rows: number): unknown {
  layer.setParameters(values(channels, 0), values(channels, 1));
  layer.input.set(values(layer.input.length, 2));
  const found: unknown[] = [];
  for (const pass of [layer.forwardTraining, layer.forward]) {
    pass(rows);
    layer.outputGradient!.set(values(layer.output.length, 3));
    layer.backward();
    const { output, inputGradient, scaleGradient, shiftGradient, runningMean, runningVariance } = layer;
    const all = [output, inputGradient, scaleGradient, shiftGradient, runningMean, runningVariance];
    found.push(all.map((array) => array?.slice()));
  }
  return found;
}

describe("batchNorm", () => {
  it("has the bits of its twin in training and inference, forward and backward", () => {
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, part) => {
        const rows = 1 + (part % shape.rows);
        const [ours, twin] = (["auto", "plain"] as const).map((use) =>
          results(batchNorm<Precision>(kernelEngine({ bytes: 1 << 18, use }), shape), shape.channels, rows),
        );
        expect(ours).toEqual(twin);
      }),
    );
  });

  it("gives every channel the mean and the deviation that were asked for, whatever those of the rows", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 600 }),
        fc.integer({ min: 1, max: 7 }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (rows, channels, mean, deviation) => {
          const layer = batchNorm(kernelEngine({ bytes: 1 << 18 }), { rows, channels, epsilon: 1e-300 });
          layer.setParameters(new Float64Array(channels).fill(3), new Float64Array(channels).fill(-2));
          layer.input.set(values(rows * channels, 1).map((x) => mean + deviation * x));
          layer.forwardTraining();
          for (let c = 0; c < channels; c++) {
            const column = layer.output.filter((_, i) => i % channels === c);
            const m = column.reduce((sum, y) => sum + y, 0) / rows;
            const v = column.reduce((sum, y) => sum + (y - m) * (y - m), 0) / rows;
            // Inputs of size 200 with deviations that may be a hundredth of 0.1 (two near values): 1e-16 * 2e5 and more.
            expect(Math.abs(m + 2)).toBeLessThan(1e-8);
            expect(Math.abs(v - 9)).toBeLessThan(1e-8);
          }
        },
      ),
    );
  });

  it("keeps float32 statistics of 65,536 rows to 1e-6, where the mean of squares minus the square of the mean fails", () => {
    const rows = 65_536;
    const layer = batchNorm(kernelEngine(), { rows, channels: 1, momentum: 0, precision: "float32" });
    layer.input.set(values(rows, 0).map((x) => 30 + x));
    layer.forwardTraining();
    const x = Float64Array.from(layer.input);
    const mean = x.reduce((sum, a) => sum + a, 0) / rows;
    const variance = x.reduce((sum, a) => sum + (a - mean) * (a - mean), 0) / rows;
    // 256 terms a block and 256 blocks: a walk of 512 roundings of 6e-8 reaches 1e-6 rarely, one of 65,536 often.
    expect(Math.abs(layer.runningMean[0]! / mean - 1)).toBeLessThan(1e-6);
    expect(Math.abs(layer.runningVariance[0]! / variance - 1)).toBeLessThan(1e-6);
    let [sum, squares] = [0, 0];
    for (const a of layer.input) {
      sum = Math.fround(sum + a);
      squares = Math.fround(squares + Math.fround(a * a));
    }
    expect(Math.abs((squares / rows - (sum / rows) * (sum / rows)) / variance - 1)).toBeGreaterThan(1e-3);
  });

  it.each(["forwardTraining", "forward"] as const)(
    "has the gradients of central differences to 1e-7 after %s",
    (pass) => {
      const [rows, channels] = [7, 3];
      const layer = batchNorm(kernelEngine({ bytes: 1 << 14 }), { rows, channels, gradient: "all" });
      const [scale, shift] = [values(channels, 1), values(channels, 2)];
      layer.input.set(values(rows * channels, 3).map((x) => 2 * x + 1));
      const loss = (): number => {
        layer.setParameters(scale, shift);
        layer.runningMean.set([0.3, -0.2, 0.5]);
        layer.runningVariance.set([0.5, 1, 2]);
        layer[pass]();
        return layer.output.reduce((sum, y, i) => sum + Math.cos(i) * y + (y * y) / 2, 0);
      };
      loss();
      layer.output.forEach((y, i) => (layer.outputGradient![i] = Math.cos(i) + y));
      layer.backward();
      const pairs: readonly [Float64Array, Float64Array][] = [
        [scale, layer.scaleGradient!.slice()],
        [shift, layer.shiftGradient!.slice()],
        [layer.input, layer.inputGradient!.slice()],
      ];
      const h = 1e-5;
      for (const [array, gradient] of pairs) {
        for (let i = 0; i < array.length; i++) {
          const value = array[i]!;
          array[i] = value + h;
          const up = loss();
          array[i] = value - h;
          const down = loss();
          array[i] = value;
          // Differences have error h^2 |L'''| / 6 ~ 1e-9 and eps |L| / h ~ 1e-9.
          expect(Math.abs((up - down) / (2 * h) - gradient[i]!)).toBeLessThan(1e-7);
        }
      }
    },
  );

  it("does not feel a shift or a factor of the rows in training, and its inputGradient is orthogonal to both", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 300 }), fc.integer({ min: 1, max: 5 }), (rows, channels) => {
        const layer = batchNorm(kernelEngine({ bytes: 1 << 17 }), { rows, channels, gradient: "all", epsilon: 1e-300 });
        layer.input.set(values(rows * channels, 1));
        layer.forwardTraining();
        const before = layer.output.slice();
        layer.outputGradient!.set(values(rows * channels, 2));
        layer.backward();
        for (let c = 0; c < channels; c++) {
          let [level, across] = [0, 0];
          for (let r = 0; r < rows; r++) {
            level += layer.inputGradient![r * channels + c]!;
            across += layer.inputGradient![r * channels + c]! * layer.input[r * channels + c]!;
          }
          // 300 terms, each up to 1 over a deviation of three or more sines.
          expect(Math.abs(level)).toBeLessThan(1e-9);
          expect(Math.abs(across)).toBeLessThan(1e-9);
        }
        layer.input.set(layer.input.map((x) => 5 * x - 7));
        layer.forwardTraining();
        layer.output.forEach((y, i) => expect(Math.abs(y - before[i]!)).toBeLessThan(1e-9));
      }),
    );
  });

  it("moves the running statistics to those of the batch, and inference then gives what training gave", () => {
    const layer = batchNorm(kernelEngine({ bytes: 1 << 14 }), { rows: 4, channels: 1, momentum: 0.9 });
    layer.input.set([1, 2, 3, 6]);
    layer.forwardTraining();
    expect(layer.runningMean[0]).toBeCloseTo(0.3, 15);
    expect(layer.runningVariance[0]).toBeCloseTo(0.9 + 0.1 * 3.5, 15);
    for (let i = 0; i < 400; i++) layer.forwardTraining();
    const trained = layer.output.slice();
    layer.forward();
    // 0.9^400 = 5e-19 of the start is left.
    layer.output.forEach((y, i) => expect(y).toBeCloseTo(trained[i]!, 13));
    expect(layer.output[0]).toBeCloseTo(-2 / Math.sqrt(3.5 + 1e-3), 13);
  });

  it("carries a NaN through its channel and no other", () => {
    const layer = batchNorm(kernelEngine({ bytes: 1 << 12 }), { rows: 3, channels: 2 });
    layer.input.set([1, Number.NaN, 2, 3, 4, 5]);
    layer.forwardTraining();
    expect([...layer.output].map((y) => Number.isNaN(y))).toEqual([false, true, false, true, false, true]);
  });

  it("refuses bad options, foreign arrays and calls out of order", () => {
    const engine = kernelEngine({ bytes: 1 << 12 });
    const shape = { rows: 4, channels: 2 };
    expect(() => batchNorm(engine, { ...shape, channels: 0 })).toThrow(/batchNorm: channels must be an integer/);
    expect(() => batchNorm(engine, { ...shape, epsilon: 0 })).toThrow(/epsilon must be positive/);
    expect(() => batchNorm(engine, { ...shape, momentum: 1.1 })).toThrow(/momentum must lie in \[0, 1\], got 1.1/);
    expect(() => batchNorm(engine, { ...shape, momentum: Number.NaN })).toThrow(/momentum must be finite/);
    // @ts-expect-error unknown key
    expect(() => batchNorm(engine, { ...shape, eps: 1 })).toThrow(/unknown option eps/);
    expect(() => batchNorm(engine, { ...shape, input: new Float64Array(8) })).toThrow(/must be an array of the engine/);
    expect(() => batchNorm(engine, { ...shape, scaleGradient: engine.float64(2) })).toThrow(/leave it out/);
    const layer = batchNorm(engine, shape);
    expect(() => layer.setParameters([1], [0, 0])).toThrow(/scale must have length 2/);
    expect(() => layer.forward(5)).toThrow(/rows must be an integer between 0 and 4/);
    expect(() => layer.forwardTraining(0)).toThrow(/rows must be an integer between 1 and 4/);
    expect(() => layer.backward()).toThrow(/the layer has no gradients/);
  });
});
