import { random } from "@hml/integrators";
import { relativeL2 } from "@hml/metrics";
import { snapshots, splitTrajectories } from "@hml/pde-features";
import { describe, expect, it } from "vitest";
import { generate } from "./data.ts";
import { aggregate, judgeOf } from "./judge.ts";
import { features, lawRhs, slopes, sparseLaw } from "./laws.ts";
import { PAPER_LAW, RIGHT_LAW, SIZE } from "./study.ts";
import { exactSolution, fieldAt, initialWaves } from "./waves.ts";

describe("the 2D homogenisation study", () => {
  it("has the tensor of the simulated lattice, which is not the paper's", () => {
    // refs/homog/gaptooth2d.json, K.
    expect(RIGHT_LAW.xx).toBeCloseTo(1.3399742657555764, 12);
    expect(RIGHT_LAW.xy).toBeCloseTo(2 * 0.11047482225406863, 12);
    expect(RIGHT_LAW.yy).toBeCloseTo(1.264582041333914, 12);
  });

  it("starts from sums of sin sin: zero mean, and the exact solution at t = 0 is the field", () => {
    const waves = initialWaves(random(3));
    const { u } = exactSolution(waves, RIGHT_LAW, 0);
    expect(u[17]).toBeCloseTo(fieldAt(waves, (1.5 / 16) * 2 * Math.PI, (1.5 / 16) * 2 * Math.PI), 13);
    expect(Math.abs(u.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-12);
  });

  it("has exact slopes, the Fourier derivatives' own", () => {
    const { u, dudt } = exactSolution(initialWaves(random(4)), RIGHT_LAW, 0.05);
    const out = new Float64Array(SIZE);
    lawRhs(RIGHT_LAW)(0, u, out);
    // Rounding of second derivatives on 16 points, 1e-15 times 8^2.
    expect(relativeL2(out, dudt)).toBeLessThan(1e-12);
    expect(features.names).toContain("u_xy");
  });

  it("lets the regression find the law from six healed trajectories, and the scheme stay near the truth", () => {
    const { healed, unhealed, waves } = generate(1, 6, () => {});
    expect([...healed.t.subarray(0, 3)]).toEqual([1e-3, 0.01, 0.02]);
    const { train, test } = splitTrajectories(healed, { test: 2 });
    const fit = sparseLaw(snapshots(train));
    expect(fit.active.map((k) => fit.names[k])).toEqual(["u_xx", "u_yy", "u_xy"]);
    const wanted = [RIGHT_LAW.xx, RIGHT_LAW.yy, RIGHT_LAW.xy];
    // A lattice of spacing h lets the wave k decay slower than its homogenised law, by about (k h)^2 / 12, 3.6e-4 for the
    // shortest of the initial waves; how much of that remains depends on which waves the trajectories have.
    fit.active.forEach((k, n) => expect(Math.abs(fit.coefficients[k]! / wanted[n]! - 1)).toBeLessThan(4e-4));

    const judge = judgeOf(test, waves.slice(-2), RIGHT_LAW);
    const [count, frames] = test.shape;
    expect(aggregate(test.u, judge.truth.u, count, frames).at(-1)).toBeLessThan(5e-4);
    const paper = judgeOf(test, waves.slice(-2), PAPER_LAW);
    expect(aggregate(test.u, paper.truth.u, count, frames).at(-1)).toBeGreaterThan(0.05);
    // The unhealed first snapshot is of another equation: its slope is far off, though its field is the truth's to 2e-3.
    const first = snapshots({ ...unhealed, mask: unhealed.mask.map((_, n) => (n === 0 ? 1 : 0)) });
    const exact = exactSolution(waves[0]!, RIGHT_LAW, 0);
    expect(relativeL2(first.u, exact.u)).toBeLessThan(5e-3);
    expect(relativeL2(first.dudt, slopes(lawRhs(RIGHT_LAW), first))).toBeGreaterThan(0.3);
  });
});
