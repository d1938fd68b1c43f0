import type { RandomSource } from "@hml/integrators";
import type { TrainingData } from "../src/training/training-data.ts";

/** Random smooth snapshots of `points` values on [0, 1], zero at both ends, and du/dt = a D2 u (three-point D2). */
export function heatData(rows: number, points: number, a: number, random: RandomSource): TrainingData {
  const h = 1 / (points - 1);
  const inputs = new Float64Array(rows * points);
  const targets = new Float64Array(rows * points);
  for (let r = 0; r < rows; r++) {
    const at = r * points;
    for (let mode = 1; mode <= 3; mode++) {
      const amplitude = (2 * random() - 1) / mode;
      for (let i = 1; i < points - 1; i++) inputs[at + i]! += amplitude * Math.sin(mode * Math.PI * i * h);
    }
    for (let i = 1; i < points - 1; i++) {
      targets[at + i] = (a * (inputs[at + i + 1]! - 2 * inputs[at + i]! + inputs[at + i - 1]!)) / (h * h);
    }
  }
  return { inputs, targets, points };
}

/** The same on a periodic grid of spacing `spacing`, about a mean that is not zero. */
export function periodicHeatData(
  rows: number,
  points: number,
  a: number,
  spacing: number,
  random: RandomSource,
): TrainingData {
  const inputs = new Float64Array(rows * points);
  const targets = new Float64Array(rows * points);
  for (let r = 0; r < rows; r++) {
    const u = inputs.subarray(r * points, (r + 1) * points).fill(random());
    for (let mode = 1; mode <= 2; mode++) {
      const amplitude = random();
      const phase = 2 * Math.PI * random();
      for (let i = 0; i < points; i++) u[i]! += amplitude * Math.sin((2 * Math.PI * mode * i) / points + phase);
    }
    for (let i = 0; i < points; i++) {
      const [left, right] = [u[(i + points - 1) % points]!, u[(i + 1) % points]!];
      targets[r * points + i] = (a * (left - 2 * u[i]! + right)) / (spacing * spacing);
    }
  }
  return { inputs, targets, points };
}
