import { describe, expect, it } from "vitest";
import { euler, type ProjectiveSolution, type Rhs, solveProjective, timeStepper } from "../../src/index.ts";
import { lastFrame, relativeDistance } from "../problems.ts";
import { reference, referenceHint } from "../reference.ts";

// Adaptive projective integration of the stiff two-cluster problems: eigenvalues -1 and -fast, eigenvectors rotated by
// 0.3 rad, from (1, 1), t up to 5. What is compared is said in each test.

const refs = reference("ivp.json");
const [c, s] = [Math.cos(0.3), Math.sin(0.3)];

/** The exact flow over `duration`. */
function exactFlow(fast: number, u: ArrayLike<number>, duration: number): number[] {
  const slowPart = Math.exp(-duration) * (c * u[0]! + s * u[1]!);
  const fastPart = Math.exp(-fast * duration) * (c * u[1]! - s * u[0]!);
  return [c * slowPart - s * fastPart, s * slowPart + c * fastPart];
}

/** The inner integrator: forward Euler, h = 1 / fast, and its count of steps. */
function innerFlow(fast: number, h: number) {
  const [xx, xy, yy] = [-c * c - s * s * fast, c * s * (fast - 1), -s * s - c * c * fast];
  const count = { steps: 0 };
  const rhs: Rhs = (_t, [x, y], out) => {
    count.steps++;
    out[0] = xx * x! + xy * y!;
    out[1] = xy * x! + yy * y!;
  };
  return { flow: timeStepper(euler(rhs, 2), h), count };
}

/**
 * Estimate over true error of every accepted macro step: the true one is the difference between the step's end and the
 * exact flow from its start, in the same norm, root mean square in units of rtol max(|u_i|, |u+_i|).
 */
function ratios(fast: number, { t, u, steps }: ProjectiveSolution, rtol: number): number[] {
  return [...steps.error].map((estimate, k) => {
    const [from, to] = [u.subarray(2 * k, 2 * k + 2), u.subarray(2 * k + 2, 2 * k + 4)];
    let sum = 0;
    exactFlow(fast, from, t[k + 1]! - t[k]!).forEach((value, i) => {
      sum += ((to[i]! - value) / (rtol * Math.max(Math.abs(from[i]!), Math.abs(to[i]!)))) ** 2;
    });
    return estimate / Math.sqrt(sum / 2);
  });
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

describe("adaptive projective integration of the two-cluster problems", () => {
  it.skipIf(!refs)(`compares with the analytic solution (${referenceHint})`, () => {
    for (const [name, fast] of [
      ["lin2_fast1000", 1e3],
      ["lin2_fast1e+06", 1e6],
    ] as const) {
      const { t, y } = refs!.problems[name]!;
      expect(relativeDistance(exactFlow(fast, [1, 1], t.at(-1)!), y.at(-1)!)).toBeLessThan(1e-14);
    }
  });

  it.each([
    [1e3, 1e-2],
    [1e3, 3e-3],
    [1e6, 1e-2],
    [1e6, 1e-3],
    [1e6, 1e-4],
  ])("takes 20 times fewer inner steps, estimates within a factor 5: fast rate %s, rtol %s", (fast, rtol) => {
    const h = 1 / fast;
    const { flow, count } = innerFlow(fast, h);
    const run = solveProjective(flow, [1, 1], [0, 5], { burst: 3 * h, rtol, atol: 0 });

    // Direct integration with the same Euler steps takes 5 / h of them: 5000, or five million.
    expect(5 / h / count.steps).toBeGreaterThan(20);

    // Local errors: every accepted macro step, and the median, which the leading term of the estimate has within 10 %
    // where D^2 / 6 is far above the delay T of the slopes, which it does not see.
    const found = ratios(fast, run, rtol);
    expect(found.length).toBe(run.stats.steps);
    for (const ratio of found) {
      expect(ratio).toBeGreaterThan(1 / 5);
      expect(ratio).toBeLessThan(5);
    }
    expect(Math.abs(median(found) - 1)).toBeLessThan(0.2);

    // Accumulated: relative errors of a decaying solution add up, so the sum of the estimates is that of the end.
    const error = relativeDistance(lastFrame(run), exactFlow(fast, [1, 1], 5));
    const estimated = run.steps.error.reduce((sum, value) => sum + value * rtol, 0);
    expect(estimated / error).toBeGreaterThan(1 / 2);
    expect(estimated / error).toBeLessThan(2);
  });

  it("needs no inner step that removes the fast mode at once: h = 0.7 / fast leaves 0.3 of it a step", () => {
    const fast = 1e6;
    const h = 0.7 / fast;
    const { flow, count } = innerFlow(fast, h);
    const run = solveProjective(flow, [1, 1], [0, 5], { burst: 20 * h, rtol: 1e-3, atol: 0 });
    expect(5 / h / count.steps).toBeGreaterThan(3000);
    // The first burst has the fast part of the initial state to damp: 0.3^19 of it is left, 1e-10, and the leap of 0.1
    // makes 1e-5 of it.
    for (const ratio of ratios(fast, run, 1e-3)) expect(Math.abs(ratio - 1)).toBeLessThan(0.2);
  });

  it("costs the same for both fast rates: macro steps do not know them", () => {
    const counts = [1e3, 1e6].map((fast) => {
      const { flow } = innerFlow(fast, 1 / fast);
      return solveProjective(flow, [1, 1], [0, 5], { burst: 3 / fast, rtol: 1e-2, atol: 0 }).stats.steps;
    });
    expect(Math.abs(counts[0]! - counts[1]!)).toBeLessThanOrEqual(2);
  });
});
