import { describe, expect, it } from "vitest";
import { arenstorf, kepler, lastFrame, lorenz } from "../test/problems.ts";
import { reference, referenceHint } from "../test/reference.ts";
import {
  automatic,
  bdf,
  dop853,
  dopri5,
  fixed,
  type Method,
  type Problem,
  radau,
  rk4,
  rosenbrock,
  type Stats,
  solve,
  tsit5,
} from "./index.ts";

const vanDerPol: Problem = {
  size: 2,
  rhs(_t, [x, y], out) {
    out[0] = y!;
    out[1] = 1000 * (1 - x! * x!) * y! - x!;
  },
};
const robertson: Problem = {
  size: 3,
  rhs(_t, [x, y, z], out) {
    const [first, second, third] = [0.04 * x!, 3e7 * y! * y!, 1e4 * y! * z!];
    out[0] = third - first;
    out[1] = first - third - second;
    out[2] = second;
  },
};
const hires: Problem = {
  size: 8,
  rhs(_t, u, out) {
    const [a, b, c, d, e, f, g, h] = u as unknown as [number, number, number, number, number, number, number, number];
    out[0] = -1.71 * a + 0.43 * b + 8.32 * c + 0.0007;
    out[1] = 1.71 * a - 8.75 * b;
    out[2] = -10.03 * c + 0.43 * d + 0.035 * e;
    out[3] = 8.32 * b + 1.71 * c - 1.12 * d;
    out[4] = -1.745 * e + 0.43 * f + 0.43 * g;
    out[5] = -280 * f * h + 0.69 * d + 1.71 * e - 0.43 * f + 0.69 * g;
    out[6] = 280 * f * h - 1.81 * g;
    out[7] = -280 * f * h + 1.81 * g;
  },
};
const oregonator: Problem = {
  size: 3,
  rhs(_t, [x, y, z], out) {
    out[0] = 77.27 * (y! + x! * (1 - 8.375e-6 * x! - y!));
    out[1] = (z! - (1 + x!) * y!) / 77.27;
    out[2] = 0.161 * (x! - z!);
  },
};

/** u_t = u_xx on (0, 1), u = 0 at both ends, by second differences at n inner points. */
function heat(n: number): Problem {
  const scale = (n + 1) * (n + 1);
  return {
    size: n,
    rhs(_t, u, out) {
      for (let i = 0; i < n; i++) out[i] = scale * ((u[i - 1] ?? 0) - 2 * u[i]! + (u[i + 1] ?? 0));
    },
  };
}

/** sin(pi x) + sin(3 pi x) / 2 at time t, exactly for the differences. */
function heatExact(n: number, t: number): number[] {
  const mode = (k: number, j: number): number => {
    const s = Math.sin((k * Math.PI) / (2 * (n + 1)));
    return Math.exp(-4 * (n + 1) ** 2 * s * s * t) * Math.sin((k * j * Math.PI) / (n + 1));
  };
  return Array.from({ length: n }, (_, i) => mode(1, i + 1) + 0.5 * mode(3, i + 1));
}

const calls = ({ rhs, rhsForJacobian }: Stats): number => rhs + rhsForJacobian;
const stiffProblems: [name: string, problem: Problem, u0: number[], end: number, atol: number][] = [
  ["vdp1000", vanDerPol, [2, 0], 2000, 1e-3],
  ["robertson", robertson, [1, 0, 0], 1e11, 1e-8],
  ["hires", hires, [1, 0, 0, 0, 0, 0, 0, 0.0057], 321.8122, 1e-3],
  ["oregonator", oregonator, [1, 2, 3], 360, 1],
];
const relative = (u: ArrayLike<number>, v: ArrayLike<number>): number =>
  Math.max(...Array.from(v, (value, i) => Math.abs(u[i]! / value - 1)));

describe("automatic", () => {
  it.each([
    ["arenstorf", arenstorf, [0.994, 0, 0, -2.0015851063790824], 17.065216560157964],
    ["lorenz", lorenz, [1, 1, 1], 5],
    ["kepler", kepler, [0.4, 0, 0, 2], 20 * Math.PI],
  ] as const)("is dopri5, tsit5 or dop853 bit for bit on %s, which is not stiff", (_name, problem, u0, end) => {
    for (const nonStiff of [dopri5(), tsit5(), dop853()]) {
      for (const rtol of [1e-3, 1e-6, 1e-9]) {
        const options = { rtol, atol: 1e-3 * rtol };
        const own = solve(problem, u0, [0, end], { method: automatic({ nonStiff }), ...options });
        const plain = solve(problem, u0, [0, end], { method: nonStiff, ...options });
        expect(own.stats).toEqual({ ...plain.stats, switches: 0 });
        expect(own.u).toEqual(plain.u);
      }
    }
  });

  it("factors nothing on the heat equation at 10 points, where LSODA does not either", () => {
    const u0 = heatExact(10, 0);
    for (const rtol of [1e-3, 1e-6, 1e-9]) {
      const { u, stats } = solve(heat(10), u0, [0, 0.2], {
        method: automatic(),
        rtol,
        atol: 1e-3 * rtol,
        saveAt: [0.2],
      });
      expect(stats.factorisations).toBe(0);
      // LSODA's error at rtol 1e-6 is 2.0e-6, twice rtol; that of a method of order 5 is far smaller.
      expect(relative(u, heatExact(10, 0.2))).toBeLessThan(2 * rtol);
    }
  });

  it("goes stiff on the heat equation at 100 points and saves all but a hundredth of the calls", () => {
    const options = { rtol: 1e-6, atol: 1e-9, saveAt: [0.2] };
    const stiff = bdf({ jacobian: { lower: 1, upper: 1 } });
    const own = solve(heat(100), heatExact(100, 0), [0, 0.2], { method: automatic({ stiff }), ...options });
    const explicit = solve(heat(100), heatExact(100, 0), [0, 0.2], { method: dopri5(), ...options });
    expect(own.stats.switches).toBe(1);
    expect(calls(own.stats)).toBeLessThan(0.02 * calls(explicit.stats));
    // The bound of bdf in its own test of the heat equation.
    expect(relative(own.u, heatExact(100, 0.2))).toBeLessThan(5e-6);
  });

  it("switches both ways on Van der Pol's equation with mu = 1000", () => {
    const { stats, u } = solve(vanDerPol, [2, 0], [0, 2000], {
      method: automatic(),
      rtol: 1e-6,
      atol: 1e-9,
      saveAt: [2000],
    });
    // To the implicit method, back in each of the two jumps, and on after them.
    expect(stats.switches).toBe(5);
    // I4: within 50 rtol by component.
    expect(relative(u, [1.70616773217, -8.92809701025e-4])).toBeLessThan(5e-5);
  });

  it.each([
    ["tsit5 and radau", automatic({ nonStiff: tsit5(), stiff: radau() })],
    ["dop853 and rosenbrock", automatic({ nonStiff: dop853(), stiff: rosenbrock() })],
  ])("takes %s as well", (_name, method) => {
    const options = { rtol: 1e-6, atol: 1e-9, saveAt: [2000] };
    const { stats, u } = solve(vanDerPol, [2, 0], [0, 2000], { method, ...options });
    expect(stats.switches).toBeGreaterThan(2);
    expect(relative(u, [1.70616773217, -8.92809701025e-4])).toBeLessThan(5e-5);
  });

  it("solves Robertson's problem to 20 rtol at all times to 1e11, I5, and keeps the mass", (context) => {
    const problem = reference("ivp.json")?.problems["robertson"];
    if (problem === undefined) return context.skip(referenceHint);
    const options = { rtol: 1e-6, atol: 1e-14, saveAt: problem.t };
    const { u } = solve(robertson, [1, 0, 0], [0, 1e11], { method: automatic(), ...options });
    expect(relative(u, problem.y.flat())).toBeLessThan(2e-5);
    for (let k = 0; k < problem.t.length; k++) {
      expect(Math.abs(u[3 * k]! + u[3 * k + 1]! + u[3 * k + 2]! - 1)).toBeLessThan(1e-9);
    }
  });

  it("solves HIRES to 50 rtol and the Oregonator to 150 rtol, I6", (context) => {
    const file = reference("ivp.json");
    if (file === undefined) return context.skip(referenceHint);
    for (const [name, problem, u0, end, atol, bound] of [
      ["hires", hires, [1, 0, 0, 0, 0, 0, 0, 0.0057], 321.8122, 1e-9, 50],
      ["oregonator", oregonator, [1, 2, 3], 360, 1e-6, 150],
    ] as const) {
      const { u } = solve(problem, u0, [0, end], { method: automatic(), rtol: 1e-6, atol, saveAt: [end] });
      const expected = file.problems[name]!.y.at(-1)!;
      expect(relative(u, expected)).toBeLessThan(bound * 1e-6);
    }
  });

  it("needs at most 1.8 times the calls and never more factorisations than bdf", () => {
    const ratios = stiffProblems.map(([name, problem, u0, end, share]) => {
      const run = (method: Method): Stats =>
        solve(problem, u0, [0, end], { method, rtol: 1e-6, atol: 1e-6 * share, saveAt: [end] }).stats;
      const [own, implicit] = [run(automatic()), run(bdf())];
      return [name, calls(own) / calls(implicit), own.factorisations / implicit.factorisations] as const;
    });
    // 1.00, 1.04, 1.68, 1.20 and 0.48, 0.89, 0.75, 0.70.
    for (const [name, work, factorisations] of ratios) {
      expect([name, work]).toEqual([name, expect.toSatisfy((ratio: number) => ratio < 1.8)]);
      expect([name, factorisations]).toEqual([name, expect.toSatisfy((ratio: number) => ratio < 1)]);
    }
  });

  it("runs back in time, with events and dense output across a switch", () => {
    // Backwards from t = 0 to -2000 the mirrored equation takes the course of the other one forwards.
    const mirrored: Problem = {
      size: 2,
      rhs(t, u, out) {
        vanDerPol.rhs(-t, u, out);
        out[0]! *= -1;
        out[1]! *= -1;
      },
    };
    const options = {
      method: automatic(),
      rtol: 1e-6,
      atol: 1e-9,
      dense: true,
      events: [{ g: (_t: number, u: Float64Array) => u[0]! }],
    };
    const back = solve(mirrored, [2, 0], [0, -2000], options);
    const forth = solve(vanDerPol, [2, 0], [0, 2000], options);
    expect(back.stats).toEqual(forth.stats);
    expect(back.t.map(Math.abs)).toEqual(forth.t);
    expect(back.u).toEqual(forth.u);
    // Two jumps through u = 0, within 50 rtol of those of radau at rtol 1e-10: the bound of I4.
    expect(forth.events[0]!.t.length).toBe(2);
    const tight = solve(vanDerPol, [2, 0], [0, 2000], { ...options, method: radau(), rtol: 1e-10, atol: 1e-13 });
    forth.events[0]!.t.forEach((t, k) => expect(Math.abs(t / tight.events[0]!.t[k]! - 1)).toBeLessThan(5e-5));
    const [a, b] = [new Float64Array(2), new Float64Array(2)];
    for (let t = 1; t < 800; t += 7.3) {
      forth.at(t, a);
      tight.at(t, b);
      expect(Math.abs(a[0]! / b[0]! - 1)).toBeLessThan(5e-5);
    }
  });

  it("does not go to and fro where both methods need small steps", () => {
    for (const [, problem, u0, end, share] of stiffProblems) {
      const options = { method: automatic(), rtol: 1e-9, atol: 1e-9 * share, saveAt: [end] };
      expect(solve(problem, u0, [0, end], options).stats.switches).toBeLessThan(12);
    }
  });

  it("leaves the last state whole when the right-hand side fails in a look at lambda, and tells a NaN", () => {
    for (const value of [Number.NaN, Infinity]) {
      const broken: Problem = {
        size: 2,
        rhs(t, u, out) {
          vanDerPol.rhs(t, u, out);
          if (t > 100) out[1] = value;
        },
      };
      const { status, t, u } = solve(broken, [2, 0], [0, 2000], { method: automatic(), throw: false });
      expect(status).toBe("nonfinite-rhs");
      expect(t.at(-1)).toBeLessThanOrEqual(100);
      expect(lastFrame({ u, shape: [t.length, 2] }).every(Number.isFinite)).toBe(true);
    }
  });

  it("refuses what is no method, or measures no stiffness", () => {
    expect(() => automatic({ nonStiff: fixed(rk4, 0.1) })).toThrow("nonStiff must measure stiffness");
    expect(() => automatic({ nonStiff: bdf() })).toThrow(TypeError);
    expect(() => automatic({ stiff: bdf as never })).toThrow("automatic: stiff must be a method");
    expect(() => automatic({ nonstiff: dopri5() } as never)).toThrow("nonStiff");
  });
});
