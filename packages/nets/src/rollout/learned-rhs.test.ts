import { describe, expect, it } from "vitest";
import { learnedRhs, type LearnedRhsOptions } from "./learned-rhs.ts";
import { type NetSpec } from "../spec/net-spec.ts";
import { discretisedNet, fluxNet, functionalNet } from "../spec/field-net.ts";
import type { Weights } from "../files/weights.ts";

const A = 0.3;
const linear = [{ units: 1, activation: "linear" }] as const;

/** A net of one linear layer with these weights and no constant. */
function known(spec: NetSpec, weights: readonly number[]): { spec: NetSpec; weights: () => Weights } {
  return {
    spec,
    weights: () =>
      new Map([
        ["layers.0.weight", { shape: [1, weights.length], data: Float64Array.from(weights) }],
        ["layers.0.bias", { shape: [1], data: Float64Array.of(0) }],
      ]),
  };
}

/** The heat law a u_xx in the form of each net on a grid of this spacing. */
function heatNets(h: number) {
  const c = A / (h * h);
  return {
    functional: known(functionalNet({ layers: linear }), [0, 0, A]),
    discretised: known(discretisedNet({ layers: linear }), [c, -2 * c, c]),
    flux: known(fluxNet({ spacing: h, layers: linear }), [A / h, -A / h]),
  };
}

function operators(n: number, h: number, periodic: boolean) {
  const neighbour = (i: number): number => (periodic ? (i + n) % n : Math.min(Math.max(i, 0), n - 1));
  const apply = (f: (left: number, here: number, right: number) => number) => ({
    apply(u: Float64Array, out: Float64Array) {
      for (let i = 0; i < n; i++) out[i] = f(u[neighbour(i - 1)]!, u[i]!, u[neighbour(i + 1)]!);
    },
  });
  return { u_x: apply((l, _, r) => (r - l) / (2 * h)), u_xx: apply((l, u, r) => (l - 2 * u + r) / (h * h)) };
}

describe("learnedRhs", () => {
  // sin(k x) on the grid is an eigenvector of the three-point second difference with eigenvalue
  // -4 sin^2(k h / 2) / h^2, so each of these known nets must give that multiple of it; the bound is rounding,
  // some 1e-16 * 4 / h^2 = 4e-12 relative to values of order 1 times a few.
  it.each(["functional", "discretised", "flux"] as const)("gives the exact slope of the heat law: %s net", (name) => {
    for (const ends of ["dirichlet", "periodic"] as const) {
      const n = ends === "periodic" ? 100 : 101;
      const h = 0.01;
      const k = 2 * Math.PI;
      const net = heatNets(h)[name];
      const derivatives = name === "functional" ? { derivatives: operators(n, h, ends === "periodic") } : {};
      const rhs = learnedRhs(net, { size: n, ends, ...derivatives });
      const u = Float64Array.from({ length: n }, (_, i) => Math.sin(k * i * h));
      const lambda = (-4 * A * Math.sin((k * h) / 2) * Math.sin((k * h) / 2)) / (h * h);
      const out = new Float64Array(n).fill(7);
      const before = u.slice();
      rhs(0, u, out);
      expect(u).toEqual(before);
      for (let i = 0; i < n; i++) expect(Math.abs(out[i]! - lambda * u[i]!)).toBeLessThan(1e-10);
      if (ends === "dirichlet") expect([out[0], out[n - 1]]).toEqual([0, 0]);
    }
  });

  it("runs a net on ends other than those it was trained with", () => {
    const h = 0.1;
    const u = Float64Array.of(1, 2, 4, 8);
    const out = new Float64Array(4);
    learnedRhs(heatNets(h).discretised, { size: 4, ends: "periodic" })(0, u, out);
    [8 - 2 + 2, 1 - 4 + 4, 2 - 8 + 8, 4 - 16 + 1].forEach((d, i) => expect(out[i]).toBeCloseTo((A * d) / (h * h), 10));
    learnedRhs(heatNets(h).flux, { size: 4, ends: "dirichlet" })(0, u, out);
    [0, 1, 2, 0].forEach((d, i) => expect(out[i]).toBeCloseTo((A * d) / (h * h), 10));
  });

  it("holds every point where a wider stencil does not fit", () => {
    const net = known(discretisedNet({ stencil: 5, layers: linear }), [1, 1, 1, 1, 1]);
    const out = new Float64Array(7).fill(9);
    learnedRhs(net, { size: 7, ends: "dirichlet" })(0, Float64Array.of(1, 1, 1, 1, 1, 1, 1), out);
    expect([...out]).toEqual([0, 0, 5, 5, 5, 0, 0]);
  });

  it("conserves the sum over a periodic grid longer than its tiles", () => {
    const n = 1000;
    const out = new Float64Array(n);
    const u = Float64Array.from({ length: n }, (_, i) => Math.sin(i * i));
    learnedRhs(heatNets(0.1).flux, { size: n, ends: "periodic" })(0, u, out);
    const size = out.reduce((s, x) => s + Math.abs(x), 0);
    expect(Math.abs(out.reduce((s, x) => s + x, 0))).toBeLessThan(1e-15 * size * Math.sqrt(n));
  });

  it.skipIf("document" in globalThis)("makes no arrays when called", () => {
    const n = 200;
    const rhs = learnedRhs(heatNets(0.1).functional, {
      size: n,
      ends: "periodic",
      derivatives: operators(n, 0.1, true),
    });
    const u = new Float64Array(n).fill(1);
    const out = new Float64Array(n);
    rhs(0, u, out);
    const before = process.memoryUsage().arrayBuffers;
    for (let call = 0; call < 2000; call++) rhs(0, u, out);
    // One array of a single row a call would be 16 kB or more.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4096);
  });

  it("refuses what does not fit when it is built, and a state of another length when called", () => {
    const nets = heatNets(0.1);
    const build = (net: { spec: NetSpec; weights: () => Weights }, options: object) => () =>
      learnedRhs(net, options as LearnedRhsOptions);
    const derivatives = operators(5, 0.1, false);
    expect(build(nets.functional, { size: 5, ends: "dirichlet" })).toThrow(
      "learnedRhs: derivatives.u_x must be an operator",
    );
    expect(build(nets.functional, { size: 5, ends: "dirichlet", derivatives: { u_x: derivatives.u_x } })).toThrow(
      "derivatives.u_xx",
    );
    expect(build(nets.functional, { size: 5, ends: "dirichlet", derivatives: { ...derivatives, u_y: 1 } })).toThrow(
      "unknown option u_y; did you mean u_x?",
    );
    expect(build(nets.functional, { size: 5, ends: "dirichlet", derivatives: { ...derivatives, u_x: {} } })).toThrow(
      TypeError,
    );
    expect(build(nets.functional, { size: 2, ends: "dirichlet", derivatives })).toThrow("size must be at least 3");
    expect(build(nets.discretised, { size: 5, ends: "dirichlet", derivatives })).toThrow(
      "derivatives must be left out",
    );
    expect(build(nets.discretised, { size: 2, ends: "dirichlet" })).toThrow("points must be at least 3");
    expect(build(nets.discretised, { size: 5, ends: "neumann" })).toThrow("ends must be one of");
    expect(build(nets.discretised, { size: 5 })).toThrow("ends must be one of");
    expect(build({ spec: nets.flux.spec, weights: nets.discretised.weights }, { size: 5, ends: "periodic" })).toThrow(
      "layers.0.weight must have shape [1, 2], got [1, 3]",
    );
    const rhs = learnedRhs(nets.flux, { size: 5, ends: "periodic" });
    expect(() => rhs(0, new Float64Array(4), new Float64Array(4))).toThrow("u must have length 5, got 4");
  });
});
