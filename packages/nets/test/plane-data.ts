import type { RandomSource } from "@hml/integrators";
import type { TrainingData } from "../src/training/training-data.ts";
import { naiveDerivative } from "./naive-net.ts";

/** The homogenised law of the 3 x 3 lattice of Arbabi et al. (JOM 2020): coefficients of u_xx, u_xy, u_yy. */
export const LAW = { xx: 1.339974, xy: 0.22095, yy: 1.264582 } as const;

/** A wave a cos(k x + l y + phase) on n x n points of the period 2 pi, with what it needs. */
interface Wave {
  readonly k: number;
  readonly l: number;
  readonly phase: number;
  readonly amplitude: number;
}

/** u, u_x, u_y and du/dt of a sum of waves, each [point], x contiguous. */
export function planeWaves(n: number, waves: readonly Wave[]): Record<"u" | "u_x" | "u_y" | "dudt", Float64Array> {
  const field = (value: (w: Wave, angle: number) => number): Float64Array =>
    Float64Array.from({ length: n * n }, (_, p) =>
      waves.reduce((sum, w) => {
        const angle = (2 * Math.PI * (w.k * (p % n) + w.l * Math.floor(p / n))) / n + w.phase;
        return sum + w.amplitude * value(w, angle);
      }, 0),
    );
  return {
    u: field((_, angle) => Math.cos(angle)),
    u_x: field(({ k }, angle) => -k * Math.sin(angle)),
    u_y: field(({ l }, angle) => -l * Math.sin(angle)),
    dudt: field(({ k, l }, angle) => -(LAW.xx * k * k + LAW.xy * k * l + LAW.yy * l * l) * Math.cos(angle)),
  };
}

/** Rows of random waves of sizes 1 down to 1e-6 with features u_x, u_y and the slopes of the law. */
export function planeData(
  rows: number,
  n: number,
  random: RandomSource,
): TrainingData & { inputs: Float64Array; targets: Float64Array } {
  const inputs = new Float64Array(rows * n * n * 2);
  const targets = new Float64Array(rows * n * n);
  const highest = Math.floor((n - 1) / 2);
  const whole = (): number => Math.round((2 * random() - 1) * highest);
  for (let r = 0; r < rows; r++) {
    const size = 10 ** (-6 * random());
    const waves = Array.from({ length: 4 }, () => ({
      k: whole(),
      l: whole(),
      phase: 6.28 * random(),
      amplitude: size * (0.5 + random()),
    }));
    // A field of all k = l = 0 has no slope; one wave surely moves.
    const { u_x, u_y, dudt } = planeWaves(n, [...waves, { k: 1, l: 0, phase: 0, amplitude: size }]);
    for (let p = 0; p < n * n; p++) {
      inputs[(r * n * n + p) * 2] = u_x[p]!;
      inputs[(r * n * n + p) * 2 + 1] = u_y[p]!;
      targets[r * n * n + p] = dudt[p]!;
    }
  }
  return { inputs, targets, points: [n, n] };
}

/** u_x and u_y on n x n points of the period 2 pi by naive sums. */
export function planeDerivatives(
  n: number,
): Record<"u_x" | "u_y", { apply(u: Float64Array, out: Float64Array): void }> {
  const weights = Float64Array.from({ length: 2 * n }, (_, q) => naiveDerivative(n, 2 * Math.PI, "spectral", q - n));
  const along = (stride: number) => ({
    apply(u: Float64Array, out: Float64Array) {
      for (let p = 0; p < n * n; p++) {
        const i = Math.floor(p / stride) % n;
        let sum = 0;
        for (let j = 0; j < n; j++) sum += weights[n + i - j]! * u[p + (j - i) * stride]!;
        out[p] = sum;
      }
    },
  });
  return { u_x: along(1), u_y: along(n) };
}
