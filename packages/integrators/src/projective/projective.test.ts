import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fittedOrder, lastFrame, michaelisMenten } from "../../test/problems.ts";
import { reference, referenceHint } from "../../test/reference.ts";
import {
  type ButcherTableau,
  dopri5Tableau,
  ensemble,
  euler,
  eulerTableau,
  heunTableau,
  midpointTableau,
  type ProjectiveOptions,
  projective,
  type Rhs,
  rk4Tableau,
  type SlopeEstimator,
  solve,
  type TimeStepper,
  timeStepper,
} from "../index.ts";

const refs = reference("projective.json");
const outers: [name: "PFE" | "PRK2" | "PRK4", outer: ButcherTableau][] = [
  ["PFE", eulerTableau],
  ["PRK2", midpointTableau],
  ["PRK4", rk4Tableau],
];

/** u' = lambda u. */
const linear =
  (lambda: number): Rhs =>
  (_t, u, out) =>
    void (out[0] = lambda * u[0]!);

/** Forward Euler with step `h` on u' = lambda u: a flow that multiplies by 1 + h lambda a step. */
const linearFlow = (lambda: number, h: number): TimeStepper => timeStepper(euler(linear(lambda), 1), h);

/** What one macro step of `D` multiplies a mode by. */
function amplification(flow: TimeStepper, D: number, options: ProjectiveOptions): number {
  const u = Float64Array.of(1);
  projective(flow, options).step(0, D, u, u);
  return u[0]!;
}

describe("projective, one step", () => {
  it("gives the digits of its formula at lambda = -1, h = 0.01, k = 2, D = 0.1", () => {
    // refs projective.json, one_step_linear: computed from the formulas by independent code.
    const digits = { PFE: 0.901692, PRK2: 0.905074530921, PRK4: 0.9050111025904777 };
    for (const [name, outer] of outers) {
      const value = amplification(linearFlow(-1, 0.01), 0.1, { burst: 0.03, outer });
      // A handful of roundings, divided by the chord of 0.01 and multiplied by 0.07.
      expect(Math.abs(value - digits[name])).toBeLessThan(2e-15);
    }
  });

  it("multiplies a mode by sigma(rho) = ((M + 1) rho - M) rho^k in its Euler form", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: -0.5, max: 1, noNaN: true }),
        (k, M, rho) => {
          const h = 1 / 64;
          const sigma = ((M + 1) * rho - M) * rho ** k;
          const value = amplification(linearFlow((rho - 1) / h, h), (k + 1 + M) * h, { burst: (k + 1) * h });
          expect(Math.abs(value - sigma)).toBeLessThan(100 * (M + 1) * Number.EPSILON);
        },
      ),
    );
  });

  it("takes the chord of the flow's own step, or a quarter of the burst", () => {
    const seen: [number, number][] = [];
    const spied: SlopeEstimator = (t0, t1, _before, _after, out) => {
      seen.push([t0, t1]);
      out.fill(0);
    };
    const still: TimeStepper = { size: 1, advance() {} };
    const u = Float64Array.of(1);
    const options = { burst: 0.5, slope: spied };
    projective({ ...still, dt: 0.0625 }, options).step(1, 4, u, u);
    projective(still, options).step(1, 4, u, u);
    projective({ ...still, dt: 0.75 }, options).step(1, 4, u, u);
    projective({ ...still, dt: 0.0625 }, { ...options, chord: 0.5 }).step(1, 4, u, u);
    expect(seen).toEqual([
      [1.4375, 1.5],
      [1.375, 1.5],
      [1.375, 1.5],
      [1, 1.5],
    ]);
  });

  it("starts its stages where the formula says", () => {
    const spans: [number, number][] = [];
    const flow: TimeStepper = { size: 1, advance: (_u, t0, t1) => void spans.push([t0, t1]) };
    const u = Float64Array.of(1);
    projective(flow, { burst: 0.25, chord: 0.125, outer: rk4Tableau }).step(2, 4, u, u);
    expect(spans).toEqual(
      [2, 4, 4, 6].flatMap((t) => [
        [t, t + 0.125],
        [t + 0.125, t + 0.25],
      ]),
    );
  });

  it("runs the flow itself when bursts leave no gap, and so equals the inner solver", () => {
    for (const [outer, gap] of [
      [eulerTableau, 1],
      [midpointTableau, 0.5],
      [rk4Tableau, 0.5],
      [heunTableau, 1],
    ] as const) {
      const flow = linearFlow(-3, 0.01);
      const D = 0.32;
      const u = Float64Array.of(1);
      flow.advance(u, 0, D);
      expect(amplification(flow, D, { burst: gap * D, outer })).toBe(u[0]);
      expect(amplification(flow, D, { burst: gap * D - 0.01, outer })).not.toBe(u[0]);
    }
  });

  it("is exact for a state that moves at constant speed, whatever the tableau", () => {
    const drift: TimeStepper = { size: 2, advance: (u, t0, t1) => void ((u[0]! += 3 * (t1 - t0)), (u[1]! -= t1 - t0)) };
    for (const [, outer] of [...outers, ["dopri5", dopri5Tableau] as const]) {
      const u = Float64Array.of(1, 2);
      const out = new Float64Array(2);
      projective(drift, { burst: 0.05, outer }).step(0, 1, u, out);
      // Slopes carry eps / chord = 2e-14.
      expect(Math.abs(out[0]! - 4)).toBeLessThan(1e-12);
      expect(Math.abs(out[1]! - 1)).toBeLessThan(1e-12);
      expect([...u]).toEqual([1, 2]);
    }
  });

  it("leaves the state alone at dt = 0 and refuses a macro step shorter than the burst", () => {
    const stepper = projective(linearFlow(-1, 0.01), { burst: 0.03 });
    const u = Float64Array.of(2);
    const out = new Float64Array(1);
    stepper.step(0, 0, u, out);
    expect(out[0]).toBe(2);
    for (const dt of [0.0299, Infinity, Number.NaN]) {
      expect(() => stepper.step(0, dt, u, u)).toThrow(RangeError);
      expect(() => stepper.step(0, dt, u, u)).toThrow(`projective: dt must be at least the burst of 0.03, got ${dt}`);
    }
    expect(u[0]).toBe(2);
  });

  it("commutes with a permutation of the members of an ensemble", () => {
    const relax: Rhs = (_t, [x, y], out) => {
      out[0] = -x!;
      out[1] = -(y! - x! * x!) / 1e-3;
    };
    const stepper = projective(ensemble(timeStepper(euler(relax, 2), 1e-3), 3), {
      burst: 4e-3,
      outer: midpointTableau,
    });
    const u = Float64Array.of(1, 0, 0.5, 2, -0.3, 0.1);
    const v = Float64Array.of(-0.3, 0.1, 1, 0, 0.5, 2);
    stepper.step(0, 0.1, u, u);
    stepper.step(0, 0.1, v, v);
    expect([...v]).toEqual([u[4], u[5], u[0], u[1], u[2], u[3]]);
  });
});

describe("projective, order and stability", () => {
  /** Slow x' = -x with y slaved to x^2 at rate 1 / eps. */
  const slaved =
    (eps: number): Rhs =>
    (_t, [x, y], out) => {
      out[0] = -x!;
      out[1] = -(y! - x! * x!) / eps - 2 * x! * x!;
    };
  const macroSteps = [0.4, 0.2, 0.1, 0.05];

  function errors(outer: ButcherTableau, eps: number): number[] {
    return macroSteps.map((dt) => {
      const flow = timeStepper(euler(slaved(eps), 2), eps);
      const solution = solve(projective(flow, { burst: 3 * eps, outer }), [1, 1], [0, 1.6], { dt });
      return Math.abs(lastFrame(solution)[0]! - Math.exp(-1.6));
    });
  }

  it("converges at order 1 and 2 in the macro step, and 4 until the slopes' own error", () => {
    // At D = 0.4 the leading term is not yet alone: the last three steps, two halvings, as in the reference.
    const last = (values: number[]): number[] => values.slice(1);
    expect(Math.abs(fittedOrder(last(macroSteps), last(errors(eulerTableau, 1e-7))) - 1)).toBeLessThan(0.1);
    expect(Math.abs(fittedOrder(last(macroSteps), last(errors(midpointTableau, 1e-7))) - 2)).toBeLessThan(0.1);
    const first = errors(rk4Tableau, 1e-7).slice(0, 3);
    expect(Math.abs(fittedOrder(macroSteps.slice(0, 3), first) - 4)).toBeLessThan(0.3);
  });

  it.skipIf(!refs)(`reproduces the table of errors of independent code (${referenceHint})`, () => {
    const { exact_x, table } = refs!.convergence_A;
    expect(exact_x).toBeCloseTo(Math.exp(-1.6), 15);
    for (const [name, outer] of outers) {
      for (const eps of [1e-4, 1e-6, 1e-7]) {
        const key = `${name}_eps${{ [1e-4]: "0.0001", [1e-6]: "1e-06", [1e-7]: "1e-07" }[eps]}`;
        const expected = table[key]!.err_x;
        // Round-off of the chords: up to 4 ulp of a state of size 1 over h = eps, through at most 32 slopes of weight D.
        errors(outer, eps).forEach((error, k) => {
          expect(Math.abs(error - expected[k]!)).toBeLessThan((4 * Number.EPSILON) / eps);
        });
      }
    }
  });

  it.skipIf(!refs)(`follows Michaelis-Menten kinetics at eps = 1e-6 as the reference does (${referenceHint})`, () => {
    const { ref, table } = refs!["michaelis_menten_eps1e-6"];
    for (const [name, outer] of outers) {
      const expected = table[name]!.rel_err_x;
      macroSteps.forEach((dt, k) => {
        const flow = timeStepper(euler(michaelisMenten(1e-6).rhs, 2), 6e-7);
        const solution = solve(projective(flow, { burst: 17 * 6e-7, outer }), [1, 0.5], [0, 4], { dt });
        const error = Math.abs(lastFrame(solution)[0]! / ref[0]! - 1);
        // Round-off 4 eps / h = 1.5e-9 a slope; the reference solution itself is good to 1e-10.
        expect(Math.abs(error - expected[k]!)).toBeLessThan(5e-9);
      });
    }
  });

  it.skipIf(!refs)(`is stable exactly between the boundaries of projective forward Euler (${referenceHint})`, () => {
    const h = 1 / 1024;
    for (const { k, M, gap_lo, gap_hi, rho_neg, sigma_min } of refs!.pfe_stability_real.rows) {
      const sigma = (rho: number): number =>
        amplification(linearFlow((rho - 1) / h, h), (k + 1 + M) * h, { burst: (k + 1) * h });
      // Each boundary is a root of |sigma| = 1, printed to 1e-12 or so; a step of 1e-6 to either side decides.
      const side = 1e-6;
      expect(Math.abs(sigma(1))).toBeLessThanOrEqual(1 + 1e-12);
      expect(Math.abs(sigma(rho_neg + side))).toBeLessThan(1);
      expect(Math.abs(sigma(rho_neg - side))).toBeGreaterThan(1);
      if (gap_lo === null || gap_hi === null) {
        expect(Math.abs(sigma_min)).toBeLessThanOrEqual(1);
      } else {
        expect(Math.abs(sigma(gap_lo - side))).toBeLessThan(1);
        expect(Math.abs(sigma(gap_lo + side))).toBeGreaterThan(1);
        expect(Math.abs(sigma(gap_hi - side))).toBeGreaterThan(1);
        expect(Math.abs(sigma(gap_hi + side))).toBeLessThan(1);
      }
      expect(sigma((k * M) / ((k + 1) * (M + 1)))).toBeCloseTo(sigma_min, 10);
    }
  });

  it("keeps fast modes down and slow modes right across a spectral gap of a thousand", () => {
    // k = 3, M = 97, rates 1 and 1000: rho = 0 for the fast mode at h = 1e-3.
    const two: Rhs = (_t, [x, y], out) => {
      out[0] = -x!;
      out[1] = -1000 * y!;
    };
    const stepper = projective(timeStepper(euler(two, 2), 1e-3), { burst: 4e-3, outer: rk4Tableau });
    const [x, y] = lastFrame(solve(stepper, [1, 1], [0, 2], { dt: 0.1 }));
    // Slopes are taken up to a burst of 4e-3 late, which sets the floor; RK4 itself is at 1e-7 here.
    expect(Math.abs(x! / Math.exp(-2) - 1)).toBeLessThan(4e-3);
    expect(Math.abs(y!)).toBeLessThan(1e-12);
  });
});

describe("projective, telescopic", () => {
  /** Projective forward Euler of projective forward Euler ...: each level k damping steps, one chord, M skipped. */
  function telescope(
    lambda: number,
    h: number,
    levels: readonly (readonly [number, number])[],
  ): [value: number, D: number] {
    let flow = linearFlow(lambda, h);
    let D = h;
    for (const [k, M] of levels) {
      const macro = (k + 1 + M) * D;
      flow = timeStepper(projective(flow, { burst: (k + 1) * D, chord: D }), macro);
      D = macro;
    }
    const u = Float64Array.of(1);
    flow.advance(u, 0, D);
    return [u[0]!, D];
  }

  it.skipIf(!refs)(`multiplies modes by the nested amplification (${referenceHint})`, () => {
    for (const { lam, h, levels, sigma, macro_step } of refs!.telescopic_amplification) {
      const [value, D] = telescope(lam, h, levels);
      expect(D).toBeCloseTo(macro_step, 12);
      // Round-off grows by at most 2 M + 1 = 5 a level.
      expect(Math.abs(value - sigma)).toBeLessThan(1e-13);
    }
  });

  it("stays stable at any depth with k = 1, M = 2, and does not with M = 3", () => {
    // refs projective.json, telescopic_check: the largest |sigma| is 1 at every level, or 1, 2.95, 26, 2631, ...
    const worst = (M: number, depth: number): number => {
      let largest = 0;
      for (let i = 0; i <= 400; i++) {
        const rho = i / 400;
        const [value] = telescope(
          (rho - 1) * 1024,
          1 / 1024,
          Array.from({ length: depth }, () => [1, M] as const),
        );
        largest = Math.max(largest, Math.abs(value));
      }
      return largest;
    };
    for (const depth of [1, 2, 3, 4]) expect(worst(2, depth)).toBeLessThanOrEqual(1 + 1e-11);
    expect(worst(3, 1)).toBeLessThanOrEqual(1 + 1e-12);
    expect(worst(3, 2)).toBeCloseTo(2.953125, 2);
    expect(worst(3, 3)).toBeGreaterThan(25);
  });
});

describe("projective, arguments", () => {
  const flow = linearFlow(-1, 0.01);
  const build =
    (options: unknown, of: unknown = flow) =>
    () =>
      projective(of as TimeStepper, options as ProjectiveOptions);

  it("refuses options that make no sense when built", () => {
    expect(build({ burst: 0 })).toThrow(new RangeError("projective: burst must be positive, got 0"));
    expect(build({ burst: -1 })).toThrow(RangeError);
    expect(build({})).toThrow(new TypeError("projective: burst must be a number, got undefined"));
    expect(build({ burst: 1, chord: 0 })).toThrow(RangeError);
    expect(build({ burst: 1, chord: 1.5 })).toThrow(
      "projective: chord must not be longer than the burst of 1, got 1.5",
    );
    expect(build({ burst: 1, cord: 0.5 })).toThrow(
      new TypeError("projective: unknown option cord; did you mean chord?"),
    );
    expect(build({ burst: 1, slope: 3 })).toThrow(TypeError);
    expect(build({ burst: 1 }, { size: 2 })).toThrow("projective: flow.advance must be a function");
    expect(build({ burst: 1 }, null)).toThrow(TypeError);
    expect(build({ burst: 1 }, { size: 0.5, advance() {} })).toThrow("projective: flow.size must be an integer");
    const still: ButcherTableau = { order: 1, a: [[], [0]], b: [0, 1], c: [0, 0] };
    expect(build({ burst: 1, outer: still })).toThrow("projective: c[1] of the tableau must be positive, got 0");
    expect(build({ burst: 1, outer: { ...rk4Tableau, order: 5 } })).toThrow(/^projective: sum of b_i c_i\^4/);
  });

  it("tells solve's caller when a stretch is shorter than the burst", () => {
    const stepper = projective(flow, { burst: 0.03 });
    const run = () => solve(stepper, [1], [0, 1], { dt: 0.1, saveAt: [0, 0.01, 1] });
    expect(run).toThrow("projective: dt must be at least the burst of 0.03, got 0.01");
  });
});
