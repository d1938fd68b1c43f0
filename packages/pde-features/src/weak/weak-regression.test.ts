import { describe, expect, it } from "vitest";
import { gaussian, random } from "../../test/shared.ts";
import { leastSquares } from "../least-squares.ts";
import { stlsq } from "../stlsq.ts";
import { fieldMovie } from "./field-movie.ts";
import { weakRegression } from "./weak-regression.ts";
import { weakTerms } from "./weak-terms.ts";

/** Burgers' equation u_t = nu u_xx - u u_x with nu = 0.5 by the Cole-Hopf transform of a sum of decaying cosines, exact. */
function burgers(noise: number) {
  const [frames, n, nu, length] = [60, 64, 0.5, 2 * Math.PI];
  const normal = gaussian(random(3));
  const u = Float64Array.from({ length: frames * n }, (_, at) => {
    const [t, x] = [0.02 * Math.floor(at / n), (length * (at % n)) / n];
    let [phi, slope] = [4, 0];
    for (const [k, a] of [
      [1, 2],
      [2, 1],
      [3, 0.6],
    ] as const) {
      const decayed = a * Math.exp(-nu * k * k * t);
      phi += decayed * Math.cos(k * x + k);
      slope -= decayed * k * Math.sin(k * x + k);
    }
    return (-2 * nu * slope) / phi + noise * normal();
  });
  return fieldMovie({ u, shape: [frames, n], spacing: length / n, dt: 0.02 });
}

describe("the rows of a weak form", () => {
  const terms = weakTerms({ powers: 2, laplacians: 2, terms: ["u_x", "(u^2)_x", "u_xxx"] });

  it("give Burgers' equation by thresholded least squares", () => {
    const fit = stlsq(weakRegression(burgers(0), terms), { threshold: 0.02, normalise: true });
    expect(fit.active.map((j) => fit.names[j])).toEqual(["lap(u)", "(u^2)_x"]);
    // What is left is the trapezoid rule's error, which falls fast with the number of frames in a test function.
    const error = (halfWidth: number): number => {
      const two = weakTerms({ powers: 0, terms: ["lap(u)", "(u^2)_x"] });
      const { coefficients } = leastSquares(weakRegression(burgers(0), two, { halfWidth }));
      return Math.max(Math.abs(coefficients[0]! / 0.5 - 1), Math.abs(coefficients[1]! / -0.5 - 1));
    };
    expect(error(5)).toBeLessThan(1e-3);
    expect(error(20)).toBeLessThan(error(5) / 50);
  });

  it("hold for noisy data in the two terms that matter", () => {
    const two = weakTerms({ powers: 0, terms: ["lap(u)", "(u^2)_x"] });
    const { coefficients } = leastSquares(weakRegression(burgers(0.005), two));
    // Noise of half a per cent of the amplitude of u.
    expect(Math.abs(coefficients[0]! / 0.5 - 1)).toBeLessThan(0.05);
    expect(Math.abs(coefficients[1]! / -0.5 - 1)).toBeLessThan(0.05);
  });

  it("refuse windows that do not fit and options that do not exist", () => {
    expect(() => weakRegression(burgers(0), terms, { halfWidth: 40 })).toThrow(/halfWidth must be .* between 2 and 29/);
    // @ts-expect-error no such option
    expect(() => weakRegression(burgers(0), terms, { halfwidth: 4 })).toThrow(/did you mean halfWidth/);
  });
});
