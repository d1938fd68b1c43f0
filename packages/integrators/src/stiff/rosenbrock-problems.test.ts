import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Rhs } from "../rhs.ts";
import { solve } from "../solve.ts";
import { rosenbrock } from "./rosenbrock.ts";

/*
 * Reference digits are those of refs/integrators/ivp.json in the shared reference data: tight runs of two independent
 * solvers that agree to the spread given there (1e-10 or better), for the van der Pol, Robertson, HIRES and Oregonator
 * problems also with the IVP Test Set. The bounds are those that bdf meets.
 */
const root = fileURLToPath(new URL("../../../../", import.meta.url));
const referenceFile = resolve(root, process.env["HML_SHARED"] ?? "../shared", "refs/integrators/ivp.json");
const noReference = !existsSync(referenceFile);

/** Largest relative error of any component of any frame. */
function worst(frames: ArrayLike<number>, reference: readonly (readonly number[])[]): number {
  return Math.max(...reference.flat().map((value, k) => Math.abs(frames[k]! / value - 1)));
}

const robertson: Rhs = (_t, u, out) => {
  const first = 0.04 * u[0]!;
  const second = 3e7 * u[1]! * u[1]!;
  const third = 1e4 * u[1]! * u[2]!;
  out[0] = third - first;
  out[1] = first - third - second;
  out[2] = second;
};

const vanDerPol: Rhs = (_t, u, out) => {
  out[0] = u[1]!;
  out[1] = 1000 * (1 - u[0]! * u[0]!) * u[1]! - u[0]!;
};

const hires: Rhs = (_t, u, out) => {
  const [a, b, c, d, e, f, g, h] = u as unknown as [number, number, number, number, number, number, number, number];
  out[0] = -1.71 * a + 0.43 * b + 8.32 * c + 0.0007;
  out[1] = 1.71 * a - 8.75 * b;
  out[2] = -10.03 * c + 0.43 * d + 0.035 * e;
  out[3] = 8.32 * b + 1.71 * c - 1.12 * d;
  out[4] = -1.745 * e + 0.43 * f + 0.43 * g;
  out[5] = -280 * f * h + 0.69 * d + 1.71 * e - 0.43 * f + 0.69 * g;
  out[6] = 280 * f * h - 1.81 * g;
  out[7] = -280 * f * h + 1.81 * g;
};

const oregonator: Rhs = (_t, u, out) => {
  out[0] = 77.27 * (u[1]! + u[0]! * (1 - 8.375e-6 * u[0]! - u[1]!));
  out[1] = (u[2]! - (1 + u[0]!) * u[1]!) / 77.27;
  out[2] = 0.161 * (u[0]! - u[2]!);
};

/** y' = R(0.3) diag(-1, -fast) R(0.3)^T y. */
const twoClusters = (fast: number): Rhs => {
  const c = Math.cos(0.3);
  const s = Math.sin(0.3);
  return (_t, u, out) => {
    out[0] = (-c * c - fast * s * s) * u[0]! + (fast - 1) * c * s * u[1]!;
    out[1] = (fast - 1) * c * s * u[0]! + (-s * s - fast * c * c) * u[1]!;
  };
};

const michaelisMenten =
  (eps: number): Rhs =>
  (_t, u, out) => {
    out[0] = -u[0]! + (u[0]! + 0.5) * u[1]!;
    out[1] = (u[0]! - (u[0]! + 1) * u[1]!) / eps;
  };

/** u_t = u_xx on (0, 1) with zero ends, n interior points, from sin(pi x) + sin(3 pi x)/2; exact in time. */
function heat(n: number) {
  const h = 1 / (n + 1);
  const mode = (k: number, i: number): number => Math.sin(k * Math.PI * (i + 1) * h);
  const rate = (k: number): number => {
    const s = Math.sin((k * Math.PI * h) / 2) / h;
    return -4 * s * s;
  };
  const rhs: Rhs = (_t, u, out) => {
    for (let i = 0; i < n; i++) {
      const left = i > 0 ? u[i - 1]! : 0;
      const right = i < n - 1 ? u[i + 1]! : 0;
      out[i] = (left - 2 * u[i]! + right) / (h * h);
    }
  };
  const exact = (t: number): Float64Array =>
    Float64Array.from(
      { length: n },
      (_, i) => Math.exp(rate(1) * t) * mode(1, i) + 0.5 * Math.exp(rate(3) * t) * mode(3, i),
    );
  return { rhs, size: n, exact };
}

function relativeL2(u: ArrayLike<number>, exact: Float64Array): number {
  const error = exact.reduce((sum, value, i) => sum + (u[i]! - value) * (u[i]! - value), 0);
  return Math.sqrt(error / exact.reduce((sum, value) => sum + value * value, 0));
}

describe("rosenbrock at rtol 1e-6", () => {
  it("follows Robertson's kinetics over eleven decades within 20 rtol per component", () => {
    const reference = [
      [0.9851721138609917, 3.386395378974909e-5, 0.014794022185220367],
      [0.7158270687194068, 9.185534764557746e-6, 0.28416374574583125],
      [0.18320225777671062, 8.942371252775937e-7, 0.8167968479861681],
      [0.00493827452097993, 1.9849940879544163e-8, 0.9950617056290819],
      [5.203071844120786e-5, 2.0813357318926223e-10, 0.9999479690734279],
      [2.0833401497011303e-8, 8.333360770334112e-14, 0.9999999791665168],
    ];
    const saveAt = [0.4, 40, 4e3, 4e5, 4e7, 1e11];
    const run = solve({ rhs: robertson, size: 3 }, [1, 0, 0], [0, 1e11], {
      method: rosenbrock(),
      rtol: 1e-6,
      atol: 1e-14,
      saveAt,
    });
    expect(worst(run.u, reference)).toBeLessThan(20e-6);
    // y1 + y2 + y3 = 1 is a linear invariant, which every BDF keeps up to rounding and Newton's tolerance.
    for (let k = 0; k < saveAt.length; k++) {
      expect(Math.abs(run.u[3 * k]! + run.u[3 * k + 1]! + run.u[3 * k + 2]! - 1)).toBeLessThan(1e-9);
    }
  });

  it("follows van der Pol's equation at mu = 1000 through its jumps within 50 rtol", () => {
    const run = solve({ rhs: vanDerPol, size: 2 }, [2, 0], [0, 2000], {
      method: rosenbrock(),
      rtol: 1e-6,
      atol: 1e-9,
      saveAt: [2000],
    });
    expect(worst(run.u, [[1.7061677321704973, -8.928097010247817e-4]])).toBeLessThan(50e-6);
  });

  it("solves HIRES to t = 321.8122 within 50 rtol", () => {
    const run = solve({ rhs: hires, size: 8 }, [1, 0, 0, 0, 0, 0, 0, 0.0057], [0, 321.8122], {
      method: rosenbrock(),
      rtol: 1e-6,
      atol: 1e-9,
      saveAt: [321.8122],
    });
    const reference = [
      0.0007371312573325392, 0.00014424857263161306, 5.88872974096706e-5, 0.0011756513432830975, 0.0023863561988305007,
      0.006238968252740195, 0.002849998395185186, 0.002850001604814814,
    ];
    expect(worst(run.u, [reference])).toBeLessThan(50e-6);
  });

  it("solves the Oregonator to t = 360 within 150 rtol", () => {
    const run = solve({ rhs: oregonator, size: 3 }, [1, 2, 3], [0, 360], {
      method: rosenbrock(),
      rtol: 1e-6,
      atol: 1e-6,
      saveAt: [360],
    });
    expect(worst(run.u, [[1.0008148703185227, 1228.1785215498942, 132.05549428465622]])).toBeLessThan(150e-6);
  });

  it("solves two clusters of rates within 5e-5, and a fast rate a thousand times larger costs at most 1.2 times the steps", () => {
    const saveAt = [0.01, 0.1, 1, 2, 5];
    const c = Math.cos(0.3);
    const s = Math.sin(0.3);
    const steps = [1e3, 1e6].map((fast) => {
      const exact = saveAt.map((t) => {
        const slow = Math.exp(-t) * (c + s);
        const quick = Math.exp(-fast * t) * (c - s);
        return [c * slow - s * quick, s * slow + c * quick];
      });
      const run = solve({ rhs: twoClusters(fast), size: 2 }, [1, 1], [0, 5], {
        method: rosenbrock(),
        rtol: 1e-6,
        atol: 1e-9,
        saveAt,
      });
      expect(worst(run.u, exact)).toBeLessThan(5e-5);
      return run.stats.steps;
    });
    expect(steps[1]! / steps[0]!).toBeLessThan(1.2);
  });

  it("follows Prothero and Robinson's equation with L = -1e6 to t = 10, each step within 1e-6", () => {
    const rhs: Rhs = (t, u, out) => {
      out[0] = -1e6 * (u[0]! - Math.cos(t)) - Math.sin(t);
    };
    const run = solve({ rhs, size: 1 }, [1], [0, 10], { method: rosenbrock(), rtol: 1e-6, atol: 1e-9 });
    run.t.forEach((t, k) => expect(Math.abs(run.u[k]! - Math.cos(t))).toBeLessThan(1e-6));
  });

  it("solves Allen and Cahn's equation on 101 points within 1e-6, banded and dense alike", () => {
    const n = 101;
    const h = 20 / (n - 1);
    const rhs: Rhs = (_t, u, out) => {
      for (let i = 0; i < n; i++) {
        const left = u[i > 0 ? i - 1 : 1]!;
        const right = u[i < n - 1 ? i + 1 : n - 2]!;
        out[i] = (left - 2 * u[i]! + right) / (h * h) + u[i]! - u[i]! * u[i]! * u[i]!;
      }
    };
    const u0 = Array.from({ length: n }, (_, i) => {
      const x = (Math.PI * i * h) / 20;
      return 0.5 * Math.cos(x) + 0.1 * Math.cos(3 * x);
    });
    const reference = [
      [0.881823250290183, 0.6198123476964418, 0, -0.6198123476964417, -0.881823250290183],
      [0.9998820729801582, 0.997189509610491, 0, -0.997189509610491, -0.9998820729801582],
    ];
    for (const jacobian of [{ lower: 1, upper: 1 }, "dense"] as const) {
      const run = solve({ rhs, size: n }, u0, [0, 5], {
        method: rosenbrock({ jacobian }),
        rtol: 1e-6,
        atol: 1e-9,
        saveAt: [1, 5],
      });
      reference.forEach((values, frame) => {
        values.forEach((value, k) => expect(Math.abs(run.u[frame * n + 25 * k]! - value)).toBeLessThan(1e-6));
      });
    }
  });

  it.each([{ n: 10 }, { n: 100 }, { n: 1000 }])(
    "solves the heat equation on $n points within 1e-6 in L2, and banded equals dense to round-off",
    ({ n }) => {
      const problem = heat(n);
      const exact = problem.exact(0.2);
      // The result depends on J, where differences have errors of 1e-8: the exact J is given, in two layouts. Dense
      // factorisations of 1000 unknowns take a minute here: there a wider band stands in for it.
      const whole = n < 1000 ? undefined : { lower: 3, upper: 2 };
      const results = [{ lower: 1, upper: 1 }, whole].map((band) => {
        const jacobian = {
          ...band,
          evaluate(_t: number, _u: Float64Array, out: Float64Array) {
            for (let i = 0; i < n; i++) {
              for (let j = Math.max(0, i - 1); j <= Math.min(n - 1, i + 1); j++) {
                out[band ? (band.upper + i - j) * n + j : i * n + j] = (i === j ? -2 : 1) * (n + 1) * (n + 1);
              }
            }
          },
        };
        const run = solve({ ...problem, jacobian }, problem.exact(0), [0, 0.2], {
          method: rosenbrock(),
          rtol: 1e-6,
          atol: 1e-9,
          saveAt: [0.2],
        });
        expect(relativeL2(run.u, exact)).toBeLessThan(1e-6);
        return run.u;
      });
      // The LUs round differently, which the steps damp: a hundred eps for all sizes.
      expect(relativeL2(results[0]!, results[1]!)).toBeLessThan(100 * Number.EPSILON);
    },
  );
});

describe("rosenbrock at rtol 1e-7", () => {
  it.each([
    { eps: 0.1, at1: [0.7385611697376208, 0.4287180973695983], at6: undefined },
    { eps: 0.01, at1: [0.7634497247765455, 0.4333230406724783], at6: [0.12025833459123239, 0.10772971112666044] },
    { eps: 0.001, at1: [0.765968417149093, 0.43377782134946624], at6: undefined },
  ])("solves Michaelis-Menten kinetics at eps = $eps within 1e-5", ({ eps, at1, at6 }) => {
    const run = solve({ rhs: michaelisMenten(eps), size: 2 }, [1, 0], [0, 6], {
      method: rosenbrock(),
      rtol: 1e-7,
      atol: 1e-10,
      saveAt: [1, 6],
    });
    expect(worst(run.u, [at1])).toBeLessThan(1e-5);
    if (at6) expect(worst(run.u.subarray(2), [at6])).toBeLessThan(1e-5);
    // The slow manifold to first order in eps; what is left is eps^2 times 0.014.
    const x = run.u[0]!;
    const manifold = x / (1 + x) + (eps * x) / (2 * (1 + x) * (1 + x) * (1 + x) * (1 + x));
    expect(Math.abs(run.u[1]! - manifold)).toBeLessThan(0.02 * eps * eps + 1e-7);
  });
});

describe.skipIf(noReference)("rosenbrock against every stored time (skipped without the shared reference data)", () => {
  const problems = noReference ? {} : JSON.parse(readFileSync(referenceFile, "utf8")).problems;

  it.each([
    { name: "robertson", rhs: robertson, u0: [1, 0, 0], rtol: 1e-6, atol: 1e-14, bound: 20e-6 },
    { name: "michaelis_menten_eps0.1", rhs: michaelisMenten(0.1), u0: [1, 0], rtol: 1e-7, atol: 1e-10, bound: 1e-5 },
    { name: "michaelis_menten_eps0.01", rhs: michaelisMenten(0.01), u0: [1, 0], rtol: 1e-7, atol: 1e-10, bound: 1e-5 },
    {
      name: "michaelis_menten_eps0.001",
      rhs: michaelisMenten(0.001),
      u0: [1, 0],
      rtol: 1e-7,
      atol: 1e-10,
      bound: 1e-5,
    },
    { name: "lin2_fast1000", rhs: twoClusters(1e3), u0: [1, 1], rtol: 1e-6, atol: 1e-9, bound: 5e-5 },
    { name: "lin2_fast1e+06", rhs: twoClusters(1e6), u0: [1, 1], rtol: 1e-6, atol: 1e-9, bound: 5e-5 },
  ])("agrees on $name", ({ name, rhs, u0, rtol, atol, bound }) => {
    const { t, y } = problems[name];
    const run = solve({ rhs, size: u0.length }, u0, [0, t.at(-1)], { method: rosenbrock(), rtol, atol, saveAt: t });
    expect(worst(run.u, y)).toBeLessThan(bound);
  });
});
