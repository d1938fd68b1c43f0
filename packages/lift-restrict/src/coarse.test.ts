import type { TimeStepper } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { coarse } from "./coarse.ts";
import type { Lifting, Restriction } from "./maps.ts";

/** x' = -x, y' = -(y - x) / 0.01, exactly. The slow manifold is y = x / 0.99. */
const fastSlow: TimeStepper = {
  size: 2,
  advance(u, t0, t1) {
    const slow = Math.exp(-(t1 - t0));
    const fast = Math.exp(-(t1 - t0) / 0.01);
    const offset = u[1]! - u[0]! / 0.99;
    u[1] = (u[0]! / 0.99) * slow + offset * fast;
    u[0] = u[0]! * slow;
  },
};
const second: Restriction = { fineSize: 2, coarseSize: 1, restrict: (fine, out) => void (out[0] = fine[1]!) };
const naive: Lifting = { fineSize: 2, coarseSize: 1, lift: (c, out) => void (out[0] = out[1] = c[0]!) };

describe("coarse", () => {
  it("is lift, run, restrict without healing", () => {
    const U = Float64Array.of(1);
    coarse(fastSlow, { restriction: second, lifting: naive }).advance(U, 0, 0.5);
    const fine = Float64Array.of(1, 1);
    fastSlow.advance(fine, 0, 0.5);
    expect(U[0]).toBe(fine[1]);
  });

  it("takes the slope of the slow manifold once healed, and a wrong one without", () => {
    const slope = (heal: number): number => {
      const U = Float64Array.of(1);
      coarse(fastSlow, { restriction: second, lifting: naive, heal }).advance(U, 0, 1e-3);
      return (U[0]! - 1) / 1e-3;
    };
    // The lifted y = x lies 1 % off the manifold: unhealed its slope is about 0, on the manifold it is -x / 0.99.
    expect(Math.abs(slope(0))).toBeLessThan(0.1);
    expect(Math.abs(slope(0.1) + Math.exp(-0.1) / 0.99)).toBeLessThan(1e-3);
  });

  it("refuses maps of other sizes", () => {
    const two: Restriction = { ...second, coarseSize: 2 };
    expect(() => coarse(fastSlow, { restriction: two, lifting: naive })).toThrow(
      "restriction.coarseSize must equal lifting.coarseSize, got 2 and 1",
    );
    const three: Lifting = { ...naive, fineSize: 3 };
    expect(() => coarse(fastSlow, { restriction: second, lifting: three })).toThrow("lifting.fineSize must equal");
    expect(() => coarse(fastSlow, { restriction: second, lifting: naive, heal: -1 })).toThrow("heal");
  });
});
