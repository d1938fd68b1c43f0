import { etd1, etdrk4, imex1, random } from "@hml/integrators";
import { kernelEngine, realFft } from "@hml/kernels";
import { describe, expect, it } from "vitest";
import type { Weights } from "../files/weights.ts";
import { initialWeights } from "../files/initial-weights.ts";
import { type GradientFlowNet, gradientFlowNet } from "../spec/gradient-flow-net.ts";
import { mlp } from "../spec/mlp.ts";
import { freeEnergyOf } from "./free-energy-of.ts";
import { gradientFlowStepper } from "./gradient-flow-stepper.ts";
import { learnedRhs } from "./learned-rhs.ts";

/** A net with random weights, f' four times as steep as a training starts from, so that there are wells. */
function net(
  options: Partial<GradientFlowNet> & Pick<GradientFlowNet, "mobility">,
  seed: number,
): { spec: GradientFlowNet; weights: () => Weights } {
  const spec = gradientFlowNet({ units: 6, ...options });
  const weights = new Map(initialWeights(spec, random(seed)));
  const steep = weights.get("layers.1.weight")!;
  weights.set("layers.1.weight", { ...steep, data: Float64Array.from(steep.data, (w) => -4 * w) });
  if (options.degree === 2) weights.set("symbol", { shape: [2], data: Float64Array.from([-2, 0.5]) });
  return { spec, weights: () => weights };
}

const noise = (seed: number, length: number): Float64Array => {
  const source = random(seed);
  return Float64Array.from({ length }, () => 3 * (2 * source() - 1));
};

const CASES = [
  [{ mobility: "non-conserved", degree: 1 }, [12, 10]],
  [{ mobility: "conserved", degree: 1, spacing: [0.5, 1] }, [16, 9]],
  [{ mobility: "conserved", degree: 2, amplitude: 2 }, [40]],
] as const;

describe("gradientFlowStepper", () => {
  it.each([imex1, etd1])(
    "lowers the energy at every step of any size, and keeps a conserved mean to 1e-15",
    (scheme) => {
      for (const [options, points] of CASES) {
        for (const seed of [1, 2, 3]) {
          const trained = net(options, seed);
          const size = points.reduce((a: number, b) => a * b, 1);
          for (const dt of [0.01, 0.3, 10, 1e4]) {
            const flow = gradientFlowStepper(trained, { points, dt, scheme });
            const u = noise(seed + 10, size);
            let energy = flow.energy(u);
            const mean = flow.mass(u) / size;
            const cell = flow.mass(new Float64Array(size).fill(1)) / size;
            for (let step = 0; step < 20; step++) {
              flow.advance(u, step * dt, (step + 1) * dt);
              const next = flow.energy(u);
              // Rounding of a sum of a hundred terms of order 10.
              expect(next - energy).toBeLessThan(1e-13 * size * (1 + Math.abs(energy) / size));
              energy = next;
            }
            const drift = Math.abs(flow.mass(u) / size - mean) / cell;
            if (trained.spec.mobility === "conserved") expect(drift).toBeLessThan(20 * 1e-15);
            else expect(drift).toBeGreaterThan(1e-6);
          }
        }
      }
    },
  );

  it("would not without stabilisation: the energy rises at a large step", () => {
    const trained = net({ mobility: "non-conserved", degree: 1 }, 1);
    const flow = gradientFlowStepper(trained, { points: [12, 10], dt: 10, stabilisation: 0 });
    const u = noise(11, 120);
    let rises = 0;
    let energy = flow.energy(u);
    for (let step = 0; step < 20; step++) {
      flow.advance(u, 0, 10);
      const next = flow.energy(u);
      if (next > energy + 1e-3) rises++;
      energy = next;
    }
    expect(rises).toBeGreaterThan(0);
  });

  it("solves the law that the net predicts: order 4 of etdrk4, order 1 of imex1, against Richardson's limit", () => {
    const trained = net({ mobility: "conserved", degree: 1 }, 2);
    const points = [12, 12];
    const start = noise(4, 144).map((v) => v / 3);
    const at = (dt: number, scheme: typeof imex1): Float64Array => {
      const u = start.slice();
      gradientFlowStepper(trained, { points, dt, scheme, stabilisation: 0 }).advance(u, 0, 0.1);
      return u;
    };
    const truth = at(0.1 / 256, etdrk4);
    const error = (u: Float64Array): number => Math.max(...u.map((v, i) => Math.abs(v - truth[i]!)));
    const [coarse, fine] = [error(at(0.1 / 4, etdrk4)), error(at(0.1 / 8, etdrk4))];
    expect(Math.log2(coarse / fine)).toBeGreaterThan(3);
    const [first, second] = [error(at(0.1 / 64, imex1)), error(at(0.1 / 128, imex1))];
    expect(Math.log2(first / second)).toBeGreaterThan(0.9);
    // A short step of a fine scheme moves by the prediction.
    const slope = new Float64Array(144);
    learnedRhs(trained, { size: points, ends: "periodic" })(0, truth, slope);
    const moved = truth.slice();
    gradientFlowStepper(trained, { points, dt: 1e-6, scheme: etdrk4, stabilisation: 0 }).advance(moved, 0, 1e-6);
    const largest = Math.max(...slope.map(Math.abs));
    // The step's second order is 1e-6 of a rate of up to k^4 = 400.
    moved.forEach((v, i) => void expect(Math.abs((v - truth[i]!) / 1e-6 - slope[i]!)).toBeLessThan(1e-3 * largest));
  });

  it("takes transforms of kernels and of nobody alike, and leaves a field alone where it fails", () => {
    const trained = net({ mobility: "conserved", degree: 2 }, 3);
    const options = { points: [16, 16], dt: 0.1 };
    const fast = gradientFlowStepper(trained, { ...options, fft: (shape) => realFft(kernelEngine(), shape) });
    const plain = gradientFlowStepper(trained, options);
    const [a, b] = [noise(5, 256), noise(5, 256)];
    fast.advance(a, 0, 1);
    plain.advance(b, 0, 1);
    a.forEach((v, i) => void expect(Math.abs(v - b[i]!)).toBeLessThan(1e-12));
    const lost = new Float64Array(256).fill(Number.NaN);
    expect(() => plain.advance(lost, 0, 1)).toThrow(/became NaN/);
    expect(() => plain.advance(a, 1, 0)).toThrow("t1 must not be before");
  });

  it("refuses other nets and malformed options", () => {
    const trained = net({ mobility: "conserved", spacing: [1, 1] }, 1);
    expect(() => gradientFlowStepper(trained, { points: 8, dt: 1 })).toThrow("one number an axis");
    expect(() => gradientFlowStepper(trained, { points: [8, 8], dt: 0 })).toThrow("dt must be");
    expect(() => gradientFlowStepper(trained, { points: [8, 8], dt: 1, stabilisation: -1 })).toThrow("stabilisation");
    expect(() => gradientFlowStepper(trained, { points: [8, 8], dt: 1, scheme: 1 as never })).toThrow("scheme");
    const other = { spec: mlp({ inputs: 1 }), weights: trained.weights };
    expect(() => freeEnergyOf(other)).toThrow("gradientFlowNet");
    expect(() => gradientFlowStepper(other, { points: 8, dt: 1 })).toThrow("gradientFlowNet");
  });
});

describe("freeEnergyOf", () => {
  it("has f' as the slope of f, and f'' below twice the stabilisation, by at most 1 %", () => {
    for (const seed of [1, 2, 3]) {
      const trained = net({ mobility: "conserved", units: 12, amplitude: 0.5 }, seed);
      const { energy, stabilisation } = freeEnergyOf(trained);
      const { density, derivative } = energy.local;
      let steepest = 0;
      let worst = 0;
      for (let i = -4000; i <= 4000; i++) {
        const u = i * 1e-3;
        const h = 1e-4;
        const slope = (8 * (density(u + h) - density(u - h)) - density(u + 2 * h) + density(u - 2 * h)) / (12 * h);
        worst = Math.max(worst, Math.abs(slope - derivative(u)));
        steepest = Math.max(steepest, Math.abs(derivative(u + 1e-5) - derivative(u - 1e-5)) / 2e-5);
      }
      expect(worst).toBeLessThan(1e-9);
      expect(density(0)).toBe(0);
      expect(2 * stabilisation).toBeGreaterThan(steepest - 1e-6);
      expect(2 * stabilisation).toBeLessThan(1.011 * steepest);
    }
  });

  it("is the energy whose descent is the net's law: dF/dt = -M int |grad mu|^2, and -M int mu^2", () => {
    for (const [options, points] of CASES) {
      const trained = net(options, 4);
      const flow = gradientFlowStepper(trained, { points, dt: 1 });
      const { coefficient } = freeEnergyOf(trained);
      const size = points.reduce((a: number, b) => a * b, 1);
      const u = noise(6, size);
      const slope = new Float64Array(size);
      learnedRhs(trained, { size: points, ends: "periodic" })(0, u, slope);
      const moved = (h: number): number => flow.energy(u.map((v, i) => v + h * slope[i]!));
      const h = 1e-4 / Math.max(...slope.map(Math.abs));
      const rate = (8 * (moved(h) - moved(-h)) - moved(2 * h) + moved(-2 * h)) / (12 * h);
      expect(rate).toBeLessThan(0);
      if (trained.spec.mobility === "non-conserved") {
        const cell = flow.mass(new Float64Array(size).fill(1)) / size;
        const dissipated = (cell * slope.reduce((sum, s) => sum + s * s, 0)) / coefficient;
        expect(Math.abs(rate / dissipated + 1)).toBeLessThan(1e-6);
      }
    }
  });
});
