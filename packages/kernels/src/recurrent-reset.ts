import type { FloatArray } from "./precision.ts";
import { type Arithmetic, gateIndex, type StepViews, throughSigmoid, throughTanh } from "./recurrent-gates.ts";

// The gates of assembly/recurrent-reset.ts, one number at a time: a GRU whose reset acts on the state before the product.

/** r and z from their sums, `part` being [rows, r z, units], and the state r h that n sees. */
export function resetGates(
  { round, sigmoid }: Arithmetic,
  part: FloatArray,
  { hidden: h, gates }: StepViews,
  state: FloatArray,
  units: number,
): void {
  for (let i = 0; i < h.length; i++) {
    const p = gateIndex(i, units, 3);
    const q = gateIndex(i, units, 2);
    const r = sigmoid(round(gates[p]! + part[q]!));
    gates[p] = r;
    gates[p + units] = sigmoid(round(gates[p + units]! + part[q + units]!));
    state[i] = r * h[i]!;
  }
}

/** n from its sums, and the state after the step. */
export function updateGates(
  { round, tanh }: Arithmetic,
  sums: FloatArray,
  { hidden: h, output, gates }: StepViews,
  units: number,
): void {
  for (let i = 0; i < h.length; i++) {
    const p = gateIndex(i, units, 3);
    const z = gates[p + units]!;
    const n = tanh(round(gates[p + 2 * units]! + sums[i]!));
    output[i] = round(n + round(z * round(h[i]! - n)));
    gates[p + 2 * units] = n;
  }
}

/** z and n become the gradients of their sums, d the part of it that passes z. */
export function updateSlopes({ round }: Arithmetic, views: StepViews, d: FloatArray, units: number): void {
  const { hidden: h, gates, outputGradient } = views;
  for (let i = 0; i < h.length; i++) {
    const p = gateIndex(i, units, 3);
    const z = gates[p + units]!;
    const n = gates[p + 2 * units]!;
    const dh = round(d[i]! + outputGradient![i]!);
    gates[p + 2 * units] = throughTanh(round, n, round(dh * round(1 - z)));
    gates[p + units] = throughSigmoid(round, z, round(dh * round(h[i]! - n)));
    d[i] = round(dh * z);
  }
}

/** From e = dL/d(r h): r becomes the gradient of its sum, d gets the part that passes r. */
export function resetSlopes(
  { round }: Arithmetic,
  { hidden: h, gates }: StepViews,
  e: FloatArray,
  d: FloatArray,
  units: number,
): void {
  for (let i = 0; i < h.length; i++) {
    const p = gateIndex(i, units, 3);
    const r = gates[p]!;
    const x = e[i]!;
    gates[p] = throughSigmoid(round, r, round(x * h[i]!));
    d[i] = round(d[i]! + round(x * r));
  }
}
