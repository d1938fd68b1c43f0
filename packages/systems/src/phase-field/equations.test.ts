import {
  dopri5,
  etdrk4,
  type FourierSymbol,
  type GridFft,
  imex1,
  periodicField,
  random,
  solve,
} from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { allenCahn } from "./allen-cahn.ts";
import { cahnHilliard } from "./cahn-hilliard.ts";
import { fieldEquation } from "./field-equation.ts";
import { gradientFlow } from "./gradient-flow.ts";
import { uniformField } from "./initial-fields.ts";
import { phaseField } from "./phase-field.ts";
import { phaseFieldCrystal } from "./phase-field-crystal.ts";

const grid = { points: [20, 14], spacing: [0.9, 1.1], dt: 0.05 } as const;
const square = (kx: number, ky: number): number => kx * kx + ky * ky;

function start(): Float64Array {
  return uniformField(grid, { low: -0.6, high: 0.5, random: random(1) });
}

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

describe("free energies of one's own", () => {
  it("by functions equal those by polynomials, in slope, states and energy", () => {
    const byFunctions = gradientFlow({
      mobility: "conserved",
      coefficient: 1.3,
      energy: {
        gradient: square,
        quadratic: -0.4,
        local: [
          { density: (u) => u ** 4 / 4, derivative: (u) => u ** 3 },
          [0.5, 0, -0.3],
          { density: (u) => u ** 6 / 60 - 0.5, derivative: (u) => u ** 5 / 10 },
        ],
      },
    });
    const byPolynomial = gradientFlow({
      mobility: "conserved",
      coefficient: 1.3,
      energy: { gradient: square, quadratic: -0.4, local: [0, 0, -0.3, 0, 1 / 4, 0, 1 / 60] },
    });
    const [one, other] = [phaseField(byFunctions, grid), phaseField(byPolynomial, grid)];
    const [a, b] = [start(), start()];
    const [slopeA, slopeB] = [a.slice(), b.slice()];
    one.rhs(0, a, slopeA);
    other.rhs(0, b, slopeB);
    expect(largest(slopeA, slopeB)).toBeLessThan(1e-12);
    expect(Math.abs(one.energy(a) - other.energy(b))).toBeLessThan(1e-12 * 280);
    one.advance(a, 0, 1);
    other.advance(b, 0, 1);
    expect(largest(a, b)).toBeLessThan(1e-13);
    // With all of -u^2 / 2 implicit the steps differ and the flow does not.
    const implicit = {
      ...byPolynomial,
      energy: { gradient: square, quadratic: -1, local: [0, 0, 0, 0, 1 / 4, 0, 1 / 60] },
    };
    const [c, d] = [start(), start()];
    phaseField(implicit, { ...grid, scheme: etdrk4, dt: 0.005 }).advance(c, 0, 0.2);
    phaseField(byPolynomial, { ...grid, scheme: etdrk4, dt: 0.005 }).advance(d, 0, 0.2);
    expect(largest(c, d)).toBeLessThan(1e-6);
    expect(largest(c, start())).toBeGreaterThan(0.1);
  });

  it("have the chemical potential as their slope: dF / dt = -M int mu^2 by differences", () => {
    for (const model of [allenCahn({ mobility: 2 }), phaseFieldCrystal(), cahnHilliard({ a2: 0.7 })]) {
      const flow = phaseField(model, grid);
      const u = start();
      flow.advance(u, 0, 0.5);
      const [slope, direction] = [u.slice(), uniformField(grid, { random: random(2) })];
      // Of the same energy without conservation, u_t is -dF/du.
      phaseField({ ...model, mobility: "non-conserved", coefficient: 1 }, grid).rhs(0, u, slope);
      const step = 1e-5;
      const energies = [step, -step].map((s) => flow.energy(u.map((value, j) => value + s * direction[j]!)));
      const difference = (energies[0]! - energies[1]!) / (2 * step);
      const product = -0.99 * slope.reduce((sum, value, j) => sum + value * direction[j]!, 0);
      // Central differences: step^2 and rounding of 1e-14 over the step.
      expect(Math.abs(difference / product - 1)).toBeLessThan(1e-6);
    }
  });

  it("may be logarithms, within their domain", () => {
    const blend = gradientFlow({
      mobility: "conserved",
      energy: {
        gradient: (kx, ky) => 0.5 * square(kx, ky),
        local: [
          { density: (u) => u * Math.log(u) + (1 - u) * Math.log(1 - u), derivative: (u) => Math.log(u / (1 - u)) },
          [0, 3, -3],
        ],
      },
    });
    const flow = phaseField(blend, { ...grid, dt: 0.01, guard: {} });
    const u = uniformField(flow, { low: 0.4, high: 0.6, random: random(1) });
    for (let k = 0; k < 40; k++) flow.advance(u, k, k + 1);
    // The two phases of the common tangent, log(u / (1 - u)) + 3 (1 - 2 u) = 0: u = 0.0707 and 0.9293.
    expect(Math.min(...u)).toBeLessThan(0.12);
    expect(Math.max(...u)).toBeGreaterThan(0.88);
  });

  it("are refused with a derivative that is not their density's, and when malformed", () => {
    const local = { density: (u: number) => u ** 3, derivative: (u: number) => u ** 2 };
    const energy = { gradient: square, local };
    expect(() => gradientFlow({ mobility: "conserved", energy })).toThrow(
      /energy.local.derivative must be that of the density, got 1.53.* at u = -1.237/,
    );
    expect(() =>
      gradientFlow({ mobility: "conserved", energy: { gradient: square, local: [[1], [Number.NaN]] } }),
    ).toThrow("energy.local[1][0] must be finite");
    expect(() => gradientFlow({ mobility: "conservd" as never, energy: { gradient: square } })).toThrow(
      "mobility must be",
    );
    expect(() => gradientFlow({ mobility: "conserved", energy: {} as never })).toThrow(
      "energy.gradient must be a function",
    );
    const tilted = gradientFlow({ mobility: "conserved", energy: { gradient: (k) => [1, k] } });
    expect(() => phaseField(tilted, grid)).toThrow("energy.gradient must be real, got imaginary part");
  });
});

describe("right-hand sides of one's own", () => {
  it("give the models their slopes and steps", () => {
    const crystal = fieldEquation({
      linear: (kx, ky) => -square(kx, ky) * ((1 - square(kx, ky)) ** 2 - 0.1),
      terms: [
        { operator: (kx, ky) => -square(kx, ky), of: [0, 0, 1] },
        { operator: (kx, ky) => -square(kx, ky), of: (u) => u ** 3 },
      ],
    });
    const [own, model] = [phaseField(crystal, { ...grid, guard: {} }), phaseField(phaseFieldCrystal(), grid)];
    const [a, b] = [start(), start()];
    own.advance(a, 0, 2);
    model.advance(b, 0, 2);
    expect(largest(a, b)).toBeLessThan(1e-13);
    expect(Object.keys(own)).not.toContain("energy");
  });

  it("may have functions of derivatives, as periodicField has them", () => {
    const dx: FourierSymbol = (kx) => [0, kx];
    const dy: FourierSymbol = (_kx, ky) => [0, ky];
    const terraces = fieldEquation({
      linear: (kx, ky) => square(kx, ky) * (1 - square(kx, ky)),
      terms: [
        { operator: square, of: (ux, uy) => 0.5 * (ux * ux + uy * uy), on: [dx, dy] },
        { operator: dx, of: [0, 0, 0.3] },
      ],
    });
    const flow = phaseField(terraces, grid);
    const direct = periodicField({
      points: [20, 14],
      length: [18, 15.400000000000002],
      symbol: (kx, ky) => square(kx, ky) * (1 - square(kx, ky)),
      inner: [dx, dy, () => 1],
      outer: [square, dx],
      nonlinear(_t, f, out) {
        for (let j = 0; j < 280; j++) {
          out[j] = 0.5 * (f[j]! ** 2 + f[j + 280]! ** 2);
          out[j + 280] = 0.3 * f[j + 560]! ** 2;
        }
      },
    });
    const [u, v] = [start(), new Float64Array(280)];
    const c = direct.coefficients(u);
    flow.advance(u, 0, 1);
    const stepper = imex1(direct);
    for (let k = 0; k < 20; k++) stepper.step(0, 0.05, c, c);
    direct.field(c, v);
    expect(largest(u, v)).toBeLessThan(1e-12);
  });

  it("are refused when malformed", () => {
    expect(() => fieldEquation({ linear: square } as never)).toThrow("fieldEquation: terms must be an array");
    expect(() => fieldEquation({ linear: square, terms: [{ of: [1], operator: 3 as never }] })).toThrow(
      "terms[0].operator must be a function, got 3",
    );
    expect(() => fieldEquation({ linear: square, terms: [{ of: [1], on: [square, square] }] })).toThrow(
      "terms[0].of must be a function of 2 fields",
    );
    const plain = fieldEquation({ linear: (kx) => -kx * kx, terms: [] });
    expect(() => phaseField(plain, { ...grid, stabilisation: 1 })).toThrow("stabilisation must be left out");
    expect(() => phaseField(plain, { ...grid, guard: { energy: 1e-9 } })).toThrow("guard.energy must be false");
    expect(() => phaseField(null as never, grid)).toThrow(
      "equation must be a gradient flow or a field equation, got null",
    );
  });
});

describe("phaseField", () => {
  it("meets a tolerance with steps of its own, and gives the flow of an adaptive method", () => {
    const u = start();
    const flow = phaseField(allenCahn(), { ...grid, dt: 1, scheme: etdrk4, tolerance: 1e-9, guard: {} });
    const { u: exact } = solve(flow, u, [0, 3], { method: dopri5({}), rtol: 1e-11, atol: 1e-12, saveAt: [3] });
    flow.advance(u, 0, 3);
    // Some 30 steps of 1e-9 each, damped; fixed steps of 1 are off by 1e-2.
    expect(largest(u, exact)).toBeLessThan(3e-8);
    const coarse = start();
    phaseField(allenCahn(), { ...grid, dt: 1, scheme: etdrk4 }).advance(coarse, 0, 3);
    expect(largest(coarse, exact)).toBeGreaterThan(1e-4);
    const hopeless = phaseField(allenCahn(), { ...grid, dt: 0.5, tolerance: 1e-30 });
    const before = start();
    expect(() => hopeless.advance(before, 0, 3)).toThrow(expect.objectContaining({ code: "step-too-small" }));
    expect(before).toEqual(start());
  });

  it("calls a guard of one's own and goes on", () => {
    const seen: unknown[] = [];
    const flow = phaseField(allenCahn(), {
      ...grid,
      dt: 10,
      stabilisation: 0,
      guard: { onViolation: (violation) => seen.push(violation) },
    });
    const u = start();
    for (let k = 0; k < 4 && seen.length === 0; k++) flow.advance(u, 10 * k, 10 * k + 10);
    expect(seen[0]).toMatchObject({ code: "energy-rose" });
    expect(flow.energy(u)).toBe((seen[0] as { after: number }).after);
  });

  it("takes transforms of one's own, in the shape of the grid", () => {
    const shapes: (readonly number[])[] = [];
    const fft = (shape: readonly number[]): GridFft => {
      shapes.push([...shape]);
      return { points: 280, size: 308, forward: (_u, out) => void out.fill(0), inverse: (_c, out) => void out.fill(7) };
    };
    const u = start();
    phaseField(cahnHilliard(), { ...grid, fft }).advance(u, 0, 1);
    expect(shapes).toEqual([[20, 14]]);
    expect(u[3]).toBe(7);
  });

  it("refuses steps at which an implicit scheme turns growing modes over", () => {
    // max L = a2 = 1 for the flat mode of Allen-Cahn.
    expect(() => phaseField(allenCahn(), { ...grid, dt: 1 })).toThrow("take less than 1, a stabilisation");
    expect(() => phaseField(allenCahn(), { ...grid, dt: 1.5 })).toThrow("dt must let growing modes grow");
    phaseField(allenCahn(), { ...grid, dt: 1.5, scheme: etdrk4 });
    phaseField(allenCahn(), { ...grid, dt: 1.5, stabilisation: 1 });
  });

  it("refuses malformed arguments, times that run backwards and fields that are not finite", () => {
    expect(() => phaseField(allenCahn(), { ...grid, stabilization: 1 } as never)).toThrow(
      "did you mean stabilisation?",
    );
    expect(() => phaseField(allenCahn(), { ...grid, points: [20, 0] })).toThrow(
      "points[1] must be an integer between 1",
    );
    expect(() => phaseField(allenCahn(), { ...grid, spacing: -1 })).toThrow("spacing must be positive, got -1");
    expect(() => phaseField(allenCahn(), { ...grid, scheme: "imex1" as never })).toThrow("scheme must be a function");
    expect(() => phaseField(allenCahn(), { ...grid, guard: { mass: 1 } })).toThrow("guard.mass must be false");
    expect(() => allenCahn({ a4: 0 })).toThrow("allenCahn: a4 must be positive, got 0");
    expect(() => phaseFieldCrystal({ eps: 1 } as never)).toThrow("phaseFieldCrystal: unknown option eps");
    const flow = phaseField(allenCahn(), grid);
    expect(() => flow.advance(new Float64Array(279), 0, 1)).toThrow("u must have length 280, got 279");
    expect(() => flow.advance(start(), 1, 0)).toThrow("t1 must not be before t0 = 1, got 0");
    const broken = start().fill(Number.NaN, 3, 4);
    expect(() => flow.advance(broken, 4, 5)).toThrow(expect.objectContaining({ code: "nonfinite-state", t: 4 }));
    expect(() => flow.energy(broken.subarray(1))).toThrow("must have length 280");
  });
});
