import { describe, expect, it } from "vitest";
import {
  type ButcherTableau,
  euler,
  eulerTableau,
  largestSkip,
  midpointTableau,
  type ProjectiveOptions,
  projective,
  projectiveAdams,
  type Rhs,
  rk4Tableau,
  type Stepper,
  solve,
  type TimeStepper,
  telescopic,
  timeStepper,
} from "../../src/index.ts";
import { fittedOrder, lastFrame, michaelisMenten } from "../problems.ts";
import { reference, referenceHint } from "../reference.ts";

// Acceptance tests of the projective family. The digits copied here and those of projective.json come from independent code.

const refs = reference("projective.json");

/** Forward Euler with step `h` on u' = lambda u: a flow that multiplies by 1 + h lambda a step. */
const linearFlow = (lambda: number, h: number): TimeStepper => {
  const rhs: Rhs = (_t, u, out) => void (out[0] = lambda * u[0]!);
  return timeStepper(euler(rhs, 1), h);
};

/** What one macro step of `D` multiplies a mode by. */
function amplification(flow: TimeStepper, D: number, options: ProjectiveOptions): number {
  const u = Float64Array.of(1);
  projective(flow, options).step(0, D, u, u);
  return u[0]!;
}

type Bind = (flow: TimeStepper, burst: number) => Stepper;

const prk =
  (outer: ButcherTableau): Bind =>
  (flow, burst) =>
    projective(flow, { burst, outer });

const schemes: Readonly<Record<"PFE" | "PRK2" | "PAB2" | "PRK4", Bind>> = {
  PFE: prk(eulerTableau),
  PRK2: prk(midpointTableau),
  PAB2: (flow, burst) => projectiveAdams(flow, { burst }),
  PRK4: prk(rk4Tableau),
};
const names = ["PFE", "PRK2", "PAB2", "PRK4"] as const;

describe("P1: orders of PFE, PRK2, PAB2 and PRK4", () => {
  const macroSteps = [0.4, 0.2, 0.1, 0.05];

  /** x' = -x, y' = -(y - x^2) / eps - 2 x^2 on y = x^2, T = 1.6, Euler with h = eps, k = 2: errors of x. */
  function errors(bind: Bind, eps: number): number[] {
    const slaved: Rhs = (_t, [x, y], out) => {
      out[0] = -x!;
      out[1] = -(y! - x! * x!) / eps - 2 * x! * x!;
    };
    return macroSteps.map((dt) => {
      const stepper = bind(timeStepper(euler(slaved, 2), eps), 3 * eps);
      return Math.abs(lastFrame(solve(stepper, [1, 1], [0, 1.6], { dt }))[0]! - Math.exp(-1.6));
    });
  }

  /** Order fitted from the macro step `from` on, over `count` of them. */
  const order = (name: keyof typeof schemes, eps: number, from: number, count: number): number =>
    fittedOrder(macroSteps.slice(from, from + count), errors(schemes[name], eps).slice(from, from + count));

  it.each([1e-4, 1e-7])("are 1, 2 and 2, each within 0.1, at eps = %s", (eps) => {
    expect(Math.abs(order("PFE", eps, 0, 4) - 1)).toBeLessThan(0.1);
    // At D = 0.4 the leading term of PRK2 is not yet alone, 2.24 over the first halving in the table too: the last two.
    expect(Math.abs(order("PRK2", eps, 1, 3) - 2)).toBeLessThan(0.1);
    expect(Math.abs(order("PAB2", eps, 0, 4) - 2)).toBeLessThan(0.1);
  });

  it("is 4 within 0.3 on the first two halvings for PRK4 at eps = 1e-7, and a floor of 1.6e-5 at eps = 1e-4", () => {
    expect(Math.abs(order("PRK4", 1e-7, 0, 3) - 4)).toBeLessThan(0.3);
    // The floor is the delay of the slopes, O(h): 1.55e-5 in the table, to its printed digits.
    const floor = errors(schemes.PRK4, 1e-4).slice(2);
    for (const error of floor) expect(Math.abs(error - 1.55e-5)).toBeLessThan(1e-7);
  });

  it.skipIf(!refs)(`have the errors of the table (${referenceHint})`, () => {
    const { exact_x, table } = refs!.convergence_A;
    expect(exact_x).toBeCloseTo(Math.exp(-1.6), 15);
    for (const name of names) {
      for (const [eps, key] of [
        [1e-4, "0.0001"],
        [1e-6, "1e-06"],
        [1e-7, "1e-07"],
      ] as const) {
        const expected = table[`${name}_eps${key}`]!.err_x;
        // Round-off of the chords: up to 4 ulp of a state of size 1 over h = eps, through slopes of total weight 1.6,
        // twice for PAB2, which extrapolates them.
        errors(schemes[name], eps).forEach((error, k) => {
          expect(Math.abs(error - expected[k]!)).toBeLessThan(((name === "PAB2" ? 8 : 4) * Number.EPSILON) / eps);
        });
      }
    }
  });

  it.skipIf(!refs)(`have the errors of the table on Michaelis-Menten kinetics at eps = 1e-6 (${referenceHint})`, () => {
    const { ref, table } = refs!["michaelis_menten_eps1e-6"];
    for (const name of names) {
      macroSteps.forEach((dt, k) => {
        const flow = timeStepper(euler(michaelisMenten(1e-6).rhs, 2), 6e-7);
        const [x] = lastFrame(solve(schemes[name](flow, 17 * 6e-7), [1, 0.5], [0, 4], { dt }));
        // Round-off 4 eps / h = 1.5e-9 a slope; the reference solution itself is good to 1e-10.
        expect(Math.abs(Math.abs(x! / ref[0]! - 1) - table[name]!.rel_err_x[k]!)).toBeLessThan(5e-9);
      });
    }
  });
});

describe("P2: stability boundaries of projective forward Euler", () => {
  /** sigma(rho) of a flow that multiplies a mode by rho in h, after k damping steps and M skipped. */
  function sigma(rho: number, k: number, M: number): number {
    const h = 1 / 1024;
    return amplification(linearFlow((rho - 1) / h, h), (k + 1 + M) * h, { burst: (k + 1) * h });
  }

  it.skipIf(!refs)(`are those of the table for real spectra (${referenceHint})`, () => {
    for (const { k, M, gap_lo, gap_hi, rho_neg, sigma_min } of refs!.pfe_stability_real.rows) {
      const at = (rho: number): number => Math.abs(sigma(rho, k, M));
      // Each boundary is a root of |sigma| = 1, printed to 1e-12 or so; a step of 1e-6 to either side decides.
      const side = 1e-6;
      expect(at(1)).toBeLessThanOrEqual(1 + 1e-12);
      expect(at(rho_neg + side)).toBeLessThan(1);
      expect(at(rho_neg - side)).toBeGreaterThan(1);
      if (gap_lo === null || gap_hi === null) {
        expect(Math.abs(sigma_min)).toBeLessThanOrEqual(1);
      } else {
        expect(at(gap_lo - side)).toBeLessThan(1);
        expect(at(gap_lo + side)).toBeGreaterThan(1);
        expect(at(gap_hi - side)).toBeGreaterThan(1);
        expect(at(gap_hi + side)).toBeLessThan(1);
      }
      expect(sigma((k * M) / ((k + 1) * (M + 1)), k, M)).toBeCloseTo(sigma_min, 10);
    }
  });

  it("leave all of [0, 1] stable for one level up to M = 2 + 2 sqrt 2 at k = 1, 8.44 at k = 2, ...", () => {
    // projective.json, pfe_0_1_stable.
    const largest = {
      1: 2 + 2 * Math.SQRT2,
      2: 8.44353560159325,
      3: 12.044576857401477,
      4: 15.641149784240167,
      5: 19.235723819451678,
      10: 37.19869847551178,
    };
    for (const [key, M] of Object.entries(largest)) {
      const k = Number(key);
      const worst = (skip: number): number => {
        // The minimum of sigma, and a grid.
        let most = Math.abs(sigma((k * skip) / ((k + 1) * (skip + 1)), k, skip));
        for (let i = 0; i <= 400; i++) most = Math.max(most, Math.abs(sigma(i / 400, k, skip)));
        return most;
      };
      // sigma carries M roundings or so, some 1e-14.
      expect(worst(M * (1 - 1e-9))).toBeLessThanOrEqual(1 + 1e-12);
      expect(worst(M * (1 + 1e-9))).toBeGreaterThan(1);
    }
  });
});

describe("P3: digits of one step", () => {
  it("are 0.901692, 0.905074530921, 0.9050111025904777 at lambda = -1, h = 0.01, k = 2, D = 0.1", () => {
    const digits = [
      [eulerTableau, 0.901692],
      [midpointTableau, 0.905074530921],
      [rk4Tableau, 0.9050111025904777],
    ] as const;
    for (const [outer, digit] of digits) {
      const value = amplification(linearFlow(-1, 0.01), 0.1, { burst: 0.03, outer });
      // A handful of roundings, divided by the chord of 0.01 and multiplied by 0.07.
      expect(Math.abs(value - digit)).toBeLessThan(2e-15);
    }
  });
});

describe("P4: telescopic invariance", () => {
  const sigma = (rho: number, k: number, M: number): number => ((M + 1) * rho - M) * rho ** k;

  /** A flow that multiplies its state by `rho` whatever the time. */
  const factor = (rho: number): TimeStepper => ({ size: 1, advance: (u) => void (u[0] = rho * u[0]!) });

  /** The same nested by hand: projective forward Euler of projective forward Euler. */
  function nested(lambda: number, h: number, levels: readonly (readonly [k: number, M: number])[]): [number, number] {
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

  it("bounds the leap as the table says", () => {
    // projective.json, telescopic_invariant.
    const table = {
      1: 2,
      2: 3,
      3: 6.656037394922482,
      4: 8.31717387300755,
      5: 12.214669944396467,
      10: 26.909083620376332,
    };
    for (const [k, M] of Object.entries(table)) expect(Math.abs(largestSkip(Number(k)) - M)).toBeLessThan(1e-9);
  });

  it("holds at every depth up to the bound, and for odd and even k fails just beyond it", () => {
    for (const k of [1, 2, 3, 4, 5, 10]) {
      const M = largestSkip(k);
      const worst = (skip: number): number => {
        let largest = 0;
        for (let i = 0; i <= 2000; i++) {
          let value = i / 2000;
          for (let level = 0; level < 40; level++) {
            value = sigma(value, k, skip);
            // 1 is a repelling fixed point of sigma: round-off beyond it would grow by k + 1 + M a level.
            if (value > 1 && value < 1 + 1e-12) value = 1;
          }
          largest = Math.max(largest, Math.abs(value));
        }
        return largest;
      };
      expect(worst(M * (1 - 1e-9))).toBeLessThanOrEqual(1);
      expect(worst(M * 1.02)).toBeGreaterThan(10);
    }
  });

  it("fails at k = 1, M = 3 as the table says: 1, 2.95, 26, ... from level to level", () => {
    const worst = (M: number, depth: number): number => {
      let largest = 0;
      for (let i = 0; i <= 400; i++) {
        const levels = Array.from({ length: depth }, () => [1, M] as const);
        const [value] = nested((i / 400 - 1) * 1024, 1 / 1024, levels);
        largest = Math.max(largest, Math.abs(value));
      }
      return largest;
    };
    for (const depth of [1, 2, 3, 4]) expect(worst(2, depth)).toBeLessThanOrEqual(1 + 1e-11);
    expect(worst(3, 1)).toBeLessThanOrEqual(1 + 1e-12);
    // projective.json, telescopic_check. The worst rho is that of the least sigma, 3/8, whose image -9/16 grows from then on.
    const table = [2.953125, 26.0244140625, 2631.007266998291, 27680903.934190273];
    table.forEach((largest, k) => {
      const levels = Array.from({ length: k + 2 }, () => [1, 3] as const);
      const [value] = nested((3 / 8 - 1) * 1024, 1 / 1024, levels);
      // Rounding of a few ulp a level, doubled from level to level.
      expect(Math.abs(value / largest - 1)).toBeLessThan(1e-13);
    });
    expect(worst(3, 2)).toBeLessThanOrEqual(2.953125);
  });

  it.skipIf(!refs)(`multiplies modes by the nested amplification of the table (${referenceHint})`, () => {
    for (const { lam, h, levels, sigma: expected, macro_step } of refs!.telescopic_amplification) {
      const [damping, skip] = levels[0]!;
      const u = Float64Array.of(1);
      telescopic(linearFlow(lam, h), { damping, skip, levels: levels.length }).step(0, macro_step, u, u);
      const [value, D] = nested(lam, h, levels);
      expect(D).toBeCloseTo(macro_step, 12);
      // Round-off grows by at most 2 M + 1 = 5 a level.
      for (const got of [u[0]!, value]) expect(Math.abs(got - expected)).toBeLessThan(1e-13);
    }
  });

  it("is enforced: a choice beyond the bound is refused with the largest stable M", () => {
    const build = () => telescopic(factor(0.5), { damping: 1, skip: 3, levels: 2 });
    expect(build).toThrow("telescopic: skip must be at most 2 for damping = 1, got 3");
  });
});
