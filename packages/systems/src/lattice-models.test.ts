import { dop853, type Rhs, solve } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { burgers } from "./burgers.ts";
import { type LatticeDiffusion, latticeDiffusion } from "./lattice-diffusion.ts";
import type { LatticeRhs } from "./lattice-view.ts";
import { latticeWave } from "./lattice-wave.ts";
import { nonlinearDiffusion } from "./nonlinear-diffusion.ts";
import { periodicLattice } from "./periodic-lattice.ts";
import { swiftHohenberg } from "./swift-hohenberg.ts";

const TAU = 2 * Math.PI;
const uniform = (dim: number): LatticeDiffusion =>
  latticeDiffusion({
    period: Array.from({ length: dim }, () => 1),
    bonds: Array.from({ length: dim }, () => [1]),
    convention: "forward",
  });
const slopeOf = (rhs: Rhs, u: Float64Array): Float64Array => {
  const out = new Float64Array(u.length);
  rhs(0, u, out);
  return out;
};
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, n) => sum + value * b[n]!, 0);
const endOf = (rhs: Rhs, u0: Float64Array, t0: number, t1: number): Float64Array => {
  const { u } = solve({ rhs, size: u0.length }, u0, [t0, t1], {
    method: dop853(),
    rtol: 1e-10,
    atol: 1e-12,
    saveAt: [t1],
  });
  return u.subarray(u.length - u0.length);
};
const onLine = (model: LatticeRhs, points: number, length: number, edgePoints = 1, channels = 1) =>
  periodicLattice(model, { points: [points], spacing: [length / points], edgePoints, channels });

describe("periodicLattice", () => {
  it("gives a model its own other side as edges, at point 0's phase", () => {
    const lattice = latticeDiffusion({ period: [2], bonds: [[1, 10]], convention: "forward" });
    const { rhs, size } = periodicLattice(lattice.rhs, { points: [4], spacing: [1] });
    expect(size).toBe(4);
    // A unit at point 0: bond 0 to point 1 is 1, bond 3 to point 3 is 10.
    expect([...slopeOf(rhs, Float64Array.of(1, 0, 0, 0))]).toEqual([-11, 1, 0, 10]);
  });
  it("refuses a malformed lattice", () => {
    const model = uniform(1).rhs;
    expect(() => periodicLattice(model, { points: [4], spacing: [0] })).toThrow("spacing[0] must be positive");
    expect(() => periodicLattice(model, { points: [4, 4], spacing: [1] })).toThrow("spacing must have length 2");
    expect(() => periodicLattice(model, { points: [4], spacing: [1], chanels: 2 } as never)).toThrow(
      "did you mean channels?",
    );
  });
});

describe("nonlinearDiffusion", () => {
  it("follows Barenblatt's solution of u_t = (u^3)_xx, with its front, at first order, and keeps the mass", () => {
    // u = t^(-1/4) (C - x^2 t^(-1/2) / 12)_+^(1/2): m = 3, alpha = 1 / 4, k = alpha (m - 1) / (2 m) = 1 / 12.
    const exact = (x: number, t: number): number =>
      t ** -0.25 * Math.sqrt(Math.max(0, 0.1 - (x * x) / (12 * Math.sqrt(t))));
    const errors = [50, 100, 200].map((points) => {
      const h = 4 / points;
      const at = (t: number): Float64Array =>
        Float64Array.from({ length: points }, (_, i) => exact(-2 + (i + 0.5) * h, t));
      const { rhs } = onLine(nonlinearDiffusion(uniform(1), 3), points, 4);
      const start = at(1);
      const end = endOf(rhs, start, 1, 3);
      const mass = (u: Float64Array): number => u.reduce((sum, value) => sum + value, 0);
      expect(Math.abs(mass(end) / mass(start) - 1)).toBeLessThan(1e-12);
      expect(Math.min(...end)).toBeGreaterThan(-1e-6);
      return at(3).reduce((sum, value, i) => sum + h * Math.abs(value - end[i]!), 0);
    });
    // The square root at the front limits the order, in the mean, to about one.
    expect(errors[2]!).toBeLessThan(2e-3);
    expect(Math.log2(errors[0]! / errors[2]!) / 2).toBeGreaterThan(0.8);
  });

  it("is linear diffusion for power 1, and diffuses the power of u in a medium", () => {
    const lattice = latticeDiffusion({ period: [3], bonds: [[1, 5, 2]], convention: "forward" });
    const u = Float64Array.from({ length: 12 }, (_, n) => 1 + Math.sin(n));
    expect(slopeOf(onLine(nonlinearDiffusion(lattice, 1), 12, 3).rhs, u)).toEqual(
      slopeOf(onLine(lattice.rhs, 12, 3).rhs, u),
    );
    const cubes = u.map((value) => value * value * value);
    expect(slopeOf(onLine(nonlinearDiffusion(lattice, 3), 12, 3).rhs, u)).toEqual(
      slopeOf(onLine(lattice.rhs, 12, 3).rhs, cubes),
    );
    expect(() => nonlinearDiffusion(lattice, 0)).toThrow("power must be an integer between 1 and 9");
  });
});

describe("latticeWave", () => {
  it("carries waves at the lattice's frequency in two dimensions", () => {
    const [points, spacing] = [
      [12, 8],
      [TAU / 12, TAU / 8],
    ];
    const { rhs, size } = periodicLattice(latticeWave(uniform(2)), { points, spacing, channels: 2 });
    const omega2 = [2, 1].reduce((sum, k, a) => sum + (4 * Math.sin((k * spacing[a]!) / 2) ** 2) / spacing[a]! ** 2, 0);
    const omega = Math.sqrt(omega2);
    const at = (t: number): Float64Array =>
      Float64Array.from({ length: size }, (_, n) => {
        const cell = n % 96;
        const angle = 2 * (cell % 12) * spacing[0]! + Math.floor(cell / 12) * spacing[1]! - omega * t;
        return n < 96 ? Math.cos(angle) : omega * Math.sin(angle);
      });
    const end = endOf(rhs, at(0), 0, 5);
    // dop853 at 1e-10 over a few periods.
    for (const [n, value] of at(5).entries()) expect(Math.abs(end[n]! - value)).toBeLessThan(1e-8);
  });

  it("keeps the energy in a heterogeneous lattice", () => {
    const bonds = [2, 0.3, 7];
    const lattice = latticeDiffusion({ period: [3], bonds: [bonds], convention: "forward" });
    const { rhs, size } = onLine(latticeWave(lattice), 12, 12, 1, 2);
    const energy = (u: Float64Array): number => {
      let sum = 0;
      for (let i = 0; i < 12; i++) sum += u[12 + i]! ** 2 + bonds[i % 3]! * (u[(i + 1) % 12]! - u[i]!) ** 2;
      return sum / 2;
    };
    const u = Float64Array.from({ length: size }, (_, n) => Math.sin(n * n));
    expect(Math.abs(energy(endOf(rhs, u, 0, 20)) / energy(u) - 1)).toBeLessThan(1e-8);
    const scalar = { channels: 1, points: [5], edgePoints: 1, spacing: [1], phase: [0] };
    expect(() => latticeWave(lattice)(0, u, u, scalar)).toThrow("channels must be 2");
  });
});

describe("swiftHohenberg", () => {
  it("grows waves from rest at r - (1 - s)^2 in one and two dimensions", () => {
    const micro = swiftHohenberg({ growth: 0.2, quadratic: 0.7 });
    for (const points of [[24], [10, 14]]) {
      const spacing = points.map((n) => (2 * TAU) / n);
      const { rhs, size } = periodicLattice(micro, { points, spacing, edgePoints: 2 });
      const waves = [2, 1].slice(0, points.length);
      const s = waves.reduce((sum, k, a) => sum + (4 * Math.sin((k * spacing[a]!) / 4) ** 2) / spacing[a]! ** 2, 0);
      // An amplitude of 1e-6 leaves a quadratic term of 1e-6 relative.
      const u = Float64Array.from({ length: size }, (_, n) => {
        const place = [n % points[0]!, Math.floor(n / points[0]!)];
        return 1e-6 * Math.cos(waves.reduce((sum, k, a) => sum + (k * place[a]! * spacing[a]!) / 2, 0.3));
      });
      const slope = slopeOf(rhs, u);
      for (const [n, value] of u.entries()) {
        expect(Math.abs(slope[n]! - (0.2 - (1 - s) ** 2) * value)).toBeLessThan(1e-12);
      }
    }
  });

  it("is the descent of its energy: u' is minus the gradient, the nonlinear terms included", () => {
    const [growth, quadratic, n, h] = [0.3, 0.5, 16, 0.6];
    const { rhs } = periodicLattice(swiftHohenberg({ growth, quadratic }), {
      points: [n],
      spacing: [h],
      edgePoints: 2,
    });
    const energy = (u: Float64Array): number => {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const here = u[i]!;
        const w = here + (u[(i + 1) % n]! - 2 * here + u[(i + n - 1) % n]!) / (h * h);
        sum += (w * w - growth * here * here) / 2 - (quadratic * here ** 3) / 3 + here ** 4 / 4;
      }
      return sum;
    };
    const u = Float64Array.from({ length: n }, (_, i) => Math.sin(i * i));
    const slope = slopeOf(rhs, u);
    for (let i = 0; i < n; i++) {
      const [up, down] = [Float64Array.from(u), Float64Array.from(u)];
      up[i]! += 1e-4;
      down[i]! -= 1e-4;
      // Central differences: 1e-8 of the third derivative, which is 6 u - 2 g.
      expect(Math.abs(slope[i]! + (energy(up) - energy(down)) / 2e-4)).toBeLessThan(1e-7);
    }
  });

  it("needs two edge layers and at most two axes", () => {
    const view = { channels: 1, points: [6], edgePoints: 1, spacing: [1], phase: [0] };
    const u = new Float64Array(6);
    expect(() => swiftHohenberg({ growth: 0.1 })(0, u, u, view)).toThrow("at least 2 edge layers");
    expect(() => swiftHohenberg({ growth: Number.NaN })).toThrow("growth must be finite");
    expect(() => swiftHohenberg({ growht: 1 } as never)).toThrow("did you mean growth?");
  });
});

describe("burgers", () => {
  it("follows the Cole-Hopf solution at second order", () => {
    const nu = 0.2;
    // u = -2 nu phi_x / phi, phi = 1 + e^(-nu t) cos(x) / 2.
    const exact = (x: number, t: number): number => {
      const decay = 0.5 * Math.exp(-nu * t);
      return (2 * nu * decay * Math.sin(x)) / (1 + decay * Math.cos(x));
    };
    const errors = [20, 40, 80].map((points) => {
      const at = (t: number): Float64Array =>
        Float64Array.from({ length: points }, (_, i) => exact((i * TAU) / points, t));
      const end = endOf(onLine(burgers(nu), points, TAU).rhs, at(0), 0, 1);
      return Math.max(...at(1).map((value, i) => Math.abs(value - end[i]!)));
    });
    for (const n of [0, 1]) expect(Math.abs(Math.log2(errors[n]! / errors[n + 1]!) - 2)).toBeLessThan(0.1);
    expect(errors[2]!).toBeLessThan(5e-4);
  });

  it("has the travelling front u = c - a tanh(a (x - c t) / (2 nu)) to second order in the slope", () => {
    const [nu, c, a] = [0.1, 0.4, 0.5];
    const wave = (x: number): number => c - a * Math.tanh((a * x) / (2 * nu));
    const worst = [0.05, 0.025].map((h) => {
      const points = Math.round(4 / h) + 1;
      const u = Float64Array.from({ length: points }, (_, i) => wave(-2 + i * h));
      const out = new Float64Array(points);
      burgers(nu)(0, u, out, { channels: 1, points: [points], edgePoints: 1, spacing: [h], phase: [0] });
      let most = 0;
      for (let i = 1; i < points - 1; i++) {
        // u_t = -c u'.
        const argument = (a * (-2 + i * h)) / (2 * nu);
        const slope = (c * a * a) / (2 * nu) / Math.cosh(argument) ** 2;
        most = Math.max(most, Math.abs(out[i]! - slope));
      }
      return most;
    });
    expect(Math.abs(Math.log2(worst[0]! / worst[1]!) - 2)).toBeLessThan(0.1);
  });

  it("keeps the sum of u, and without viscosity the sum of u^2", () => {
    const u = Float64Array.from({ length: 15 }, (_, n) => 2 + Math.sin(n * n));
    const inviscid = slopeOf(onLine(burgers(0), 15, 1).rhs, u);
    const viscous = slopeOf(onLine(burgers(0.1), 15, 1).rhs, u);
    const scale = Math.max(...inviscid.map(Math.abs));
    expect(Math.abs(inviscid.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-14 * scale);
    expect(Math.abs(dot(u, inviscid))).toBeLessThan(1e-14 * scale * 3);
    expect(dot(u, viscous)).toBeLessThan(-1);
    expect(() => burgers(-1)).toThrow("viscosity must not be negative, got -1");
    const plane = { channels: 1, points: [3, 3], edgePoints: 1, spacing: [1, 1], phase: [0, 0] };
    expect(() => burgers(1)(0, u, u, plane)).toThrow("must have 1 axis, got 2");
  });
});
