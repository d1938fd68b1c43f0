import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { initialWeights } from "../files/initial-weights.ts";
import { discretisedNet } from "../spec/field-net.ts";
import { gradientFlowNet } from "../spec/gradient-flow-net.ts";
import { mlp } from "../spec/mlp.ts";
import { explainedFraction } from "./explained-fraction.ts";
import { lawSnapshots } from "./law-snapshots.ts";
import { learnedRhs } from "./learned-rhs.ts";

const spec = gradientFlowNet({ mobility: "conserved", units: 3 });
const trained = { spec, weights: () => initialWeights(spec, random(1)) };
const options = { size: [6, 5], ends: "periodic" } as const;
const fields = (seed: number, rows: number): Float64Array => {
  const source = random(seed);
  return Float64Array.from({ length: 30 * rows }, () => 2 * source() - 1);
};

describe("lawSnapshots", () => {
  it("holds the fields and what learnedRhs says on each", () => {
    const given = fields(2, 3);
    const { u, dudt, rows, points } = lawSnapshots(trained, Array.from(given), options);
    expect([u, rows, points]).toEqual([given, 3, 30]);
    const rhs = learnedRhs(trained, options);
    const out = new Float64Array(30);
    for (let row = 0; row < 3; row++) {
      rhs(0, given.subarray(30 * row, 30 * row + 30), out);
      expect(dudt.subarray(30 * row, 30 * row + 30)).toEqual(out);
    }
  });

  it("finds a linear law in a net that is one: slopes of a stencil regress to its weights", () => {
    const linear = discretisedNet({ padding: "periodic", layers: [{ units: 1, activation: "linear" }] });
    const weights = initialWeights(linear, random(3));
    const { u, dudt } = lawSnapshots({ spec: linear, weights: () => weights }, fields(4, 2), { ...options, size: 30 });
    const [a, b, c] = weights.get("layers.0.weight")!.data as Float64Array;
    dudt.forEach((slope, i) => {
      const at = (shift: number): number => u[30 * Math.floor(i / 30) + ((i + shift + 30) % 30)]!;
      expect(Math.abs(slope - (a! * at(-1) + b! * at(0) + c! * at(1)))).toBeLessThan(1e-14);
    });
  });

  it("refuses what is no law of a field, broken fields and unknown options", () => {
    const other = mlp({ inputs: 2 });
    const answers = { spec: other, weights: () => initialWeights(other, random(1)) };
    expect(() => lawSnapshots(answers, fields(1, 1), options)).toThrow("du/dt of a field");
    expect(() => lawSnapshots(trained, fields(1, 1).subarray(1), options)).toThrow("fields.length / 30 points");
    expect(() => lawSnapshots(trained, [Number.NaN, ...fields(1, 1).subarray(1)], options)).toThrow("fields");
    expect(() => lawSnapshots(trained, fields(1, 1), { ...options, sizes: 3 } as never)).toThrow("size");
  });
});

describe("explainedFraction", () => {
  const asked = lawSnapshots(trained, fields(5, 4), options);

  it("is 1 for the law itself, 0 for its mean, and 1 - e^2 for a relative error e", () => {
    const rhs = learnedRhs(trained, options);
    expect(explainedFraction(rhs, asked)).toBe(1);
    const mean = asked.dudt.reduce((sum, value) => sum + value, 0) / asked.dudt.length;
    expect(explainedFraction((_t, _u, out) => void out.fill(mean), asked)).toBeCloseTo(0, 12);
    const off = explainedFraction((t, u, out) => {
      rhs(t, u, out);
      for (let i = 0; i < out.length; i++) out[i] = 1.1 * out[i]!;
    }, asked);
    // The conserved net's slopes have mean zero.
    expect(off).toBeCloseTo(0.99, 10);
  });

  it("refuses slopes that do not vary, and lengths that do not fit", () => {
    const rest = { ...asked, dudt: new Float64Array(asked.dudt.length) };
    expect(() => explainedFraction(() => {}, rest)).toThrow("must vary");
    expect(() => explainedFraction(() => {}, { ...asked, rows: 3 })).toThrow("snapshots.u");
    expect(() => explainedFraction(1 as never, asked)).toThrow("rhs");
  });
});
