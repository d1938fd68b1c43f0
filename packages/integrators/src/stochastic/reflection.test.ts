import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  eulerMaruyama,
  heunStratonovich,
  milstein,
  normal,
  type Rhs,
  random,
  reflecting,
  type StochasticStepper,
  type Walls,
} from "../index.ts";
import { silent } from "../../test/stochastic.ts";

/** Where `reflecting` puts the end `y` of a step: from 0, without drift, b = 1, dW = y. */
function folded(y: number, walls: Walls): number {
  const out = new Float64Array(1);
  const free = eulerMaruyama({ size: 1, drift: 0, diffusion: 1 }, silent);
  reflecting(free, walls).stepWith(0, 1, new Float64Array(1), Float64Array.of(y), out);
  return out[0]!;
}

describe("the fold", () => {
  it("is that of the examples", () => {
    const examples = [
      [-0.3, 0.3],
      [1.2, 0.8],
      [2.3, 0.3],
      [-1.7, 0.3],
      [0.5, 0.5],
      [3.0, 1.0],
    ] as const;
    // 2.3 - 2 and 2 - 1.7 round by an ulp of 2.
    for (const [y, x] of examples) expect(Math.abs(folded(y, { lower: 0, upper: 1 }) - x)).toBeLessThan(5e-16);
    expect(folded(-3, { lower: -1 })).toBe(1);
    expect(folded(3, { upper: 1 })).toBe(-1);
    expect(folded(3, {})).toBe(3);
  });

  const interval = fc
    .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }))
    .map(([lower, length]) => ({ lower, upper: lower + length }));
  const far = fc.double({ min: -1e9, max: 1e9, noNaN: true });

  it("keeps every point between the walls, however far out, and the points inside to the bit", () => {
    fc.assert(
      fc.property(interval, far, fc.double({ min: 0, max: 1, noNaN: true }), (walls, outside, part) => {
        const x = folded(outside, walls);
        expect(x >= walls.lower && x <= walls.upper).toBe(true);
        const inside = Math.min(walls.lower + part * (walls.upper - walls.lower), walls.upper);
        expect(folded(inside, walls)).toBe(inside + 0);
        for (const wall of [walls.lower, walls.upper]) expect(folded(wall, walls)).toBe(wall + 0);
      }),
      { numRuns: 1000 },
    );
  });

  it("is the formula of the modulus, even about each wall and periodic in twice the length", () => {
    fc.assert(
      fc.property(interval, far, ({ lower, upper }, y) => {
        const length = upper - lower;
        const z = (((y - lower) % (2 * length)) + 2 * length) % (2 * length);
        const formula = lower + (z > length ? 2 * length - z : z);
        // Rounding of y - lower, a reduction of it that keeps its error, and sums of the size of the walls.
        const tolerance = 8 * Number.EPSILON * (Math.abs(y) + Math.abs(lower) + Math.abs(upper));
        expect(Math.abs(folded(y, { lower, upper }) - formula)).toBeLessThanOrEqual(tolerance);
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps its digits at one wall whatever the distance of the other", () => {
    expect(folded(-0.3, { lower: 0, upper: 1e300 })).toBe(0.3);
    expect(folded(0.3, { lower: -1e308, upper: 0 })).toBe(-0.3);
    expect(folded(-0.3, { lower: 0 })).toBe(0.3);
  });

  it("does not step over the far wall by rounding", () => {
    // -0.1 + (0.2 - -0.1) rounds to 0.20000000000000004, and so on.
    expect(folded(-0.4, { lower: -0.1, upper: 0.2 })).toBe(0.2);
    expect(folded(2.1, { lower: -0.1, upper: 1 })).toBe(-0.1);
  });

  it("passes NaN and infinity on as values that end a run", () => {
    for (const walls of [{ lower: 0, upper: 1 }, { lower: 0 }, { upper: 1 }, {}]) {
      for (const y of [Number.NaN, Infinity, -Infinity]) expect(folded(y, walls)).not.toSatisfy(Number.isFinite);
    }
  });

  it("has walls for every component, which repeat along the members", () => {
    const free = eulerMaruyama({ size: 4, drift: 0, diffusion: 1 }, silent);
    const walled = reflecting(free, { lower: [0, -Infinity], upper: [1, 2] });
    const out = new Float64Array(4);
    walled.stepWith(0, 1, new Float64Array(4), Float64Array.of(-0.25, -9, 1.25, 3), out);
    expect(out).toEqual(Float64Array.of(0.25, -9, 0.75, 1));
  });

  it("wraps any scheme, in place too, with its draws", () => {
    const drift: Rhs = (_t, u, out) => void out.set(u);
    const diffusion: Rhs = (_t, u, out) => void out.set(u.map((x) => 1 + x * x));
    for (const scheme of [eulerMaruyama, milstein, heunStratonovich]) {
      const free = scheme({ size: 2, drift, diffusion }, normal(random(1)));
      const walled = reflecting(scheme({ size: 2, drift, diffusion }, normal(random(1))), { lower: 0 });
      const [u, out] = [Float64Array.of(0.1, 0.2), new Float64Array(2)];
      for (let k = 0; k < 20; k++) {
        free.step(0, 0.01, u, out);
        walled.step(0, 0.01, u, u);
        expect(u).toEqual(out.map(Math.abs));
      }
      expect(walled.order).toBe(1);
    }
  });
});

describe("reflecting Brownian motion with drift", () => {
  it("settles on the exponential law of its potential with an error of first order in the step", () => {
    // dX = -dt + dW on [0, 1]: density proportional to e^(-2 x), mean 1/2 - 1/(e^2 - 1). The stationary law of the scheme
    // itself, by powers of its transition matrix on 2000 cells, has a mean larger by these biases: 0.45 h to 0.48 h.
    const members = 40_000;
    for (const [h, bias] of [
      [0.04, 0.018051],
      [0.01, 0.004759],
    ] as const) {
      const free = eulerMaruyama({ size: members, drift: -1, diffusion: 1 }, normal(random(61)));
      const walled = reflecting(free, { lower: 0, upper: 1 });
      const u = new Float64Array(members).fill(0.5);
      // The slowest mode decays at rate (pi^2 + 1) / 2: e^-11 after two units of time.
      for (let k = 0; k < 2 / h; k++) walled.step(k * h, h, u, u);
      const mean = u.reduce((s, x) => s + x, 0) / members;
      const error = Math.sqrt(u.reduce((s, x) => s + (x - mean) ** 2, 0) / (members - 1) / members);
      // Four standard errors, 5e-3; the bias at h = 0.04 is fourteen.
      expect(Math.abs(mean - (1 / 2 - 1 / (Math.E ** 2 - 1) + bias))).toBeLessThan(4 * error);
    }
  });
});

describe("reflecting", () => {
  const stepper = eulerMaruyama({ size: 2, drift: 0, diffusion: 1 }, silent);

  it("refuses walls that cannot be", () => {
    const cases: [walls: unknown, message: string][] = [
      [{ lower: 1, upper: 0 }, "reflecting: lower must lie below upper, got 1 and 0 for component 0"],
      [{ lower: [0, 1], upper: 1 }, "reflecting: lower must lie below upper, got 1 and 1 for component 1"],
      [{ lower: Number.NaN }, "reflecting: lower must be a number, got NaN"],
      [{ upper: [1, "2"] }, 'reflecting: upper[1] must be a number, got "2"'],
      [{ upper: [1, 2, 3] }, "reflecting: the length of upper must divide the size of 2, got 3"],
      [{ upper: [] }, "reflecting: the length of upper must divide the size of 2, got 0"],
      [{ lower: 0, uper: 1 }, "reflecting: unknown option uper; did you mean upper?"],
      [undefined, "reflecting: walls must be an object, got undefined"],
    ];
    for (const [walls, message] of cases) expect(() => reflecting(stepper, walls as Walls)).toThrow(message);
  });

  it("refuses what is no stochastic stepper", () => {
    const { stepWith: _, ...plain } = stepper;
    expect(() => reflecting(plain as StochasticStepper, {})).toThrow("stepper.stepWith must be a function");
    expect(() => reflecting(undefined as unknown as StochasticStepper, {})).toThrow(TypeError);
  });
});
