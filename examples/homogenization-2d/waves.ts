import type { RandomSource } from "@hml/integrators";
import { CENTRES, type Law, SIZE } from "./study.ts";

/** A cos(k x + l y + phase): every initial field is a sum of twenty. */
export interface Wave {
  readonly k: number;
  readonly l: number;
  readonly amplitude: number;
  readonly phase: number;
}

const PRODUCTS = 10;
const HIGHEST = 5;

/**
 * The paper's eq. (28): the sum of ten A sin(k x + p) sin(l y + q), A in [-1, 1], k and l in 1 to 5, p and q in [0, 2 pi]
 * (the authors' program takes 0 or pi), as plane waves.
 */
export function initialWaves(draw: RandomSource): Wave[] {
  const whole = (): number => 1 + Math.floor(HIGHEST * draw());
  return Array.from({ length: PRODUCTS }, () => {
    const [k, l] = [whole(), whole()];
    const [p, q] = [2 * Math.PI * draw(), 2 * Math.PI * draw()];
    const half = draw() - 0.5;
    return [
      { k, l: -l, amplitude: half, phase: p - q },
      { k, l, amplitude: -half, phase: p + q },
    ];
  }).flat();
}

/** The field at a point at t = 0. */
export function fieldAt(waves: readonly Wave[], x: number, y: number): number {
  let sum = 0;
  for (const { k, l, amplitude, phase } of waves) sum += amplitude * Math.cos(k * x + l * y + phase);
  return sum;
}

/** The exact solution of a law and its slope at the patches' centres, `[y, x]`: each wave decays by itself. */
export function exactSolution(waves: readonly Wave[], law: Law, t: number): { u: Float64Array; dudt: Float64Array } {
  const u = new Float64Array(SIZE);
  const dudt = new Float64Array(SIZE);
  const n = CENTRES.length;
  for (const { k, l, amplitude, phase } of waves) {
    const rate = law.xx * k * k + law.xy * k * l + law.yy * l * l;
    const size = amplitude * Math.exp(-rate * t);
    for (let p = 0; p < SIZE; p++) {
      const value = size * Math.cos(k * CENTRES[p % n]! + l * CENTRES[Math.floor(p / n)]! + phase);
      u[p]! += value;
      dudt[p]! -= rate * value;
    }
  }
  return { u, dudt };
}
