import { describe, expect, it } from "vitest";
import { reference, referenceHint } from "../test/reference.ts";
import { advectionDiffusionStudy } from "./advection-diffusion.ts";
import { type FokkerPlanck, type FokkerPlanckOptions, fokkerPlanck } from "./fokker-planck.ts";

const published = reference("ad-fokker-planck.json")?.fv_n2000_dt5e_4;

/** Mean and variance of each axis, `[moment, axis]`. */
function momentsOf(flow: FokkerPlanck, p: Float64Array): Float64Array {
  const out = new Float64Array(flow.moments.coarseSize);
  flow.moments.restrict(p, out);
  return out;
}

/** One axis. */
const axis = (amplitude: number, frequency: number, diffusivity: number, options: FokkerPlanckOptions = {}) =>
  fokkerPlanck({ amplitude: [amplitude], frequency: [frequency], diffusivity }, options);

describe("fokkerPlanck", () => {
  it.skipIf(published === undefined)(`has the moments of the reference (${referenceHint})`, () => {
    // At 500 cells and steps of 2e-3 our own error is a third of the difference to 250 cells and steps of 4e-3, at most
    // 4.8e-6 in a mean. The reference, 2000 cells and Crank-Nicolson steps of 5e-4, adds up to 2.6e-6 until t = 1, what rings
    // of its point mass, with the other sign.
    const options = { cells: 500, dt: 2e-3 };
    const study = fokkerPlanck(advectionDiffusionStudy("3D").equation, options);
    const one = fokkerPlanck(advectionDiffusionStudy("1D").equation, options);
    const [p, q] = [study.pointMass(), one.pointMass()];
    let before = 0;
    published!.x1.forEach(([t], row) => {
      study.advance(p, before, t);
      one.advance(q, before, t);
      before = t;
      const [three, single] = [momentsOf(study, p), momentsOf(one, q)];
      const found = [0, 1, 2].map((k) => [three[k]!, three[3 + k]!]);
      found.push([single[0]!, single[1]!]);
      [published!.x1, published!.x2, published!.x3, published!.ad1d].forEach((rows, k) => {
        expect(Math.abs(found[k]![0]! - rows[row]![2]), `mean ${k} at ${t}`).toBeLessThan(5e-6);
        expect(Math.abs(found[k]![1]! - rows[row]![3]), `variance ${k} at ${t}`).toBeLessThan(1e-6);
      });
    });
  });

  it("is of second order in cells and steps, for oscillating wind and a point mass", () => {
    const { equation } = advectionDiffusionStudy("3D");
    const [coarse, middle, fine] = [1, 2, 4].map((k) => {
      const flow = fokkerPlanck(equation, { cells: 100 * k, dt: 0.02 / k });
      const p = flow.pointMass();
      flow.advance(p, 0, 2);
      return momentsOf(flow, p);
    });
    for (const k of [0, 1, 3, 4]) {
      const ratio = (coarse![k]! - middle![k]!) / (middle![k]! - fine![k]!);
      expect(Math.abs(Math.log2(ratio) - 2), `moment ${k}`).toBeLessThan(0.15);
    }
  });

  it("lets a cosine decay without wind: the eigenvalue of the cells, at the order of the steps", () => {
    // cos(pi (x + 1/2)) at the centres is an eigenvector, of eigenvalue -(D / 2) (2 sin(pi h / 2) / h)^2.
    const cells = 64;
    const lambda = -0.1 * (2 * cells * Math.sin(Math.PI / (2 * cells))) ** 2;
    const errors = [0.2, 0.1, 0.05].map((dt) => {
      const flow = axis(0, 0, 0.2, { cells, dt });
      const p = flow.x.map((x) => 1 + 0.5 * Math.cos(Math.PI * (x + 0.5)));
      flow.advance(p, 0, 2);
      const amplitude = (p[0]! - 1) / (0.5 * Math.cos(Math.PI / (2 * cells)));
      p.forEach((value, j) => {
        expect(Math.abs(value - 1 - 0.5 * amplitude * Math.cos(Math.PI * (flow.x[j]! + 0.5)))).toBeLessThan(1e-13);
      });
      return Math.abs(amplitude - Math.exp(2 * lambda));
    });
    expect(Math.log2(errors[0]! / errors[1]!)).toBeGreaterThan(1.9);
    expect(Math.log2(errors[1]! / errors[2]!)).toBeGreaterThan(1.95);
  });

  it("settles in steady wind on the exponential layer, exact from cell to cell", () => {
    // p proportional to e^(2 v x / D): means of neighbouring cells differ by the factor e^(2 v h / D).
    const [v, diffusivity, cells] = [1.5, 0.2, 100];
    const flow = axis(v, 0, diffusivity, { cells, dt: 0.05 });
    const p = flow.pointMass([-0.3]);
    flow.advance(p, 0, 40);
    const factor = Math.exp((2 * v) / diffusivity / cells);
    for (let j = 1; j < cells; j++) expect(Math.abs(p[j]! / p[j - 1]! / factor - 1)).toBeLessThan(1e-9);
    const rate = (2 * v) / diffusivity;
    const mean = 0.5 / Math.tanh(rate / 2) - 1 / rate;
    // Midpoints in place of the layer inside a cell: rate h^2 / 12 = 1.25e-4.
    expect(Math.abs(momentsOf(flow, p)[0]! - mean)).toBeLessThan(1.3e-4);
  });

  it("keeps the mass to rounding, and the density positive after the first steps, in cells wider than the layer too", () => {
    const { equation } = advectionDiffusionStudy("Pe 100");
    const flow = fokkerPlanck(equation, { cells: 50, dt: 0.01 });
    const p = flow.pointMass([0.1, -0.4, 0.5]);
    for (let k = 0; k < 20; k++) {
      flow.advance(p, k, k + 1);
      expect(Math.min(...p)).toBeGreaterThan(0);
    }
    for (let k = 0; k < 3; k++) {
      // 2000 steps of two solves, each of which rounds the sum by 1e-16 or so.
      const mass = p.subarray(50 * k, 50 * k + 50).reduce((sum, value) => sum + value, 0) / 50;
      expect(Math.abs(mass - 1)).toBeLessThan(1e-12);
    }
  });

  it("starts from a point with its exact mean, and knows the moments of a uniform density", () => {
    const flow = fokkerPlanck({ amplitude: [1, 1, 1], frequency: [1, 1, 1], diffusivity: 1 }, { cells: 10 });
    const moments = momentsOf(flow, flow.pointMass([0.12, -0.45, 0]));
    [0.12, -0.45, 0].forEach((mean, k) => expect(moments[k]!).toBeCloseTo(mean, 14));
    for (let k = 3; k < 6; k++) expect(moments[k]!).toBeLessThan(1 / 400 + 1 / 1200 + 1e-15);
    const uniform = momentsOf(flow, new Float64Array(30).fill(1));
    for (let k = 0; k < 3; k++) {
      expect(uniform[k]!).toBeCloseTo(0, 15);
      expect(uniform[3 + k]!).toBeCloseTo(1 / 12, 15);
    }
  });

  it("refuses malformed arguments", () => {
    expect(() => axis(1, 1, -1)).toThrow("fokkerPlanck: diffusivity must be positive, got -1");
    expect(() => axis(1, 1, 1, { cells: 1 })).toThrow("cells must be an integer between 2");
    expect(() => axis(1, 1, 1, { step: 1 } as never)).toThrow("unknown option step");
    const flow = axis(1, 1, 1);
    expect(() => flow.pointMass([0.6])).toThrow("position[0] must lie between -1/2 and 1/2, got 0.6");
    expect(() => flow.pointMass([0, 0])).toThrow("position must have length 1");
    const broken = flow.pointMass().fill(Number.NaN, 7, 8);
    expect(() => flow.advance(broken, 0, 1)).toThrow(expect.objectContaining({ code: "nonfinite-state", t: 0 }));
    expect(() => flow.advance(new Float64Array(3), 0, 1)).toThrow("u must have length 250");
  });
});
