import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import { distance } from "../../test/problems.ts";
import { rk4, type TimeStepper, timeStepper, type Vec } from "../index.ts";
import { microMacroParareal } from "./micro-macro.ts";
import { parareal } from "./parareal.ts";
import { timeSlices } from "./time-slices.ts";

const folder = fileURLToPath(new URL("../../../../", import.meta.url));
const file = resolve(folder, process.env["HML_SHARED"] ?? "../shared", "refs/integrators/parareal.json");

/** The parts of the reference that these tests read; kept equal to it by the first test. */
const table = {
  dahlquist: [
    0.03399813081410574, 0.0021304791728798123, 0.0001011485513490451, 3.1315219706784525e-6, 6.627011966964247e-8,
    9.721427829401108e-10, 9.767769926227743e-12, 6.436517985264345e-14,
  ],
  macro: [
    0.0001838936514445555, 8.691221163870111e-7, 3.297962597459403e-7, 1.1087672446841168e-9, 2.56008769738969e-10,
  ],
  micro: [0.0004994905869656861, 0.00016567627377232313, 9.04826454452771e-7, 2.5689008363636474e-7],
};

const decay = (_t: number, u: Vec, out: Vec): void => {
  out[0] = -u[0]!;
};

/** u' = -u by one backward Euler step a call. */
const backwardEuler: TimeStepper = {
  size: 1,
  advance(u, t0, t1) {
    u[0] = u[0]! / (1 + (t1 - t0));
  },
};
const fineDecay = timeStepper(rk4(decay, 1), 0.2 / 20);

/** exp(A t) for A = [[-1, 1/2], [1/eps, -1/eps]]. */
function slowFast(eps: number): TimeStepper {
  const trace = -1 - 1 / eps;
  const root = Math.sqrt(trace * trace - 2 / eps);
  const fast = (trace - root) / 2;
  const slow = 1 / (2 * eps) / fast;
  return {
    size: 2,
    advance(u, t0, t1) {
      const [x, y] = u;
      const [a, b] = [Math.exp(slow * (t1 - t0)), Math.exp(fast * (t1 - t0))];
      // Putzer: exp(A t) = a I + (a - b) / (slow - fast) (A - slow I).
      const c = (a - b) / (slow - fast);
      u[0] = a * x! + c * ((-1 - slow) * x! + y! / 2);
      u[1] = a * y! + c * (x! / eps + (-1 / eps - slow) * y!);
    },
  };
}

/** The serial run of the fine flow, one row a slice end. */
function serial(flow: TimeStepper, u0: readonly number[], t1: number, slices: number): Vec[] {
  const u = Float64Array.from(u0);
  return Array.from({ length: slices }, (_, s) => {
    timeSlices(flow, [{ index: s, count: slices }]).advance(u, 0, t1);
    return u.slice();
  });
}

/** The largest error of one component at the ends of the slices. */
const largest = (ends: Vec, rows: readonly Vec[], component: number): number =>
  Math.max(...rows.map((row, s) => Math.abs(ends[s * row.length + component]! - row[component]!)));

describe("parareal", () => {
  it.skipIf(!existsSync(file))("is tested against the reference table", () => {
    const { dahlquist, micro_macro } = JSON.parse(readFileSync(file, "utf8"));
    expect(dahlquist.max_err_vs_fine_per_iteration.slice(0, table.dahlquist.length)).toEqual(table.dahlquist);
    expect(micro_macro.macro_err.slice(0, table.macro.length)).toEqual(table.macro);
    expect(micro_macro.micro_err.slice(0, table.micro.length)).toEqual(table.micro);
  });

  it("has the reference's errors in every iteration: u' = -u, 10 slices, backward Euler under 20 RK4 steps", () => {
    const rows = serial(fineDecay, [1], 2, 10);
    const coarse = serial(backwardEuler, [1], 2, 10);
    expect(largest(Float64Array.from(coarse.map((row) => row[0]!)), rows, 0)).toBeCloseTo(table.dahlquist[0]!, 14);
    for (let k = 1; k < table.dahlquist.length; k++) {
      const flow = parareal({
        fine: fineDecay,
        coarse: backwardEuler,
        slices: 10,
        iterations: k,
        rtol: 1e-16,
        atol: 0,
      });
      flow.advance(Float64Array.of(1), 0, 2);
      // Rounding of numbers of size 1, of which each iteration adds and subtracts three.
      expect(Math.abs(largest(flow.ends, rows, 0) - table.dahlquist[k]!)).toBeLessThan(1e-15);
      expect(flow.report.iterations).toBe(k);
      expect(flow.report.converged).toBe(false);
      expect(flow.report.fineSlices).toBe(10 * k - (k * (k - 1)) / 2);
    }
  });

  it("gives the bits of the serial fine run after as many iterations as slices, and on the first k after k", () => {
    const rows = serial(fineDecay, [1], 2, 6);
    for (let k = 1; k <= 6; k++) {
      const flow = parareal({
        fine: fineDecay,
        coarse: backwardEuler,
        slices: 6,
        iterations: k,
        rtol: 1e-300,
        atol: 0,
      });
      const u = Float64Array.of(1);
      flow.advance(u, 0, 2);
      expect([...flow.ends.subarray(0, k)]).toEqual(rows.slice(0, k).map((row) => row[0]));
      expect(flow.report.converged).toBe(k === 6);
      expect(u[0]).toBe(flow.ends[5]);
    }
  });

  it("stops when the change passes the tolerances, and the error is then below them", () => {
    const rows = serial(fineDecay, [1], 2, 10);
    for (const rtol of [1e-2, 1e-5, 1e-8]) {
      const flow = parareal({ fine: fineDecay, coarse: backwardEuler, slices: 10, rtol, atol: 0 });
      flow.advance(Float64Array.of(1), 0, 2);
      expect(flow.report.converged).toBe(true);
      expect(flow.report.iterations).toBeLessThan(10);
      expect(flow.report.changes.at(-1)).toBeLessThanOrEqual(1);
      expect(largest(flow.ends, rows, 0)).toBeLessThan(rtol);
    }
  });

  it("is a flow: repeated advances continue, and time may run backwards", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.double({ min: 0.2, max: 2, noNaN: true }), (slices, t1) => {
        const flow = parareal({ fine: fineDecay, coarse: backwardEuler, slices, rtol: 1e-12, atol: 0 });
        const u = Float64Array.of(1);
        flow.advance(u, 0, t1);
        flow.advance(u, t1, 2 * t1);
        flow.advance(u, 2 * t1, 0);
        // RK4 of step 0.01: forth and back cancel to 2e-11 a unit of time; the tolerance of the iteration is 1e-12.
        expect(u[0]).toBeCloseTo(1, 9);
      }),
      { numRuns: 30 },
    );
  });

  it("says where a flow blows up, and leaves the state alone", () => {
    const blowUp: TimeStepper = {
      size: 1,
      advance(u, t0) {
        u[0] = t0 >= 1 ? Number.NaN : u[0]!;
      },
    };
    const u = Float64Array.of(3);
    const error = failure(() => parareal({ fine: blowUp, coarse: backwardEuler, slices: 4 }).advance(u, 0, 2));
    expect(error).toMatchObject({ code: "nonfinite-state", t: 1, step: 2 });
    expect(error.message).toMatch(/the fine flow gave NaN in component 0 on slice 2 of 4/);
    expect([...u]).toEqual([3]);
  });

  it.each([
    [{ slices: 0 }, /slices must be an integer at least 1/],
    [{ slices: 3, iterations: 4 }, /iterations must be an integer between 1 and 3/],
    [{ slices: 3, rtol: -1 }, /rtol must not be negative/],
    [{ slices: 3, tolerance: 1 }, /unknown option tolerance/],
    [{ slices: 3, coarse: { size: 2, advance() {} } }, /fine.size must be an integer between 2 and 2, got 1/],
    [{ slices: 3, fine: () => ({ size: 1, advance() {} }) }, /size of the fine flow of 3 slices must be/],
  ])("refuses %j", (bad, message) => {
    const options = { fine: fineDecay, coarse: backwardEuler, ...bad } as Parameters<typeof parareal>[0];
    expect(() => parareal(options).advance(Float64Array.of(1), 0, 1)).toThrow(message);
  });
});

describe("microMacroParareal", () => {
  const fine = slowFast(1e-3);
  /** X' = -X / 2: the first-order slow manifold y = x. */
  const coarse: TimeStepper = {
    size: 1,
    advance(X, t0, t1) {
      X[0] = X[0]! * Math.exp(-(t1 - t0) / 2);
    },
  };
  const maps = {
    restriction: {
      fineSize: 2,
      coarseSize: 1,
      restrict(u: Vec, X: Vec) {
        X[0] = u[0]!;
      },
    },
    lifting: {
      fineSize: 2,
      coarseSize: 1,
      lift(X: Vec, u: Vec) {
        u.fill(X[0]!);
      },
    },
    match(X: Vec, u: Vec, out: Vec) {
      out[0] = X[0]!;
      out[1] = u[1]!;
    },
  };
  const run = (iterations: number): ReturnType<typeof microMacroParareal> => {
    const flow = microMacroParareal({ fine, coarse, ...maps, slices: 10, iterations, rtol: 1e-300, atol: 0 });
    flow.advance(Float64Array.of(1, 1), 0, 2);
    return flow;
  };

  it("has the reference's errors of the coarse and of the fine state in every iteration", () => {
    const rows = serial(fine, [1, 1], 2, 10);
    for (let k = 1; k < table.macro.length; k++) {
      // The reference's matrix exponential is good to 1e-13.
      expect(Math.abs(largest(run(k).ends, rows, 0) - table.macro[k]!)).toBeLessThan(1e-13);
    }
    for (let k = 1; k < table.micro.length; k++) {
      const { ends } = run(k);
      const errors = rows.map((row, s) => distance(ends.subarray(2 * s, 2 * s + 2), row));
      expect(Math.abs(Math.max(...errors) - table.micro[k]!)).toBeLessThan(1e-13);
    }
  });

  it("ends at the serial fine run, bit for bit, after as many iterations as slices", () => {
    const flow = run(10);
    const rows = serial(fine, [1, 1], 2, 10);
    rows.forEach((row, s) => expect(flow.ends.subarray(2 * s, 2 * s + 2)).toEqual(row));
  });

  it("refuses maps that do not fit", () => {
    const make = (bad: object): void => {
      microMacroParareal({ fine, coarse, ...maps, slices: 10, ...bad });
    };
    expect(() => make({ lifting: { ...maps.lifting, fineSize: 3 } })).toThrow(/lifting.fineSize must be/);
    expect(() => make({ coarse: { size: 2, advance() {} } })).toThrow(/coarse.size must be/);
    expect(() => make({ match: undefined })).toThrow(/match must be a function/);
  });
});
