import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backwards, distance, type ExactProblem, exactProblems, fittedOrder } from "../../test/problems.ts";
import {
  type ButcherTableau,
  dopri5Tableau,
  ensemble,
  euler,
  heun,
  midpoint,
  type Rhs,
  rk4,
  rk4Tableau,
  rungeKutta,
  type Scheme,
  timeStepper,
} from "../index.ts";

const schemes: [name: string, scheme: Scheme, order: number, stages: number][] = [
  ["euler", euler, 1, 1],
  ["heun", heun, 2, 2],
  ["midpoint", midpoint, 2, 2],
  ["rk4", rk4, 4, 4],
  ["dopri5 tableau", rungeKutta(dopri5Tableau), 5, 6],
];

/** Error at the end of the span with `steps` equal steps. */
function error(scheme: Scheme, problem: ExactProblem, steps: number): number {
  const [t0, t1] = problem.span;
  const u = Float64Array.from(problem.exact(t0));
  timeStepper(scheme(problem.rhs, problem.size), Math.abs(t1 - t0) / steps).advance(u, t0, t1);
  return distance(u, problem.exact(t1));
}

describe.each(schemes)("%s", (_name, scheme, order, stages) => {
  const refined = { 1: 20, 2: 5, 4: 1, 5: 1 }[order]!;

  it.each([...exactProblems, ...exactProblems.map(backwards)])(`converges at order ${order} on $name`, (problem) => {
    const counts = [1, 2, 4, 8, 16].map((factor) => factor * refined * problem.coarsest);
    const errors = counts.map((count) => error(scheme, problem, count));
    const fitted = fittedOrder(
      counts.map((count) => 1 / count),
      errors,
    );
    expect(Math.abs(fitted - order)).toBeLessThan(0.1);
    expect(scheme(problem.rhs, problem.size).order).toBe(order);
  });

  it("multiplies a linear problem by its stability polynomial", () => {
    // sum z^j / j! up to the order; Dormand-Prince adds z^6 / 600.
    const polynomial = (z: number): number => {
      let term = 1;
      let sum = 1;
      for (let j = 1; j <= order; j++) sum += term *= z / j;
      return order === 5 ? sum + z ** 6 / 600 : sum;
    };
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 1, noNaN: true }),
        fc.double({ min: -10, max: 10, noNaN: true }),
        (z, u0) => {
          const u = Float64Array.of(u0);
          scheme((_t, [x], out) => void (out[0] = z * x!), 1).step(0, 1, u, u);
          // 4 ulp a stage of the largest intermediate value, which is at most |u0| e^|z| times the coefficients (< 12).
          const scale = Math.abs(u0) * Math.exp(Math.abs(z)) * 12;
          expect(Math.abs(u[0]! - polynomial(z) * u0)).toBeLessThanOrEqual(
            4 * stages * Number.EPSILON * scale + 1e-300,
          );
        },
      ),
    );
  });

  it("leaves the state alone at dt = 0 and never writes its input", () => {
    const stepper = scheme(exactProblems[2]!.rhs, 2);
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
        fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
        (x, y) => {
          const u = Float64Array.of(x, y);
          const out = new Float64Array(2);
          stepper.step(1, 0, u, out);
          expect(distance(out, u)).toBe(0);
          stepper.step(1, 0.1, u, out);
          expect([...u]).toEqual([x, y]);
          // `out` may be `u`.
          stepper.step(1, 0.1, u, u);
          expect([...u]).toEqual([...out]);
        },
      ),
    );
  });

  it("does not see a shift of time when the problem does not", () => {
    const stepper = scheme(exactProblems[3]!.rhs, 7);
    const start = Float64Array.from(exactProblems[3]!.exact(0));
    const [a, b] = [new Float64Array(7), new Float64Array(7)];
    stepper.step(0, 0.1, start, a);
    stepper.step(1234.5678, 0.1, start, b);
    expect(b).toEqual(a);
  });

  it("returns to its start forwards then backwards within C h^(p+1)", () => {
    const { rhs, exact } = exactProblems[1]!;
    const stepper = scheme(rhs, 1);
    const gaps = [0.4, 0.2, 0.1, 0.05].map((h) => {
      const u = Float64Array.from(exact(1));
      stepper.step(1, h, u, u);
      stepper.step(1 + h, -h, u, u);
      return distance(u, exact(1));
    });
    // Even orders gain one by symmetry of the leading term; no order may lose one.
    expect(fittedOrder([0.4, 0.2, 0.1, 0.05], gaps)).toBeGreaterThan(order + 1 - 0.2);
  });

  it("keeps linear invariants to round-off", () => {
    const exchange: Rhs = (_t, [x, y, z], out) => {
      const [p, q] = [Math.sin(x!) * y!, z! * x!];
      out[0] = -p;
      out[1] = p - q;
      out[2] = q;
    };
    const stepper = scheme(exchange, 3);
    const u = Float64Array.of(0.3, 0.5, 0.2);
    for (let k = 0; k < 1000; k++) stepper.step(k, 0.01, u, u);
    // 1000 steps of one rounding of size eps/2 a component, all of one sign at worst.
    expect(Math.abs(u[0]! + u[1]! + u[2]! - 1)).toBeLessThan(1000 * 3 * Number.EPSILON);
  });

  it("steps an ensemble as it steps its members, in any order", () => {
    const flow = timeStepper(scheme(exactProblems[2]!.rhs, 2), 0.1);
    const member = fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true }));
    fc.assert(
      fc.property(fc.array(member, { minLength: 1, maxLength: 6 }), (members) => {
        const together = Float64Array.from(members.flat());
        const reversed = Float64Array.from(members.toReversed().flat());
        ensemble(flow, members.length).advance(together, 0, 0.35);
        ensemble(flow, members.length).advance(reversed, 0, 0.35);
        members.forEach((start, k) => {
          const alone = Float64Array.from(start);
          flow.advance(alone, 0, 0.35);
          expect(together.subarray(2 * k, 2 * k + 2)).toEqual(alone);
          const j = members.length - 1 - k;
          expect(reversed.subarray(2 * j, 2 * j + 2)).toEqual(alone);
        });
      }),
    );
  });
});

describe("rungeKutta", () => {
  it("refuses a tableau with a misprint", () => {
    const wrong: [Partial<ButcherTableau>, RegExp][] = [
      [{ a: [[], [1 / 2], [0, 1 / 3], [0, 0, 1]] }, /row 2 of a must sum to c\[2\] = 0.5/],
      [{ b: [1 / 6, 1 / 3, 1 / 3, 1 / 5] }, /sum of b_i c_i\^0 must be 1\/1/],
      [{ b: [1 / 4, 1 / 4, 1 / 4, 1 / 4] }, /sum of b_i c_i\^2 must be 1\/3 at order 4/],
      [{ a: [[], [1 / 2], [0, 1 / 2]] }, /a of the tableau must have length 4/],
      [{ a: [[0], [1 / 2], [0, 1 / 2], [0, 0, 1]] }, /a\[0\] of the tableau must have length 0/],
      [{ c: [0, 1 / 2, Number.NaN, 1] }, /c of the tableau\[2\] must be finite/],
      [{ order: 5 }, /1\/5 at order 5/],
      [{ order: 0 }, /order of the tableau/],
    ];
    for (const [change, message] of wrong) {
      expect(() => rungeKutta({ ...rk4Tableau, ...change })).toThrow(RangeError);
      expect(() => rungeKutta({ ...rk4Tableau, ...change })).toThrow(message);
    }
  });

  it("refuses to bind what is no function or no size", () => {
    expect(() => rk4(3 as unknown as Rhs, 1)).toThrow(TypeError);
    expect(() => rk4(exactProblems[0]!.rhs, 0)).toThrow(RangeError);
    expect(() => rk4(exactProblems[0]!.rhs, 1.5)).toThrow(RangeError);
    expect(() => rk4(exactProblems[0]!.rhs, 2 ** 32)).toThrow("size must be an integer between 1 and 134217728");
  });

  it("takes tableaux of more than six slopes in a stage", () => {
    // Two half steps of rk4 written as one step of eight stages: the last weights use all eight.
    const a: number[][] = [];
    for (let i = 0; i < 4; i++) a.push(rk4Tableau.a[i]!.map((x) => x / 2));
    for (let i = 0; i < 4; i++) a.push([...rk4Tableau.b.map((x) => x / 2), ...rk4Tableau.a[i]!.map((x) => x / 2)]);
    const twice = rungeKutta({
      order: 4,
      a,
      b: [...rk4Tableau.b, ...rk4Tableau.b].map((x) => x / 2),
      c: [...rk4Tableau.c.map((x) => x / 2), ...rk4Tableau.c.map((x) => 0.5 + x / 2)],
    });
    const { rhs, exact } = exactProblems[0]!;
    const [u, v] = [Float64Array.from(exact(0)), Float64Array.from(exact(0))];
    twice(rhs, 1).step(0, 0.2, u, u);
    timeStepper(rk4(rhs, 1), 0.1).advance(v, 0, 0.2);
    expect(distance(u, v)).toBeLessThan(8 * Number.EPSILON);
  });
});
