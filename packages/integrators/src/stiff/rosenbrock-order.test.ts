import { describe, expect, it } from "vitest";
import type { Jacobian, Problem } from "../method.ts";
import { solve } from "../solve.ts";
import { rosenbrock } from "./rosenbrock.ts";
import { ALPHA, EMBEDDED, GAMMA, GAMMAS, INTERPOLANT, ros34pw2 } from "./rosenbrock-coefficients.ts";

type Row = readonly number[];
const sum = (row: Row): number => row.reduce((total, value) => total + value, 0);
const dot = (a: Row, b: Row): number => sum(a.map((value, i) => value * b[i]!));
const apply = (matrix: readonly Row[], v: Row): number[] => matrix.map((row) => dot(row, v));
const alpha = ALPHA.map(sum);
const gamma = GAMMAS.map(sum);
const weights = ALPHA[3]!.map((value, j) => value + GAMMAS[3]![j]!);

/** Left-hand minus right-hand sides of the conditions for a W-method at theta: two of order 2 or less, five of order 3. */
function conditions(b: Row, theta = 1): { low: number[]; high: number[] } {
  return {
    low: [sum(b) - theta, dot(b, alpha) - (theta * theta) / 2, dot(b, gamma)],
    high: [
      dot(
        b,
        alpha.map((value) => value * value),
      ) -
        (theta * theta * theta) / 3,
      dot(b, apply(ALPHA, alpha)) - (theta * theta * theta) / 6,
      dot(b, apply(ALPHA, gamma)),
      dot(b, apply(GAMMAS, alpha)),
      dot(b, apply(GAMMAS, gamma)),
    ],
  };
}

describe("the coefficients of ROS34PW2", () => {
  it("meet the eight conditions of order 3 with any Jacobian", () => {
    const { low, high } = conditions(weights);
    for (const residual of [...low, ...high]) expect(Math.abs(residual)).toBeLessThan(1e-14);
  });

  it("embed a method of order 2, not 3", () => {
    const { low, high } = conditions(EMBEDDED);
    for (const residual of low) expect(Math.abs(residual)).toBeLessThan(1e-14);
    expect(Math.max(...high.map(Math.abs))).toBeGreaterThan(0.01);
  });

  it("interpolate to order 2 at least within the step, and to its weights at its end", () => {
    for (const theta of [0.2, 0.5, 0.9, 1]) {
      const b = weights.map((_, j) => INTERPOLANT.reduceRight((value, row) => (value + row[j]!) * theta, 0));
      for (const residual of conditions(b, theta).low) expect(Math.abs(residual)).toBeLessThan(1e-13);
      if (theta === 1) b.forEach((value, j) => expect(Math.abs(value - weights[j]!)).toBeLessThan(1e-13));
    }
  });

  it("are L-stable: R vanishes at minus infinity and is at most 1 on the imaginary axis", () => {
    // One step on u' = z u in the transformed variables: (1/gamma - z) U_i = z (1 + a U) + c U.
    const r = (x: number, y: number): number => {
      const re: number[] = [];
      const im: number[] = [];
      const dx = 1 / GAMMA - x;
      const size = dx * dx + y * y;
      for (let i = 0; i < 4; i++) {
        const p = 1 + sum(re.map((value, j) => value * ros34pw2.a[i]![j]!));
        const q = sum(im.map((value, j) => value * ros34pw2.a[i]![j]!));
        const fx = x * p - y * q + sum(re.map((value, j) => value * ros34pw2.c[i]![j]!));
        const fy = x * q + y * p + sum(im.map((value, j) => value * ros34pw2.c[i]![j]!));
        re.push((fx * dx - fy * y) / size);
        im.push((fx * y + fy * dx) / size);
      }
      const u = 1 + dot(re, ros34pw2.m);
      const v = dot(im, ros34pw2.m);
      return Math.sqrt(u * u + v * v);
    };
    expect(r(-1e10, 0)).toBeLessThan(1e-9);
    for (let k = -40; k <= 40; k++) expect(r(0, Math.exp(k / 4))).toBeLessThan(1 + 1e-12);
  });
});

/** Largest error of u' = -rate (u - cos t) - sin t at the step ends and, halfway between, of its dense output. */
function fixedSteps(rate: number, steps: number, jacobian: Jacobian): { end: number; between: number } {
  const problem: Problem = {
    size: 1,
    rhs: (t, u, out) => {
      out[0] = -rate * (u[0]! - Math.cos(t)) - Math.sin(t);
    },
    jacobian,
  };
  const h = 5 / steps;
  // At this tolerance every step passes.
  const method = { method: rosenbrock(), rtol: 10, atol: 10, firstStep: h, maxStep: h, dense: true };
  const run = solve(problem, [1], [0, 5], method);
  expect(run.stats.steps).toBe(steps);
  const u = new Float64Array(1);
  let [end, between] = [0, 0];
  for (let k = 1; k <= steps; k++) {
    end = Math.max(end, Math.abs(run.u[k]! - Math.cos(run.t[k]!)));
    run.at(run.t[k]! - h / 2, u);
    between = Math.max(between, Math.abs(u[0]! - Math.cos(run.t[k]! - h / 2)));
  }
  return { end, between };
}

/** Slope over three halvings. */
function order(errors: readonly number[]): number {
  return Math.log2(errors[0]! / errors.at(-1)!) / (errors.length - 1);
}

describe("the order of rosenbrock in fixed steps", () => {
  const exact = (rate: number): Jacobian => ({ evaluate: (_t, _u, out) => void (out[0] = -rate) });

  it.each([
    ["the exact Jacobian", exact(1)],
    ["a Jacobian of zero", { evaluate: () => {} }],
    ["a Jacobian twice too large", exact(2)],
  ])("is 3 within 0.1 on a problem that is not stiff, at and between the step ends, with %s", (_name, jacobian) => {
    const errors = [80, 160, 320, 640].map((steps) => fixedSteps(1, steps, jacobian));
    expect(Math.abs(order(errors.map(({ end }) => end)) - 3)).toBeLessThan(0.1);
    expect(order(errors.map(({ between }) => between))).toBeGreaterThan(2.9);
  });

  it("falls to 2 on Prothero and Robinson's equation with h rate > 1000, with errors below h^2/rate", () => {
    const counts = [20, 40, 80, 160];
    const errors = counts.map((steps) => fixedSteps(1e5, steps, exact(1e5)).end);
    expect(Math.abs(order(errors) - 2)).toBeLessThan(0.1);
    counts.forEach((steps, k) => expect(errors[k]).toBeLessThan(25 / (steps * steps) / 1e5));
  });
});
