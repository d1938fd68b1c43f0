import { etd1, etdrk4, imex1, random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { allenCahn } from "./allen-cahn.ts";
import { cahnHilliard } from "./cahn-hilliard.ts";
import { gradientFlow } from "./gradient-flow.ts";
import { phaseField } from "./phase-field.ts";
import { modeWeights } from "./field-sums.ts";

const square = (kx: number, ky: number): number => kx * kx + ky * ky;

describe("noise", () => {
  it("has variance 2 s dt / cell at each point when white, uncorrelated, and 0 for the mean when conserved", () => {
    const [strength, dt] = [0.3, 1e-12];
    const grid = { points: [64, 48], spacing: [0.5, 0.7], dt } as const;
    const white = phaseField(allenCahn(), { ...grid, noise: { strength, random: random(3) } });
    const u = new Float64Array(white.size);
    white.advance(u, 0, dt);
    const expected = (2 * strength * dt) / 0.35;
    const variance = u.reduce((sum, value) => sum + value * value, 0) / u.length;
    const neighbours = u.reduce((sum, value, j) => sum + value * u[(j + 1) % u.length]!, 0) / u.length;
    // 3072 points: a relative standard error of sqrt(2 / 3072) = 0.026 and 0.018; four of them.
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.1);
    expect(Math.abs(neighbours / expected)).toBeLessThan(0.072);

    const conserved = phaseField(cahnHilliard(), { ...grid, noise: { strength, random: random(3) } });
    const v = new Float64Array(conserved.size);
    conserved.advance(v, 0, dt);
    expect(Math.abs(conserved.mass(v))).toBeLessThan(1e-20);
    // The same numbers under sqrt(k^2): the mean square is that of white noise times the mean of k^2 over all modes.
    const c = conserved.spectral.coefficients(v);
    const weights = modeWeights(conserved.points);
    const [modes, lengths] = [33, [32, 33.6]] as const;
    let sum = 0;
    let count = 0;
    weights.forEach((weight, k) => {
      const n = Math.floor(k / modes);
      const kx = (2 * Math.PI * (k % modes)) / lengths[0];
      const ky = (2 * Math.PI * (n > 24 ? n - 48 : n)) / lengths[1];
      if (k === 0) return;
      sum += (weight * (c[2 * k]! ** 2 + c[2 * k + 1]! ** 2)) / square(kx, ky);
      count += weight;
    });
    expect(Math.abs((sum * 3072) / (count * expected) - 1)).toBeLessThan(0.1);
  });

  it("brings a linear model to its equilibrium, T / (V Q) in each mode, at long steps of any scheme", () => {
    const temperature = 0.5;
    for (const mobility of ["conserved", "non-conserved"] as const) {
      for (const scheme of [imex1, etd1, etdrk4]) {
        const energy = { gradient: square, quadratic: 0.8 };
        const model = gradientFlow({ mobility, coefficient: 2, energy });
        const noise = { strength: 2 * temperature, random: random(11) };
        const flow = phaseField(model, { points: [12, 10], spacing: 1.1, dt: 1.5, scheme, noise });
        const u = new Float64Array(flow.size);
        flow.advance(u, 0, 150);
        const power = new Float64Array(flow.spectral.size / 2);
        const samples = 1500;
        for (let s = 0; s < samples; s++) {
          flow.advance(u, 150 + 3 * s, 153 + 3 * s);
          const c = flow.spectral.coefficients(u);
          for (let k = 0; k < power.length; k++) power[k]! += (c[2 * k]! ** 2 + c[2 * k + 1]! ** 2) / samples;
        }
        const area = 120 * 1.21;
        const ratios = Array.from(power, (value, k) => {
          const n = Math.floor(k / 7);
          const kx = (2 * Math.PI * (k % 7)) / (12 * 1.1);
          const ky = (2 * Math.PI * (n > 5 ? n - 10 : n)) / (10 * 1.1);
          return (value * area * (square(kx, ky) + 0.8)) / temperature;
        });
        const first = mobility === "conserved" ? 1 : 0;
        if (first === 1) expect(ratios[0]).toBeLessThan(1e-24);
        const kept = ratios.slice(first);
        const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
        // Each mode has about 1000 independent samples of relative deviation 1 or sqrt 2: 0.03 to 0.05, 70 modes together 0.005.
        expect(Math.abs(mean - 1), `${mobility} ${scheme.name}`).toBeLessThan(0.02);
        expect(Math.max(...kept)).toBeLessThan(1.25);
        expect(Math.min(...kept)).toBeGreaterThan(0.75);
      }
    }
  });

  it("samples exp(-F / T) of a double well", () => {
    // No gradient: every point is a particle in the well cell (u^4 / 4 - u^2 / 2).
    const [temperature, cell] = [0.4, 0.5];
    const model = gradientFlow({
      mobility: "non-conserved",
      energy: { gradient: () => 0, quadratic: -1, local: [0, 0, 0, 0, 1 / 4] },
    });
    const noise = { strength: temperature, random: random(5) };
    const flow = phaseField(model, { points: 4096, spacing: cell, dt: 0.01, scheme: etdrk4, noise });
    const u = new Float64Array(flow.size).map((_, j) => (j % 2 === 0 ? 1 : -1));
    flow.advance(u, 0, 8);
    let sum = 0;
    for (let s = 0; s < 10; s++) {
      flow.advance(u, 8 + s, 9 + s);
      sum += u.reduce((total, value) => total + value * value, 0) / (10 * 4096);
    }
    let [norm, second] = [0, 0];
    for (let x = -6; x <= 6; x += 1e-3) {
      const weight = Math.exp((-cell * (x ** 4 / 4 - x ** 2 / 2)) / temperature);
      norm += weight;
      second += weight * x * x;
    }
    // 40,960 values, some 20,000 of them independent: 0.6 % of 1.2; the time step's bias is another 0.5 %.
    expect(Math.abs(sum / (second / norm) - 1)).toBeLessThan(0.025);
  });

  it("repeats a path, and goes on along it from any step", () => {
    const make = (firstStep: number) =>
      phaseField(cahnHilliard(), {
        points: [16, 12],
        spacing: 1,
        dt: 0.125,
        noise: { strength: 0.1, random: random(9), firstStep },
        guard: {},
      });
    const [whole, first, second] = [make(0), make(0), make(8)];
    const u = new Float64Array(192);
    const v = u.slice();
    whole.advance(u, 0, 1);
    whole.advance(u, 1, 2);
    first.advance(v, 0, 1);
    second.advance(v, 1, 2);
    expect(v).toEqual(u);
    expect(u[5]).not.toBe(0);
  });

  it("is refused where it makes no sense", () => {
    const grid = { points: 16, spacing: 1, dt: 0.1 } as const;
    const noise = { strength: 0.1, random: random(9) };
    expect(() => phaseField(allenCahn(), { ...grid, noise: { ...noise, strength: -1 } })).toThrow("noise.strength");
    expect(() => phaseField(allenCahn(), { ...grid, noise: { strength: 1, random: (() => 0.5) as never } })).toThrow(
      "noise.random must be a source with streams, got a function; pass random(seed)",
    );
    expect(() => phaseField(allenCahn(), { ...grid, noise, tolerance: 1e-3 })).toThrow("tolerance must be left out");
    expect(() => phaseField(allenCahn(), { ...grid, noise, guard: { energy: 1 } })).toThrow(
      "guard.energy must be false",
    );
    const white = { ...noise, kind: "white" } as const;
    expect(() => phaseField(cahnHilliard(), { ...grid, noise: white, guard: { mass: 1 } })).toThrow(
      "guard.mass must be",
    );
  });
});
