import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adam, adamBytes, type AdamOptions, type KernelEngine, kernelEngine, type Precision } from "./index.ts";

function wave(length: number, phase: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin(3 * i + phase));
}

/** Arrays of an engine that an optimiser works on. */
function arraysOf<P extends Precision>(engine: KernelEngine, precision: P, length: number) {
  const make = engine[precision] as (length: number) => AdamOptions<P>["parameters"];
  return { parameters: make(length), gradient: make(length) };
}

describe("adam", () => {
  it("has the bits of its twin, in both precisions, with ranges that decay", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 67 }),
        fc.constantFrom<Precision>("float64", "float32"),
        fc.constantFrom(0, 0.3),
        fc.nat(),
        fc.nat(),
        (length, precision, decay, a, b) => {
          const [from, to] = [a % (length + 1), b % (length + 1)].toSorted((x, y) => x - y) as [number, number];
          const [ours, twin] = (["auto", "plain"] as const).map((use) => {
            const engine = kernelEngine({ bytes: 1 << 13, use });
            const { parameters, gradient } = arraysOf(engine, precision, length);
            parameters.set(wave(length, 1));
            const optimiser = adam<Precision>(engine, {
              parameters,
              gradient,
              precision,
              decay,
              decayed: [[from, to]],
            });
            for (let t = 0; t < 5; t++) {
              gradient.set(wave(length, t));
              optimiser.step(0.01 / (1 + t));
            }
            return [parameters, optimiser.m, optimiser.v];
          });
          expect(ours).toEqual(twin);
        },
      ),
    );
  });

  it("does the operations of the definition in float64, in their order, to the bit", () => {
    const length = 9;
    const [beta1, beta2, epsilon] = [0.8, 0.95, 1e-6];
    const engine = kernelEngine({ bytes: 1 << 12 });
    const { parameters, gradient } = arraysOf(engine, "float64", length);
    parameters.set(wave(length, 1));
    const optimiser = adam(engine, { parameters, gradient, beta1, beta2, epsilon });
    const p = parameters.slice();
    const [m, v] = [new Float64Array(length), new Float64Array(length)];
    let [power1, power2] = [1, 1];
    for (let t = 0; t < 50; t++) {
      gradient.set(wave(length, t));
      optimiser.step(0.01);
      power1 *= beta1;
      power2 *= beta2;
      const rate = 0.01 / (1 - power1);
      const correction = 1 / (1 - power2);
      for (let i = 0; i < length; i++) {
        const g = gradient[i]!;
        m[i] = beta1 * m[i]! + (1 - beta1) * g;
        v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
        p[i] = p[i]! - (rate * m[i]!) / (Math.sqrt(v[i]! * correction) + epsilon);
      }
    }
    expect([parameters, optimiser.m, optimiser.v]).toEqual([p, m, v]);
    expect(optimiser.steps).toBe(50);
  });

  // Five steps on (x0^2 + 10 x1^2) / 2 from (1, -1/2) at rate 1e-3, by NumPy formulas in float64.
  it("makes the iterates of the LED references to 1e-15", () => {
    const iterates = [
      [0.99900000001, -0.499000000002],
      [0.9980000262238367, -0.4980000526885156],
      [0.9970000960801475, -0.49700019319112876],
      [0.9960002269457763, -0.49600045654862035],
      [0.9950004360774127, -0.4950008776287711],
    ];
    const engine = kernelEngine({ bytes: 1 << 10 });
    const { parameters, gradient } = arraysOf(engine, "float64", 2);
    parameters.set([1, -0.5]);
    const optimiser = adam(engine, { parameters, gradient });
    for (const iterate of iterates) {
      gradient.set([parameters[0]!, 10 * parameters[1]!]);
      optimiser.step(1e-3);
      // Numbers of size one after at most five steps: a few roundings of 1e-16.
      iterate.forEach((x, i) => expect(Math.abs(parameters[i]! - x)).toBeLessThan(1e-15));
    }
  });

  // What torch.optim.AdamW (PyTorch 1.13, float64) makes of sin i (five, decay 0.1) and cos i (three, without) in 20 steps
  // t = 0, 1, ... with gradients sin(3 i + t) and cos(2 i + t) / 10 at rates 0.01 / (1 + t).
  it.each([
    ["float64", 1e-15],
    ["float32", 1e-6],
  ] as const)("makes the steps of AdamW as PyTorch, %s", (precision, tolerance) => {
    const torch = [
      -0.009373307397621041, 0.8369648260747352, 0.9087822248120319, 0.13623301390732306, -0.7478499953344772,
      0.9839882838698559, 0.5605408817596814, -0.4079616662737989,
    ];
    const engine = kernelEngine({ bytes: 1 << 10 });
    const { parameters, gradient } = arraysOf<Precision>(engine, precision, 8);
    for (let i = 0; i < 8; i++) parameters[i] = i < 5 ? Math.sin(i) : Math.cos(i - 5);
    const optimiser = adam<Precision>(engine, { parameters, gradient, precision, decay: 0.1, decayed: [[0, 5]] });
    for (let t = 0; t < 20; t++) {
      for (let i = 0; i < 8; i++) gradient[i] = i < 5 ? Math.sin(3 * i + t) : 0.1 * Math.cos(2 * (i - 5) + t);
      optimiser.step(0.01 / (1 + t));
    }
    // 20 steps of some roundings of numbers below one: 1e-16 and 6e-8 each.
    torch.forEach((x, i) => expect(Math.abs(parameters[i]! - x)).toBeLessThan(tolerance));
  });

  it("decay alone takes a part of the parameters at each step, whatever the means", () => {
    const engine = kernelEngine({ bytes: 1 << 10 });
    const { parameters, gradient } = arraysOf(engine, "float64", 4);
    parameters.fill(1);
    const optimiser = adam(engine, {
      parameters,
      gradient,
      decay: 0.5,
      decayed: [
        [0, 1],
        [2, 3],
      ],
    });
    for (let t = 0; t < 3; t++) optimiser.step(0.5);
    expect([...parameters]).toEqual([0.421875, 1, 0.421875, 1]); // 0.75^3
  });

  it("goes on from a checkpoint with the bits of a run that was not stopped", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0.9, 0.5, 0), (stop, beta1) => {
        const run = (parts: readonly number[]): Float64Array => {
          let state = { p: wave(5, 1), m: new Float64Array(5), v: new Float64Array(5), t: 0 };
          for (const steps of parts) {
            const engine = kernelEngine({ bytes: 1 << 10 });
            const { parameters, gradient } = arraysOf(engine, "float64", 5);
            const optimiser = adam(engine, { parameters, gradient, beta1 });
            parameters.set(state.p);
            optimiser.m.set(state.m);
            optimiser.v.set(state.v);
            optimiser.resume(state.t);
            for (let t = 0; t < steps; t++) {
              gradient.set(wave(5, optimiser.steps));
              optimiser.step(0.01);
            }
            state = { p: parameters.slice(), m: optimiser.m.slice(), v: optimiser.v.slice(), t: optimiser.steps };
          }
          return state.p;
        };
        expect(run([stop, 60 - stop])).toEqual(run([60]));
      }),
      { numRuns: 20 },
    );
  });

  it("resumes after any number of steps at once", () => {
    const engine = kernelEngine({ bytes: 1 << 10 });
    const optimiser = adam(engine, arraysOf(engine, "float64", 1));
    optimiser.resume(Number.MAX_SAFE_INTEGER);
    expect(optimiser.steps).toBe(Number.MAX_SAFE_INTEGER);
  });

  it("fills an engine of the bytes that it says it takes", () => {
    for (const precision of ["float64", "float32"] as const) {
      for (const parameters of [1, 2, 3, 1000]) {
        const engine = kernelEngine({ bytes: 1 << 16 });
        const arrays = arraysOf<Precision>(engine, precision, parameters);
        const before = engine.used;
        adam<Precision>(engine, { ...arrays, precision });
        expect(engine.used - before).toBe(adamBytes({ parameters, precision }));
      }
    }
    expect(() => adamBytes({ parameters: 0 })).toThrow(/adamBytes: parameters must be an integer/);
  });

  it("refuses bad options, foreign arrays and rates that are not finite", () => {
    const engine = kernelEngine({ bytes: 1 << 10 });
    const arrays = arraysOf(engine, "float64", 4);
    expect(() => adam(engine, { ...arrays, beta1: 1 })).toThrow(/beta1 must lie in \[0, 1\), got 1/);
    expect(() => adam(engine, { ...arrays, beta2: Number.NaN })).toThrow(/beta2 must be finite/);
    expect(() => adam(engine, { ...arrays, epsilon: 0 })).toThrow(/epsilon must be positive/);
    expect(() => adam(engine, { ...arrays, decay: -1 })).toThrow(/decay must not be negative/);
    // @ts-expect-error unknown key
    expect(() => adam(engine, { ...arrays, beta: 0.9 })).toThrow(/did you mean beta1/);
    expect(() => adam(engine, { ...arrays, gradient: new Float64Array(4) })).toThrow(/must be an array of the engine/);
    expect(() => adam(engine, { ...arrays, gradient: engine.float64(3) })).toThrow(
      /gradient must have length 4, got 3/,
    );
    expect(() => adam(engine, { ...arrays, gradient: arrays.gradient.subarray(1) })).toThrow(
      /must have length 4, got 3/,
    );
    const single = arraysOf(engine, "float32", 4);
    // @ts-expect-error arrays of another precision
    expect(() => adam(engine, single)).toThrow(/parameters must be a Float64Array/);
    expect(() => adam(engine, { ...arrays, gradient: arrays.parameters })).toThrow(/must lie apart from parameters/);
    expect(() => adam(engine, { ...arrays, decayed: [[0, 5]] })).toThrow(
      /decayed\[0\]\[1\] must be an integer between 0/,
    );
    const twice = [
      [0, 3],
      [2, 4],
    ] as const;
    expect(() => adam(engine, { ...arrays, decayed: twice })).toThrow(/decayed\[1\]\[0\] must be .* between 3 and 4/);
    // @ts-expect-error not a pair
    expect(() => adam(engine, { ...arrays, decayed: [[1]] })).toThrow(/decayed\[0\] must be a pair/);
    const optimiser = adam(engine, arrays);
    expect(() => optimiser.step(Number.NaN)).toThrow(/learningRate must be finite/);
    expect(() => optimiser.resume(-1)).toThrow(/steps must be an integer/);
  });
});
