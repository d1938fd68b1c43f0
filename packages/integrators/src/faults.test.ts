import { describe, expect, it } from "vitest";
import { lorenz } from "../test/problems.ts";
import {
  automatic,
  bdf,
  dop853,
  dopri5,
  eulerMaruyama,
  fixed,
  heunStratonovich,
  type Method,
  milstein,
  normal,
  type Problem,
  type Rhs,
  random,
  radau,
  rk4,
  rosenbrock,
  type Solution,
  solve,
  tsit5,
  type Vec,
} from "./index.ts";

const span = [0, 0.8] as const;
const u0 = [1, 1, 1];
const methods: [name: string, method: () => Method][] = [
  ["dopri5", () => dopri5()],
  ["tsit5", () => tsit5()],
  ["dop853", () => dop853()],
  ["fixed(rk4)", () => fixed(rk4, 0.01)],
  ["bdf", () => bdf()],
  ["radau", () => radau()],
  ["rosenbrock", () => rosenbrock()],
  ["automatic", () => automatic()],
];

type Fault = (t: number, u: Vec, out: Vec) => void;
const bad =
  (value: number): Fault =>
  (t, u, out) => {
    lorenz.rhs(t, u, out);
    out[1] = value;
  };

/** The Lorenz equations with a fault at the calls that `when` picks. */
function faulty(fault: Fault, when: (call: number) => boolean): Problem {
  let calls = 0;
  return { size: 3, rhs: (t, u, out) => (when(++calls) ? fault(t, u, out) : lorenz.rhs(t, u, out)) };
}

function run(problem: Problem, method: Method): Solution {
  return solve(problem, u0, span, { method, throw: false });
}

describe.each(methods)("%s with a fault at call n, for every n up to 200", (_name, method) => {
  const clean = run(lorenz, method());
  const calls = clean.stats.rhs;

  /** Frames equal the clean run's, bit for bit, as far as they go. */
  function expectCleanFrames({ t, u }: Solution): void {
    expect(t).toEqual(clean.t.subarray(0, t.length));
    expect(u).toEqual(clean.u.subarray(0, u.length));
  }

  it("reaches 200 calls when clean", () => {
    expect(clean.status).toBe("done");
    expect(calls).toBeGreaterThan(200);
  });

  it.each([Number.NaN, Infinity, -Infinity])("ends with nonfinite-rhs when it gives %s from then on", (value) => {
    for (let n = 1; n <= 200; n++) {
      const problem = faulty(bad(value), (call) => call >= n);
      const solution = run(problem, method());
      expect(solution.status).toBe("nonfinite-rhs");
      expect(solution.error!.message).toContain("component 1");
      // Call n belongs to the step after the last frame.
      const last = solution.t.length - 1;
      expect(solution.error!.t).toBe(solution.t[last]);
      expect(solution.u.every(Number.isFinite)).toBe(true);
      // A second call tells an unset component at the start; 11 attempts, or one step repeated, end a run.
      expect(solution.stats.rhs).toBeLessThanOrEqual(n + 11 * (method().name === "dop853" ? 12 : 6) + 8);
      expectCleanFrames(solution);
    }
  });

  it("either recovers or ends with nonfinite-rhs when one call alone is bad", () => {
    for (let n = 1; n <= 200; n++) {
      const solution = run(
        faulty(bad(Number.NaN), (call) => call === n),
        method(),
      );
      expect(solution.u.every(Number.isFinite)).toBe(true);
      if (["dopri5", "tsit5"].includes(method().name) && n > 2) {
        expect(solution.status).toBe("done");
        expect(solution.stats.rejected).toBe(clean.stats.rejected + 1);
      } else if (method().name === "dop853" && n > 2) {
        // The halved step moves the later ones, and with them the one rejection of the clean run.
        expect(solution.status).toBe("done");
        expect(solution.stats.rejected).toBeGreaterThan(0);
      } else if (method().name === "fixed") {
        expect(solution.status).toBe("nonfinite-rhs");
        expectCleanFrames(solution);
      }
    }
  });

  it("ends with callback-threw and the cause when it throws, an Error or not", () => {
    for (let n = 1; n <= 200; n++) {
      const cause = n % 2 ? new TypeError("mine") : undefined;
      const thrower = (): never => {
        throw cause;
      };
      const solution = run(
        faulty(thrower, (call) => call === n),
        method(),
      );
      expect(solution.status).toBe("callback-threw");
      expect(solution.error!.cause).toBe(cause);
      expect(solution.error!.step).toBe(solution.t.length - 1);
      expectCleanFrames(solution);
    }
  });

  it("is the same run twice", () => {
    expect(run(lorenz, method()).u).toEqual(clean.u);
  });
});

describe.each([
  ["Euler-Maruyama", eulerMaruyama],
  ["Milstein", milstein],
  ["Heun-Stratonovich", heunStratonovich],
] as const)("%s with a fault at call n of a coefficient", (_name, scheme) => {
  const dt = 1 / 64;
  const coefficient: Rhs = (_t, u, out) => {
    for (let i = 0; i < 3; i++) out[i] = -0.5 * u[i]!;
  };

  /** A run, and the start of the step in which call n of the coefficient was made. */
  function faultyRun(which: "drift" | "diffusion" | undefined, n: number, fault: (t: number, out: Vec) => void) {
    let calls = 0;
    let step = 0;
    const broken: Rhs = (t, u, out) => {
      coefficient(t, u, out);
      if (++calls === n) {
        step = Math.floor(t / dt + 1e-9);
        fault(t, out);
      }
    };
    const problem = { size: 3, drift: coefficient, diffusion: coefficient, ...(which && { [which]: broken }) };
    const solution = solve(scheme(problem, normal(random(5))), [1, 2, 3], [0, 1], { dt, throw: false });
    return { solution, step };
  }
  const clean = faultyRun(undefined, 0, () => {}).solution;

  it.each(["drift", "diffusion"] as const)("ends when the %s is not finite, the frames before it kept", (which) => {
    for (const value of [Number.NaN, Infinity, -Infinity]) {
      for (let n = 1; n <= 60; n++) {
        const { solution } = faultyRun(which, n, (_t, out) => void (out[1] = value));
        const { status, error, t, u } = solution;
        expect(status).toBe("nonfinite-state");
        expect(error!.message).toContain("component 1");
        expect(error!.t).toBe(t.at(-1));
        expect(error!.step).toBe(t.length - 1);
        expect(u).toEqual(clean.u.subarray(0, u.length));
      }
    }
  });

  it.each(["drift", "diffusion"] as const)("ends with the cause when the %s throws, at the step's start", (which) => {
    const cause = new TypeError("mine");
    for (let n = 1; n <= 60; n++) {
      const { solution, step } = faultyRun(which, n, () => {
        throw cause;
      });
      expect(solution.status).toBe("callback-threw");
      expect(solution.error!.cause).toBe(cause);
      // Heun's scheme evaluates at both ends of a step.
      expect([step, step - 1]).toContain(solution.error!.step);
      expect(solution.u).toEqual(clean.u.subarray(0, solution.u.length));
    }
  });
});
