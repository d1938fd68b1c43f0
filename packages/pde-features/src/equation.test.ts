import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { shared, sharedJson } from "../test/shared.ts";
import {
  dataset,
  derivative,
  derivativeFeatures,
  features,
  leastSquares,
  library,
  readNpz,
  regression,
  type Rhs,
  type SparseFit,
  type Snapshots,
  snapshots,
  splitTrajectories,
  stlsq,
} from "./index.ts";

const uniform = (n: number, length: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => (length * i) / (n - 1));

/** Snapshots of u_t = F(u) at given fields. */
function sampled(fields: readonly Float64Array[], rhs: Rhs): Snapshots {
  const points = fields[0]!.length;
  const dudt = fields.flatMap((u) => {
    const out = new Float64Array(points);
    rhs(0, u, out);
    return [...out];
  });
  return {
    u: Float64Array.from(fields.flatMap((u) => [...u])),
    dudt: Float64Array.from(dudt),
    rows: fields.length,
    points,
  };
}

describe("a law found and run again", () => {
  const x = Float64Array.from({ length: 32 }, (_, i) => (2 * Math.PI * i) / 32);
  const f = derivativeFeatures(x, 2, { order: 4, ends: "periodic" });
  const burgers: Rhs = (_t, u, out) => {
    const all = new Float64Array(96);
    f.evaluate(u, all);
    for (let i = 0; i < 32; i++) out[i] = -u[i]! * all[32 + i]! + 0.1 * all[64 + i]!;
  };
  const fields = [1, 2, 3].map((k) => x.map((v) => Math.sin(k * v) + 0.3 * Math.cos(v + k)));
  const fit = stlsq(regression(sampled(fields, burgers), f, library(f.names, { degree: 2 })), { threshold: 0.01 });

  it("is Burgers' equation, and is written so", () => {
    expect(String(fit)).toBe("u_t = 0.1 u_xx - 1 u u_x");
    expect(fit.toLatex()).toBe("u_{t} = 0.1\\, u_{xx} - 1\\, u u_{x}");
    // Exact up to the rounding of derivatives of size 10.
    expect(fit.coefficients[fit.names.indexOf("u_xx")]).toBeCloseTo(0.1, 12);
  });
  it("gives the same slope as the law it was found from", () => {
    const rhs = fit.rhs(f);
    for (const u of fields) {
      const [got, want] = [new Float64Array(32), new Float64Array(32)];
      rhs(0, u, got);
      burgers(0, u, want);
      for (let i = 0; i < 32; i++) expect(Math.abs(got[i]! - want[i]!)).toBeLessThan(1e-12);
    }
  });
  it("runs on another grid than it was found on", () => {
    const fine = Float64Array.from({ length: 64 }, (_, i) => (2 * Math.PI * i) / 64);
    const rhs = fit.rhs(derivativeFeatures(fine, 2, { order: 6, ends: "periodic" }));
    const out = new Float64Array(64);
    rhs(0, fine.map(Math.sin), out);
    // -sin cos - 0.1 sin; sixth-order differences of sin at h = 0.1 err by h^6 / 560 = 2e-9 in u_xx, h^6 / 140 in u_x.
    for (let i = 0; i < 64; i++) {
      const [s, c] = [Math.sin(fine[i]!), Math.cos(fine[i]!)];
      expect(Math.abs(out[i]! + s * c + 0.1 * s)).toBeLessThan(1e-8);
    }
  });
  it("applies only the operators of the terms it kept", () => {
    let calls = 0;
    const counted = (times: number) => {
      const operator = derivative(x, times, { order: 4, ends: "periodic" });
      return { size: 32, apply: (u: Float64Array, out: Float64Array) => void (calls++, operator.apply(u, out)) };
    };
    fit.rhs(features({ u: counted(0), u_x: counted(1), u_xx: counted(2), u_xxx: counted(3) }))(
      0,
      fields[0]!,
      new Float64Array(32),
    );
    expect(calls).toBe(3);
  });
  it("says which feature is missing", () => {
    expect(() => fit.rhs(derivativeFeatures(x, 1))).toThrow(
      new TypeError("SparseFit.rhs: features must hold u_xx, got u, u_x"),
    );
    expect(() => fit.rhs(f, { hold: "ends" } as object)).toThrow("did you mean held?");
    expect(() => fit.rhs(f, { held: [32] })).toThrow("held[0] must be an integer between 0 and 31");
    expect(() => fit.rhs(f, { held: "end" as "ends" })).toThrow(TypeError);
  });
});

describe("held nodes", () => {
  const x = uniform(11, 1);
  const f = derivativeFeatures(x, 2, { ends: "odd" });
  const heat: Rhs = (_t, u, out) => {
    derivative(x, 2, { ends: "odd" }).apply(u, out);
    out[0] = 7; // a boundary that is driven from outside: no row may see it
    out[10] = 7;
  };
  const fields = [1, 2].map((k) => x.map((v) => 1 + v + Math.sin(k * Math.PI * v)));
  it("give no rows and have zero slope", () => {
    const problem = regression(sampled(fields, heat), f, library(f.names), { held: "ends" });
    expect(problem.target).toHaveLength(18);
    const fit = stlsq(problem, { threshold: 0.01 });
    expect(String(fit)).toBe("u_t = 1 u_xx");
    const out = new Float64Array(11).fill(5);
    fit.rhs(f, { held: "ends" })(0, fields[0]!, out);
    expect([out[0], out[10]]).toEqual([0, 0]);
    fit.rhs(f, { held: [0, 3] })(0, fields[0]!, out);
    expect([out[0], out[3]]).toEqual([0, 0]);
    expect(out[4]).not.toBe(0);
  });
  it("an empty law has slope zero everywhere", () => {
    const fit = stlsq(regression(sampled(fields, heat), f, library(f.names)), { threshold: 1e9 });
    const out = new Float64Array(11).fill(5);
    fit.rhs(f)(0, fields[0]!, out);
    expect(out.every((v) => v === 0)).toBe(true);
  });
  it("a constant term acts at every free node", () => {
    const problem = regression(
      sampled(fields, (_t, _u, out) => void out.fill(2.5)),
      f,
      library(f.names, { terms: ["1"] }),
    );
    const fit = leastSquares(problem);
    expect(String(fit)).toBe("u_t = 2.5");
    const out = new Float64Array(11);
    fit.rhs(f, { held: "ends" })(0, fields[0]!, out);
    expect(out[5]).toBeCloseTo(2.5, 14);
    expect(out[0]).toBe(0);
  });
  it("must leave something to fit", () => {
    const rows = sampled(fields, heat);
    expect(() => regression(rows, f, library(f.names), { held: Array.from({ length: 11 }, (_, i) => i) })).toThrow(
      "leave a node free",
    );
    expect(() => regression({ ...rows, rows: 0 }, f, library(f.names))).toThrow("at least one row");
    expect(() => regression(rows, derivativeFeatures(uniform(9, 1), 2), library(f.names))).toThrow(
      "must be on 11 points, got 9",
    );
    expect(() => regression(rows, f, library(["u", "w"]))).toThrow("features must hold w");
  });
});

describe("writing", () => {
  it("powers of ten, signs and the constant", () => {
    const fit = leastSquares({
      names: ["1", "v"],
      matrix: Float64Array.of(1, 1, 1, 0, 1e9, 2e9),
      target: Float64Array.of(-3, -3 - 1.2345678, -3 - 2 * 1.2345678),
    });
    expect(String(fit)).toBe("u_t = -3 - 1.23457e-9 v");
    expect(fit.toLatex()).toBe("u_{t} = -3 - 1.23457 \\cdot 10^{-9}\\, \\mathrm{v}");
  });
});

interface Data1d {
  readonly lsq_clean: { names: string[]; coef: number[]; stlsq: number[] };
  readonly "lsq_noise1e-3": { se: number[] };
}
const reference = sharedJson<Data1d>("refs/homog/data1d.json");
const file = shared("data/hdiff_1d_regen.npz");

describe.skipIf(reference === undefined || file === undefined)("the homogenised diffusion data", () => {
  const fit = (): { all: SparseFit; sparse: SparseFit } => {
    const arrays = readNpz(readFileSync(file!));
    const [u, dudt, t, x] = ["U", "Ut", "T", "x"].map((name) => arrays.get(name)!);
    const data = dataset({ u: u!, dudt: dudt!, t: t!, x: x! });
    const { train } = splitTrajectories(data, { test: 2 });
    const f = derivativeFeatures(data.x, 2);
    const terms = library(f.names, { terms: reference!.lsq_clean.names });
    const problem = regression(snapshots(train), f, terms, { held: "ends" });
    expect(problem.target).toHaveLength(8 * 500 * 9);
    return { all: leastSquares(problem), sparse: stlsq(problem, { threshold: 0.01 }) };
  };
  it("give the reference's eight coefficients, the ratios of their errors, and a* by STLSQ", () => {
    const { all, sparse } = fit();
    const { coef, stlsq: want } = reference!.lsq_clean;
    // Absolute: targets reach 290 and features 600, summed over 36,000 rows; the reference's own zeros are 1e-14.
    for (const [k, c] of coef.entries()) expect(Math.abs(all.coefficients[k]! - c), all.names[k]).toBeLessThan(1e-12);
    // The residual of the clean data is rounding, so only ratios of standard errors can be compared; those of the
    // reference's noisy run do not depend on the noise.
    const { se } = reference!["lsq_noise1e-3"];
    for (const [k, e] of se.entries()) {
      expect(all.standardErrors[k]! / all.standardErrors[3]! / (e / se[3]!)).toBeCloseTo(1, 9);
    }
    expect(sparse.active).toEqual([3]);
    expect(Math.abs(sparse.coefficients[3]! / want[3]! - 1)).toBeLessThan(1e-13);
    expect(String(sparse)).toBe("u_t = 0.458258 u_xx");
    // The exact homogenised coefficient is sqrt(0.21); the patch scheme's own bias is 9.1e-7.
    expect(Math.abs(sparse.coefficients[3]! / Math.sqrt(0.21) - 1)).toBeLessThan(1.5e-6);
  });
});
