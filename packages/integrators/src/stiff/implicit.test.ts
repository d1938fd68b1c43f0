import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { Method, Problem } from "../method.ts";
import type { Rhs } from "../rhs.ts";
import { solve } from "../solve.ts";
import { bdf } from "./bdf.ts";
import type { JacobianShape } from "./jacobian.ts";
import { radau } from "./radau.ts";
import { rosenbrock } from "./rosenbrock.ts";

/** Evenly spread numbers; `fc.double` spreads their exponents, so that nearly all of them are next to zero. */
const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: 1_000_000 }).map((k) => min + ((max - min) * k) / 1_000_000);

const oscillating: Rhs = (t, u, out) => {
  out[0] = u[0]! * Math.cos(t);
};
const exact = (t: number): number => Math.exp(Math.sin(t));

/** A stiff linear pair with rates 1 and 1000 and a forcing: u = (cos t, sin t). */
const forced: Problem = {
  size: 2,
  rhs: (t, u, out) => {
    out[0] = -(u[0]! - Math.cos(t)) - Math.sin(t);
    out[1] = -1000 * (u[1]! - Math.sin(t)) + Math.cos(t) + (u[0]! - Math.cos(t));
  },
};

const methods: readonly [string, (options?: { readonly jacobian?: JacobianShape }) => Method][] = [
  ["bdf", bdf],
  ["radau", radau],
  ["rosenbrock", rosenbrock],
];

describe.each(methods)("%s", (_name, create) => {
  it("runs backwards in time: the same bits as forwards in the mirrored equation", () => {
    const mirrored: Rhs = (t, u, out) => {
      forced.rhs(-t, u, out);
      for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
    };
    const options = { method: create(), rtol: 1e-8, atol: 1e-8 };
    const u0 = [Math.cos(-0.01), Math.sin(-0.01)];
    // The fast mode grows backwards, so the span is ten of its times.
    const forwards = solve({ rhs: mirrored, size: 2 }, u0, [0.01, 0.02], options);
    const backwards = solve(forced, u0, [-0.01, -0.02], options);
    expect(backwards.u).toEqual(forwards.u);
    expect(backwards.t).toEqual(forwards.t.map((t) => -t));
    for (const span of [
      [5, 0],
      [0, -5],
    ] as const) {
      const run = solve({ rhs: oscillating, size: 1 }, [exact(span[0])], span, { ...options, saveAt: [span[1]] });
      expect(Math.abs(run.u[0]! - exact(span[1]))).toBeLessThan(50e-8 * (1 + exact(span[1])));
    }
  });

  it("gives dense output as accurate as its steps, continuous between them, exact at both ends", () => {
    const run = solve(forced, [1, 0], [0, 6], { method: create(), rtol: 1e-7, atol: 1e-9, dense: true });
    const u = new Float64Array(2);
    for (let k = 0; k <= 600; k++) {
      const t = k / 100;
      run.at(t, u);
      expect(Math.abs(u[0]! - Math.cos(t))).toBeLessThan(50e-7);
      expect(Math.abs(u[1]! - Math.sin(t))).toBeLessThan(50e-7);
    }
    for (let k = 1; k < run.t.length; k++) {
      run.at(run.t[k]! - 1e-12, u);
      expect(Math.abs(u[0]! - run.u[2 * k]!)).toBeLessThan(1e-11);
    }
  });

  it("gives the same bits twice, and runs of one method do not disturb each other", () => {
    const method = create();
    const options = { method, rtol: 1e-6, atol: 1e-8 };
    const first = solve(forced, [1, 0], [0, 6], options);
    let inner: Float64Array | undefined;
    const second = solve(forced, [1, 0], [0, 6], {
      ...options,
      onStep: () => {
        inner ??= solve(forced, [1, 0], [0, 6], options).u;
      },
    });
    expect(second.u).toEqual(first.u);
    expect(inner).toEqual(first.u);
  });

  it("makes no array after its start", () => {
    const size = 20;
    const rhs: Rhs = (_t, u, out) => {
      for (let i = 0; i < size; i++) out[i] = 400 * ((u[i - 1] ?? 0) - 2 * u[i]! + (u[i + 1] ?? 0)) - u[i]! * u[i]!;
    };
    for (const jacobian of ["dense", { lower: 1, upper: 1 }, { lower: 2, upper: 1 }] as const) {
      const run = create({ jacobian }).start({
        problem: { rhs, size },
        t0: 0,
        t1: 1,
        u0: new Float64Array(size).fill(1),
        rtol: 1e-6,
        atol: new Float64Array(size).fill(1e-9),
        maxStep: Number.POSITIVE_INFINITY,
        stats: { steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0 },
      });
      const refuse = function refuse() {
        throw new Error("an array was made");
      };
      vi.stubGlobal("Float64Array", refuse);
      vi.stubGlobal("Int32Array", refuse);
      try {
        for (let k = 0; k < 1000 && run.t < 1; k++) run.step();
      } finally {
        vi.unstubAllGlobals();
      }
      expect(run.t).toBe(1);
    }
  });

  it("keeps to the largest and the first step", () => {
    const run = solve({ rhs: oscillating, size: 1 }, [1], [0, 5], {
      method: create(),
      rtol: 1e-3,
      atol: 1e-3,
      firstStep: 1e-3,
      maxStep: 0.05,
    });
    expect(run.t[1]).toBeCloseTo(1e-3, 15);
    for (let k = 1; k < run.t.length; k++) expect(run.t[k]! - run.t[k - 1]!).toBeLessThan(0.05 * (1 + 1e-12));
    expect(run.t.at(-1)).toBe(5);
  });

  it("recovers from a first step that is far too long", () => {
    const run = solve(forced, [0, 5], [0, 6], { method: create(), rtol: 1e-6, atol: 1e-8, firstStep: 6, saveAt: [6] });
    // The first unknown starts one off its attractor, at a rate of 1.
    expect(Math.abs(run.u[0]! - Math.cos(6) + Math.exp(-6))).toBeLessThan(50e-6);
  });

  it("crosses eleven decades of nothing in a few steps", () => {
    const zero: Rhs = (_t, _u, out) => {
      out.fill(0);
    };
    const run = solve({ rhs: zero, size: 3 }, [1, -2, 0], [0, 1e11], { method: create(), rtol: 1e-6, atol: 0 });
    expect([...run.u.subarray(-3)]).toEqual([1, -2, 0]);
    expect(run.stats.steps).toBeLessThan(100);
  });

  it("starts from zero with a zero tolerance", () => {
    // u0 decays into u1, which starts at 0; a purely relative tolerance still makes sense from the first step on.
    const rhs: Rhs = (_t, u, out) => {
      out[0] = -100 * u[0]!;
      out[1] = 100 * u[0]! - u[1]!;
    };
    const run = solve({ rhs, size: 2 }, [1, 0], [0, 1], { method: create(), rtol: 1e-6, atol: 0, saveAt: [1] });
    const last = (100 / 99) * (Math.exp(-1) - Math.exp(-100));
    expect(Math.abs(run.u[1]! / last - 1)).toBeLessThan(50e-6);
  });

  it("reaches the end exactly whatever the span, without a last step of a few ulp", () => {
    fc.assert(
      fc.property(between(-3, 3), between(0.01, 3), (t0, length) => {
        const t1 = t0 + length;
        const run = solve({ rhs: oscillating, size: 1 }, [exact(t0)], [t0, t1], {
          method: create(),
          rtol: 1e-5,
          atol: 1e-5,
        });
        expect(run.t.at(-1)).toBe(t1);
        expect(Math.abs(run.u.at(-1)! / exact(t1) - 1)).toBeLessThan(1e-3);
        for (let k = 1; k < run.t.length; k++) expect(run.t[k]! - run.t[k - 1]!).toBeGreaterThan(1e-8 * length);
      }),
      { numRuns: 100 },
    );
  });
});

describe.each(methods)("a %s run that fails", (name, create) => {
  const failing = (problem: Problem, u0: number[], span: readonly [number, number], firstStep: number) =>
    solve(problem, u0, span, { method: create(), rtol: 1e-6, atol: 1e-9, firstStep, throw: false });

  it("keeps the last good state before a right-hand side that stops being finite", () => {
    const rhs: Rhs = (t, _u, out) => {
      out[0] = t < 0.5 ? Math.cos(t) : Number.NaN;
    };
    const run = failing({ rhs, size: 1 }, [0], [0, 1], 0.01);
    expect(run.status).toBe("nonfinite-rhs");
    expect(run.error?.t).toBeLessThan(0.5);
    expect(run.error?.t).toBeGreaterThan(0.49);
    expect(Math.abs(run.u.at(-1)! - Math.sin(run.t.at(-1)!))).toBeLessThan(1e-5);
  });

  it("halves past a single bad evaluation", () => {
    let calls = 0;
    const rhs: Rhs = (t, u, out) => {
      oscillating(t, u, out);
      if (++calls === 40) out[0] = Number.NaN;
    };
    const run = solve({ rhs, size: 1 }, [1], [0, 5], { method: create(), rtol: 1e-6, atol: 1e-6, saveAt: [5] });
    expect(Math.abs(run.u[0]! - exact(5))).toBeLessThan(50e-6);
  });

  it("says step-too-small at a jump of the right-hand side that no step resolves", () => {
    const rhs: Rhs = (t, _u, out) => {
      out[0] = t > 1 ? 1e20 : 0;
    };
    const run = failing({ rhs, size: 1 }, [0], [1, 2], 1e-3);
    expect(run.status).toBe("step-too-small");
    expect(run.error?.message).toContain(`${name}: the error test fails however small the step`);
  });

  it("ends with a typed failure where the solution blows up, close to that time", () => {
    const rhs: Rhs = (_t, u, out) => {
      out[0] = u[0]! * u[0]!;
    };
    const run = failing({ rhs, size: 1 }, [1], [0, 2], 1e-3);
    expect(["step-too-small", "nonlinear-failed", "nonfinite-rhs"]).toContain(run.status);
    expect(Math.abs(run.error!.t - 1)).toBeLessThan(1e-3);
  });

  it("says linear-failed for a Jacobian that leaves I - c J singular at every step", () => {
    const run = failing(
      { size: 2, rhs: (_t, u, out) => out.set(u), jacobian: { evaluate: (_t, _u, out) => void out.fill(1e300) } },
      [1, 1],
      [0, 1],
      1e-3,
    );
    expect(run.status).toBe("linear-failed");
    expect(run.stats.rejected).toBe(11);
  });

  it("says nonfinite-rhs for a Jacobian that is not finite", () => {
    const run = failing(
      { size: 1, rhs: (_t, u, out) => out.set(u), jacobian: { evaluate: (_t, _u, out) => void out.fill(Number.NaN) } },
      [1],
      [0, 1],
      1e-3,
    );
    expect(run.status).toBe("nonfinite-rhs");
  });

  it("keeps the cause of what a callback threw", () => {
    const cause = new Error("out of range");
    const run = failing(
      {
        size: 1,
        rhs: (t, u, out) => {
          if (t > 0.5) throw cause;
          out[0] = -u[0]!;
        },
      },
      [1],
      [0, 1],
      1e-3,
    );
    expect(run.status).toBe("callback-threw");
    expect(run.error?.cause).toBe(cause);
  });

  it("began with a band that does not fit the problem: refused before the first step", () => {
    const start = (): unknown =>
      solve(forced, [1, 1], [0, 1], { method: create({ jacobian: { lower: 2, upper: 0 } }) });
    expect(start).toThrow(new RangeError(`${name}: jacobian.lower must be an integer between 0 and 1, got 2`));
  });
});
