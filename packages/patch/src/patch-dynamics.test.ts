import type { TimeStepper } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { type BurstPatch, patchDynamics, type PatchDynamicsSpec, perPatch } from "./index.ts";

/** u_t = D u_xx on a patch with held ends, by explicit Euler: somebody's own black box, nonlinear if they like. */
function explicitDiffusion({ points, spacing }: BurstPatch, reaction = 0): TimeStepper {
  const next = new Float64Array(points);
  return {
    size: points,
    advance(u, t0, t1) {
      const steps = Math.ceil((t1 - t0) / (0.25 * spacing * spacing));
      const dt = (t1 - t0) / steps;
      for (let k = 0; k < steps; k++) {
        next.set(u);
        for (let i = 1; i < points - 1; i++) {
          const laplacian = (u[i + 1]! - 2 * u[i]! + u[i - 1]!) / (spacing * spacing);
          next[i] = u[i]! + dt * (laplacian + reaction * u[i]! * (1 - u[i]!));
        }
        u.set(next);
      }
    },
  };
}

const spec: PatchDynamicsSpec = {
  extent: [0, 1],
  teeth: 8,
  toothWidth: 4e-3,
  bufferWidth: 4e-2,
  spacing: 1e-3,
  burst: 1e-5,
  micro: perPatch((patch) => explicitDiffusion(patch)),
  shiftInvariant: true,
};

describe("patchDynamics on any micro-model", () => {
  it("gives u_xx of a quadratic field on a homogeneous medium, to the window's rounding over the burst", () => {
    const { rhs, nodes, size } = patchDynamics(spec);
    const out = new Float64Array(size);
    rhs(
      0,
      nodes.map((x) => 3 * x * x - x),
      out,
    );
    // Ends are point values, inner values averages of width h: they differ by h^2 u_xx / 24, 4e-5 of spacing^2.
    for (let i = 1; i < size - 1; i++) expect(Math.abs(out[i]! - 6)).toBeLessThan(6 * 5e-5);
  });

  it("does not subtract the node's value where the model is nonlinear", () => {
    const micro = perPatch((patch) => explicitDiffusion(patch, 2));
    const { rhs } = patchDynamics({ ...spec, micro, shiftInvariant: false });
    const out = new Float64Array(9);
    rhs(0, new Float64Array(9).fill(0.3), out);
    // A burst of u' = 2 u (1 - u) = 0.42, its change over the burst 1e-5 relative; rounding 1e-16 / 1e-5.
    for (let i = 1; i < 8; i++) expect(Math.abs(out[i]! - 0.42)).toBeLessThan(1e-5);
  });

  it("passes the macroscale time to the model, healing first", () => {
    const seen: [number, number][] = [];
    const micro = perPatch(({ points }) => ({
      size: points,
      advance: (_u, t0, t1) => void seen.push([t0, t1]),
    }));
    patchDynamics({ ...spec, micro, heal: 2, burst: 1 }).rhs(10, new Float64Array(9), new Float64Array(9));
    expect(seen.slice(0, 7)).toEqual(Array.from({ length: 7 }, () => [10, 12]));
    expect(seen.slice(7)).toEqual(Array.from({ length: 7 }, () => [12, 13]));
  });

  it("places patches about the inner nodes", () => {
    const { patches, nodes } = patchDynamics(spec);
    expect(patches.map((p) => p.centre)).toEqual([...nodes.subarray(1, 8)]);
    for (const p of patches) expect(p.from + ((p.points - 1) / 2) * p.spacing).toBeCloseTo(p.centre, 14);
    expect(patches[0]!.points).toBe(41);
  });

  it("refuses a bad spec before any work, naming what was expected and got", () => {
    const build =
      (change: object): (() => unknown) =>
      () =>
        patchDynamics({ ...spec, ...change } as PatchDynamicsSpec);
    expect(build({ bufferWidth: 0.2 })).toThrow("bufferWidth must be at most the node spacing 0.125, got 0.2");
    expect(build({ bufferWidth: 0.2 })).toThrow("patches would overlap");
    expect(build({ toothWidth: 0.05 })).toThrow("toothWidth must not exceed bufferWidth");
    expect(build({ teeth: 1.5 })).toThrow("teeth must be an integer");
    expect(build({ teeth: 4, order: 6 })).toThrow("nodes must be at least 7 for order 6, got 5");
    expect(build({ burst: 0 })).toThrow("burst must be positive, got 0");
    expect(build({ heal: -1 })).toThrow("heal must not be negative");
    expect(build({ order: 3 })).toThrow("order must be one of 2, 4, 6");
    expect(build({ extent: [1, 0] })).toThrow("extent must increase");
    expect(build({ extent: [0, Number.NaN] })).toThrow("extent[1] must be finite");
    expect(build({ shiftInvariant: undefined })).toThrow("shiftInvariant must be true or false");
    expect(build({ bufferwidth: 1 })).toThrow("unknown option bufferwidth; did you mean bufferWidth?");
    expect(build({ spacing: 1e-12 })).toThrow(RangeError);
    expect(build({ micro: 3 })).toThrow("micro must be a function");
    expect(build({ micro: perPatch(() => ({ size: 3, advance() {} })) })).toThrow("size of patch 0's flow");
    expect(build({ micro: () => ({ size: 3, advance() {} }) })).toThrow("size of micro's flow");
  });
});
