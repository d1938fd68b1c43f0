import { etd1, euler, imex1, random as seeded, solve } from "@hml/integrators";
import { allenCahn, phaseField, uniformField } from "@hml/systems";
import { describe, expect, it } from "vitest";
import { discoverEquation } from "./discover-equation.ts";
import { fieldMovie } from "./field-movie.ts";
import { weakTerms } from "./weak-terms.ts";

/** Allen-Cahn by a scheme of first order at the step of the published data, every second step kept. */
function movieBy(scheme: typeof imex1) {
  const flow = phaseField(allenCahn(), { points: [40, 40], spacing: 1, dt: 0.1, scheme });
  const u = uniformField(flow, { random: seeded(2) });
  const out = new Float64Array(60 * u.length);
  for (let n = 0; n < 60; n++) {
    flow.advance(u, 0.2 * n, 0.2 * (n + 1));
    out.set(u, n * u.length);
  }
  return fieldMovie({ u: out, shape: [60, 40, 40], spacing: 1, dt: 0.2 });
}

const LAW: Readonly<Record<string, number>> = { u: 1, "u^3": -1, "lap(u)": 1 };
const terms = weakTerms({ laplacians: 2 });

describe("data of a first-order scheme", () => {
  it.each([
    ["imex1", imex1],
    ["etd1", etd1],
  ] as const)("give the equation, not the scheme's error, when %s is named", (kind, scheme) => {
    const movie = movieBy(scheme);
    const named = discoverEquation(movie, { terms, scheme: { kind, dt: 0.1 } });
    expect(named.terms.map(({ name }) => name)).toEqual(Object.keys(LAW));
    // Exact up to the 1e-5 at which the rounds stop.
    for (const { name, coefficient } of named.terms) {
      expect(Math.abs(coefficient / LAW[name]! - 1)).toBeLessThan(1e-4);
    }
    // Without the name the three terms are off by the scheme's error of first order.
    const plain = discoverEquation(movie, { terms: terms.filter(({ name }) => name in LAW) });
    const worst = Math.max(...plain.terms.map(({ name, coefficient }) => Math.abs(coefficient / LAW[name]! - 1)));
    expect(worst).toBeGreaterThan(0.02);
  });

  it("hold for Euler's steps of a wave equation with damping", () => {
    // u_t = 0.3 u_xx - 0.5 u_x on a line: modes grow by 1 + dt symbol a step.
    const flow = (t: number, u: Float64Array, out: Float64Array): void => {
      void t;
      for (let i = 0; i < u.length; i += 2) {
        const k = 0.5 * (1 + i / 2);
        out[i] = -0.3 * k * k * u[i]! + 0.5 * k * u[i + 1]!;
        out[i + 1] = -0.3 * k * k * u[i + 1]! - 0.5 * k * u[i]!;
      }
    };
    let c = Float64Array.from({ length: 12 }, (_, i) => Math.cos(i));
    const [frames, n, length] = [50, 32, 4 * Math.PI];
    const u = new Float64Array(frames * n);
    for (let frame = 0; frame < frames; frame++) {
      for (let x = 0; x < n; x++) {
        for (let m = 0; m < 6; m++) {
          const angle = (0.5 * (m + 1) * length * x) / n;
          u[frame * n + x]! += c[2 * m]! * Math.cos(angle) - c[2 * m + 1]! * Math.sin(angle);
        }
      }
      c = solve(euler(flow, 12), c, [0, 0.3], { dt: 0.1 }).u.slice(-12);
    }
    const movie = fieldMovie({ u, shape: [frames, n], spacing: length / n, dt: 0.3 });
    const line = weakTerms({ powers: 1, laplacians: 2, terms: ["u_x"] });
    const found = discoverEquation(movie, { terms: line, scheme: { kind: "euler", dt: 0.1 } });
    expect(found.terms.map(({ name }) => name)).toEqual(["lap(u)", "u_x"]);
    expect(Math.abs(found.terms[0]!.coefficient / 0.3 - 1)).toBeLessThan(1e-4);
    expect(Math.abs(found.terms[1]!.coefficient / -0.5 - 1)).toBeLessThan(1e-4);
  });

  it("need a step that divides the time between frames", () => {
    const movie = fieldMovie({ u: new Float64Array(160), shape: [10, 16], spacing: 1, dt: 0.2 });
    const options = { scheme: { kind: "imex1", dt: 0.15 } } as const;
    expect(() => discoverEquation(movie, options)).toThrow(
      /scheme.dt must divide the time 0.2 between frames, got 0.15/,
    );
  });
});
