import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { windowAverages } from "./averages.ts";
import type { LiftingOrder, LocalPolynomialSpec } from "./local-polynomials.ts";
import { localPolynomials } from "./local-polynomials.ts";
import { polynomialLifting } from "./polynomial.ts";
import { boxWindow, smoothWindow } from "./window.ts";

const base = { spacing: 0.1, window: boxWindow(21), points: 81, pointSpacing: 1e-3 } as const;
const held = (order: LiftingOrder, closure: "one-sided" | "odd" = "one-sided", nodes = 11): LocalPolynomialSpec => ({
  ...base,
  nodes,
  ends: "held",
  order,
  closure,
});
const periodic = (order: LiftingOrder, nodes = 10): LocalPolynomialSpec => ({
  ...base,
  nodes,
  ends: "periodic",
  order,
});
const orders = [2, 4, 6, "spectral"] as const;

/** Window averages of f about each node; point values at held ends. */
function averages(spec: LocalPolynomialSpec, f: (x: number) => number): Float64Array {
  const w = Array.from(spec.window);
  return Float64Array.from({ length: spec.nodes }, (_, i) => {
    const x = i * spec.spacing;
    if (spec.ends === "held" && (i === 0 || i === spec.nodes - 1)) return f(x);
    return w.reduce((sum, weight, k) => sum + weight * f(x + (k - (w.length - 1) / 2) * spec.pointSpacing), 0);
  });
}

/** Largest difference between the lifted field and f over all boxes. */
function liftingError(spec: LocalPolynomialSpec, f: (x: number) => number): number {
  const lifting = polynomialLifting(spec);
  const fine = new Float64Array(lifting.fineSize);
  lifting.lift(averages(spec, f), fine);
  let worst = 0;
  for (let b = 0; b < lifting.boxes; b++) {
    for (let i = 0; i < spec.points; i++) {
      const x = lifting.nodeOf(b) * spec.spacing + (i - (spec.points - 1) / 2) * spec.pointSpacing;
      worst = Math.max(worst, Math.abs(fine[b * spec.points + i]! - f(x)));
    }
  }
  return worst;
}

describe("polynomialLifting", () => {
  it("has exactly the coarse values as window averages: restrict after lift is the identity", () => {
    const specs = orders.flatMap((order) => [held(order), held(order, "odd"), periodic(order)]);
    fc.assert(
      fc.property(
        fc.constantFrom(...specs),
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 11, maxLength: 11 }),
        fc.boolean(),
        (spec, values, smooth) => {
          const window = smooth ? smoothWindow(21) : base.window;
          const lifting = polynomialLifting({ ...spec, window });
          const coarse = Float64Array.from(values.slice(0, spec.nodes));
          const fine = new Float64Array(lifting.fineSize);
          lifting.lift(coarse, fine);
          const back = new Float64Array(lifting.boxes);
          windowAverages({ boxes: lifting.boxes, points: spec.points, window }).restrict(fine, back);
          // Values up to 10, local slopes up to 1e3 of them over a box: 1e4 roundings.
          for (let b = 0; b < lifting.boxes; b++) {
            expect(Math.abs(back[b]! - coarse[lifting.nodeOf(b)]!)).toBeLessThan(1e-12);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("reproduces polynomials of its degree from their averages, up to the one-sided ends", () => {
    for (const order of [2, 4, 6] as const) {
      const p = (x: number): number => {
        let value = 0;
        for (let k = order; k >= 0; k--) value = value * x + (k % 2 === 0 ? 1.3 - 0.2 * k : -0.7);
        return value;
      };
      // Inverting a 7 x 7 stencil matrix of condition 1e3 leaves about 1e-13.
      expect(liftingError(held(order), p)).toBeLessThan(1e-12);
      const q = (x: number): number => p(x) + 0.5 * x ** (order + 1) * 30;
      expect(liftingError(held(order), q)).toBeGreaterThan(1e-7);
    }
  });

  it("reproduces sines about held ends and Fourier modes when periodic, spectrally", () => {
    const f = (x: number): number => 1 - 2 * x + Math.sin(3 * Math.PI * x) - 0.3 * Math.sin(9 * Math.PI * x);
    expect(liftingError(held("spectral"), f)).toBeLessThan(1e-13);
    const g = (x: number): number => 0.5 + Math.cos(2 * Math.PI * x - 1) + 0.2 * Math.sin(8 * Math.PI * x);
    expect(liftingError(periodic("spectral"), g)).toBeLessThan(1e-13);
    expect(liftingError(periodic("spectral", 11), (x) => g(x / 1.1))).toBeLessThan(1e-13);
  });

  it("converges at its order in the node spacing, both closures", () => {
    for (const order of [2, 4, 6] as const) {
      for (const closure of ["one-sided", "odd"] as const) {
        const f = (x: number): number => Math.sin(Math.PI * x) + 0.5 * Math.sin(2 * Math.PI * x) + x;
        const error = (nodes: number): number => {
          const spacing = 1 / (nodes - 1);
          const spec = { ...held(order, closure, nodes), spacing, pointSpacing: spacing / 100 };
          return liftingError(spec, f);
        };
        const rate = Math.log2(error(41) / error(81));
        // A box scales with the spacing, so the polynomial's own error is of degree + 1.
        expect(rate).toBeGreaterThan(order + 0.8);
      }
    }
  });

  it("with order 2 is the quadratic of the paper, U - h^2 U_xx / 24 at its middle", () => {
    const spec = held(2);
    const values = Float64Array.from({ length: 11 }, (_, i) => Math.sin(i));
    const c = new Float64Array(3);
    localPolynomials(spec).coefficients(3, values, 0, c);
    const half = 0.04;
    const d1 = (values[5]! - values[3]!) / 0.2;
    const d2 = (values[5]! - 2 * values[4]! + values[3]!) / 0.01;
    expect(c[1]).toBeCloseTo(d1 * half, 14);
    expect(c[2]).toBeCloseTo((d2 * half * half) / 2, 14);
    expect(c[0]).toBeCloseTo(values[4]! - (0.02 * 0.02 * d2) / 24, 14);
  });

  it("subtracts a shift exactly, so a constant field lifts to zeros", () => {
    for (const order of orders) {
      const lifting = polynomialLifting(held(order));
      const out = new Float64Array(81).fill(9);
      lifting.liftBox(0, new Float64Array(11).fill(3.7), 3.7, out);
      expect(out).toEqual(new Float64Array(81));
    }
  });

  it("refuses overlapping boxes, too few nodes, and windows that are asymmetric or do not sum to 1", () => {
    expect(() => polynomialLifting({ ...held(2), pointSpacing: 2e-3 })).toThrow("boxes must not overlap");
    expect(() => polynomialLifting(held(6, "one-sided", 6))).toThrow("nodes must be at least 7 for order 6, got 6");
    expect(() => polynomialLifting({ ...held(2), window: [0.5, 0.3, 0.2] })).toThrow("symmetric");
    expect(() => polynomialLifting({ ...held(2), window: [0.5, 0.3, 0.5] })).toThrow("sum to 1");
    expect(() => polynomialLifting({ ...held(2), order: 3 as never })).toThrow("order must be one of");
    expect(() => polynomialLifting({ ...held(2), spacing: Number.NaN })).toThrow("spacing must be finite");
    expect(() => polynomialLifting({ ...held(2), colsure: "odd" } as never)).toThrow("did you mean closure?");
  });
});
