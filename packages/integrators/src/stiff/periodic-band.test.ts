import { describe, expect, it } from "vitest";
import type { Method, Problem } from "../method.ts";
import type { Rhs } from "../rhs.ts";
import { solve } from "../solve.ts";
import { bdf } from "./bdf.ts";
import type { JacobianShape } from "./jacobian.ts";
import { radau } from "./radau.ts";
import { rosenbrock } from "./rosenbrock.ts";

const methods: readonly [string, (jacobian?: JacobianShape) => Method][] = [
  ["bdf", (jacobian = "dense") => bdf({ jacobian })],
  ["radau", (jacobian = "dense") => radau({ jacobian })],
  ["rosenbrock", (jacobian = "dense") => rosenbrock({ jacobian })],
];

/** u_t = u_xx on a ring of length 2 pi. */
const heat = (n: number): Rhs => {
  const scale = (n / (2 * Math.PI)) ** 2;
  return (_t, u, out) => {
    for (let i = 0; i < n; i++) out[i] = scale * (u[(i + n - 1) % n]! - 2 * u[i]! + u[(i + 1) % n]!);
  };
};

/** u_t = u_xx + u - u^3 on a ring of length 20. */
const allenCahn = (n: number): Rhs => {
  const scale = (n / 20) ** 2;
  return (_t, u, out) => {
    for (let i = 0; i < n; i++) {
      const diffusion = scale * (u[(i + n - 1) % n]! - 2 * u[i]! + u[(i + 1) % n]!);
      out[i] = diffusion + u[i]! - u[i]! * u[i]! * u[i]!;
    }
  };
};

/** Kuramoto and Sivashinsky's u_t = -u_xx - u_xxxx - (u^2)_x / 2 on a ring of length 22, by differences. */
const kuramotoSivashinsky = (n: number): Rhs => {
  const h = 22 / n;
  return (_t, u, out) => {
    for (let i = 0; i < n; i++) {
      const [a, b, c] = [u[(i + 2 * n - 2) % n]!, u[(i + n - 1) % n]!, u[i]!];
      const [d, e] = [u[(i + 1) % n]!, u[(i + 2) % n]!];
      const second = (b - 2 * c + d) / (h * h);
      const fourth = (a - 4 * b + 6 * c - 4 * d + e) / (h * h * h * h);
      out[i] = -second - fourth - (d * d - b * b) / (4 * h);
    }
  };
};

const rings = [
  { name: "heat", rhs: heat, reach: 1, end: 1, sizes: [1, 2, 3, 4, 5, 6, 7, 50] },
  { name: "Allen and Cahn", rhs: allenCahn, reach: 1, end: 2, sizes: [3, 4, 64, 65] },
  { name: "Kuramoto and Sivashinsky", rhs: kuramotoSivashinsky, reach: 2, end: 2, sizes: [5, 6, 7, 9, 63] },
] as const;

describe.each(methods)("%s on a ring", (_name, method) => {
  it.each(rings)("gives the frames of a dense Jacobian for $name", ({ rhs, reach, end, sizes }) => {
    for (const n of sizes) {
      const problem: Problem = { rhs: rhs(n), size: n };
      const u0 = Array.from({ length: n }, (_, i) => {
        const x = (2 * Math.PI * i) / n;
        return Math.cos(x) + 0.3 * Math.sin(2 * x + 1);
      });
      const band = { lower: Math.min(reach, n - 1), upper: Math.min(reach, n - 1), periodic: true };
      const results = [band, "dense" as const].map((jacobian) =>
        solve(problem, u0, [0, end], { method: method(jacobian), rtol: 1e-6, atol: 1e-9, saveAt: [end] }),
      );
      // The same steps: Jacobians differ by the rounding of their differences, 1e-8 of them, the steps' results by far less
      // than the tolerance.
      expect(results[0]!.stats.steps).toBe(results[1]!.stats.steps);
      results[0]!.u.forEach((value, i) => expect(Math.abs(value - results[1]!.u[i]!)).toBeLessThan(1e-7));
      expect(results[0]!.stats.rhsForJacobian).toBeLessThanOrEqual(results[1]!.stats.rhsForJacobian);
    }
  });

  it("follows the lattice's own decay: the heat equation on 1000 points", () => {
    const n = 1000;
    const u0 = Array.from({ length: n }, (_, i) => Math.cos((6 * Math.PI * i) / n));
    const jacobian = { lower: 1, upper: 1, periodic: true };
    const { u, stats } = solve({ rhs: heat(n), size: n }, u0, [0, 0.2], {
      method: method(jacobian),
      rtol: 1e-6,
      atol: 1e-9,
      saveAt: [0.2],
    });
    const s = (n / Math.PI) * Math.sin((3 * Math.PI) / n);
    const decay = Math.exp(-s * s * 0.2);
    // The error of a run at rtol 1e-6 that decays by e^-1.8: ten times the tolerance.
    u0.forEach((value, i) => expect(Math.abs(u[i]! - decay * value)).toBeLessThan(1e-5));
    // 1000 = 333 blocks of three, one of them with four columns; df/dt of the Rosenbrock method takes one call more.
    expect(stats.rhsForJacobian).toBeLessThanOrEqual(5 * stats.jacobians);
  });

  it("takes the user's periodic band", () => {
    const n = 41;
    const scale = (n / (2 * Math.PI)) ** 2;
    const jacobian = {
      lower: 1,
      upper: 1,
      periodic: true,
      evaluate(_t: number, _u: Float64Array, out: Float64Array) {
        out.fill(scale, 0, n);
        out.fill(-2 * scale, n, 2 * n);
        out.fill(scale, 2 * n, 3 * n);
      },
    };
    const u0 = Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * i) / n));
    const { u } = solve({ rhs: heat(n), size: n, jacobian }, u0, [0, 1], { method: method(), rtol: 1e-6, saveAt: [1] });
    const s = (n / Math.PI) * Math.sin(Math.PI / n);
    u0.forEach((value, i) => expect(Math.abs(u[i]! - Math.exp(-s * s) * value)).toBeLessThan(1e-5));
  });
});
