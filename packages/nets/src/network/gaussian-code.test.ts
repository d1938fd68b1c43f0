import { kernelEngine } from "@hml/kernels";
import { type RandomSource, random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { gaussianCode } from "./gaussian-code.ts";

/** A code of three numbers, one row. */
function code(beta: number, warmup = 0, source: RandomSource | null = random(1)) {
  const engine = kernelEngine({ bytes: 4096 });
  const input = engine.float64(6);
  input.set([0.5, -1, 0.2, -0.3, 0.1, 0.4]);
  const inputGradient = engine.float64(6);
  const empty = new Float64Array(0);
  const site = { engine, precision: "float64", rows: 1, trainable: true, parameters: empty, gradient: empty } as const;
  return gaussianCode({ ...site, random: source ?? undefined }, 3, { beta, warmup }, { input, inputGradient });
}

describe("a Gaussian code", () => {
  it("has the divergence of the LED references to rounding", () => {
    const part = code(1);
    part.forward(1);
    expect(Math.abs(part.penalty!(0, 1) - 0.7139069181993178)).toBeLessThan(1e-15);
    // dKL/dmu = mu, dKL/dl = (exp(l) - 1) / 2.
    part.backward(1);
    const expected = [0.5, -1, 0.2, ...[-0.3, 0.1, 0.4].map((l) => Math.expm1(l) / 2)];
    expected.forEach((slope, i) => expect(Math.abs(part.inputGradient![i]! - slope)).toBeLessThan(1e-15));
  });

  it("is its mean in use, and the mean plus deviation times normal numbers in training", () => {
    const part = code(1);
    part.forward(1);
    expect([...part.output]).toEqual([0.5, -1, 0.2]);
    part.forward(1, true);
    const first = part.output.slice();
    expect(first.every((z, i) => z !== [0.5, -1, 0.2][i])).toBe(true);
    part.outputGradient.set([1, 1, 1]);
    part.backward(1);
    // dz/dl = (z - mu) / 2 where no penalty was asked for.
    first.forEach((z, j) => expect(part.inputGradient![3 + j]).toBeCloseTo(0.5 * (z - [0.5, -1, 0.2][j]!), 15));
    part.forward(1, true);
    expect(part.output).not.toEqual(first);
  });

  it("warms up linearly, epoch by epoch, in training alone", () => {
    const part = code(2, 4);
    const weight = (epoch: number, training: boolean): number => {
      part.begin!(epoch);
      part.forward(1, training);
      return part.penalty!(0, 1) / 0.7139069181993178;
    };
    [0, 0.5, 1, 1.5, 2, 2].forEach((beta, e) => expect(weight(e + 1, true)).toBeCloseTo(beta, 14));
    expect(weight(1, false)).toBeCloseTo(2, 14);
  });

  it("starts an epoch from the source alone, whatever was drawn before", () => {
    const draw = (before: number): Float64Array => {
      let source = random(3);
      const engine = kernelEngine({ bytes: 4096 });
      const site = { engine, precision: "float64", rows: 1, trainable: true } as const;
      const empty = new Float64Array(0);
      const part = gaussianCode(
        { ...site, parameters: empty, gradient: empty, random: () => source() },
        1,
        { beta: 1, warmup: 0 },
        { input: engine.float64(2), inputGradient: engine.float64(2) },
      );
      for (let i = 0; i < before; i++) part.forward(1, true);
      source = random(4);
      part.begin!(2);
      part.forward(1, true);
      return Float64Array.from(part.output);
    };
    // One draw leaves the second number of a pair behind.
    expect(draw(1)).toEqual(draw(2));
  });

  it("cannot be trained without a random source", () => {
    const part = code(1, 0, null);
    part.forward(1);
    expect(() => part.forward(1, true)).toThrow("give it a random source");
  });
});
