import * as double from "./elementary.ts";
import * as single from "./elementary32.ts";
import type { FloatArray, Precision } from "./precision.ts";

/** What gates are made of, in one precision. */
export interface Arithmetic {
  /** Rounds the result of one operation. */
  readonly round: (x: number) => number;
  readonly sigmoid: (x: number) => number;
  readonly tanh: (x: number) => number;
}

/** The arithmetic of each precision. */
export const ARITHMETIC: Readonly<Record<Precision, Arithmetic>> = {
  float64: { round: (x) => x, sigmoid: double.sigmoid, tanh: double.tanh },
  float32: { round: Math.fround, sigmoid: single.sigmoid, tanh: single.tanh },
};

/** Views of one time step of a layer: what is before it and after it, [rows, units], and its gates, [rows, gate, unit]. */
export interface StepViews {
  readonly hidden: FloatArray;
  readonly output: FloatArray;
  /** LSTM only. */
  readonly cell: FloatArray | undefined;
  /** LSTM only. */
  readonly cellAfter: FloatArray | undefined;
  readonly gates: FloatArray;
  /** The hidden part of n (GRU), tanh c (LSTM); going backwards the gradient of the former. */
  readonly aside: FloatArray | undefined;
  readonly outputGradient: FloatArray | undefined;
}

/** Gates of a GRU and the state after them; `part` is the hidden part of their sums; `keep` what the slopes need. */
export function gruGates(
  { round, sigmoid, tanh }: Arithmetic,
  part: FloatArray,
  views: StepViews,
  units: number,
  keep: boolean,
): void {
  const { hidden: h, output, gates, aside } = views;
  for (let i = 0; i < h.length; i++) {
    const p = gateIndex(i, units, 3);
    const r = sigmoid(round(gates[p]! + part[p]!));
    const z = sigmoid(round(gates[p + units]! + part[p + units]!));
    const m = part[p + 2 * units]!;
    const n = tanh(round(gates[p + 2 * units]! + round(r * m)));
    output[i] = round(n + round(z * round(h[i]! - n)));
    if (!keep || aside === undefined) continue;
    gates[p] = r;
    gates[p + units] = z;
    gates[p + 2 * units] = n;
    aside[i] = m;
  }
}

/** Gates become the gradients of their sums, `aside` that of the hidden part of n, d the part of it that passes z. */
export function gruSlopes({ round }: Arithmetic, views: StepViews, d: FloatArray, units: number): void {
  const { hidden: h, gates, aside, outputGradient } = views;
  for (let i = 0; i < h.length; i++) {
    const p = gateIndex(i, units, 3);
    const r = gates[p]!;
    const z = gates[p + units]!;
    const n = gates[p + 2 * units]!;
    const m = aside![i]!;
    const dh = round(d[i]! + outputGradient![i]!);
    const dn = throughTanh(round, n, round(dh * round(1 - z)));
    gates[p] = throughSigmoid(round, r, round(dn * m));
    gates[p + units] = throughSigmoid(round, z, round(dh * round(h[i]! - n)));
    gates[p + 2 * units] = dn;
    aside![i] = round(dn * r);
    d[i] = round(dh * z);
  }
}

/** Gates of an LSTM and the state after them. */
export function lstmGates(
  { round, sigmoid, tanh }: Arithmetic,
  part: FloatArray,
  views: StepViews,
  units: number,
  keep: boolean,
): void {
  const { output, cell, cellAfter, gates, aside } = views;
  for (let k = 0; k < output.length; k++) {
    const p = gateIndex(k, units, 4);
    const i = sigmoid(round(gates[p]! + part[p]!));
    const f = sigmoid(round(gates[p + units]! + part[p + units]!));
    const g = tanh(round(gates[p + 2 * units]! + part[p + 2 * units]!));
    const o = sigmoid(round(gates[p + 3 * units]! + part[p + 3 * units]!));
    const c = round(round(f * cell![k]!) + round(i * g));
    const t = tanh(c);
    cellAfter![k] = c;
    output[k] = round(o * t);
    if (!keep || aside === undefined) continue;
    gates[p] = i;
    gates[p + units] = f;
    gates[p + 2 * units] = g;
    gates[p + 3 * units] = o;
    aside[k] = t;
  }
}

/** Gates become the gradients of their sums, dc that of the cell before. */
export function lstmSlopes(
  { round }: Arithmetic,
  views: StepViews,
  d: FloatArray,
  dc: FloatArray,
  units: number,
): void {
  const { cell, gates, aside, outputGradient } = views;
  for (let k = 0; k < d.length; k++) {
    const p = gateIndex(k, units, 4);
    const i = gates[p]!;
    const f = gates[p + units]!;
    const g = gates[p + 2 * units]!;
    const o = gates[p + 3 * units]!;
    const t = aside![k]!;
    const dh = round(d[k]! + outputGradient![k]!);
    const e = round(dc[k]! + throughTanh(round, t, round(dh * o)));
    gates[p] = throughSigmoid(round, i, round(e * g));
    gates[p + units] = throughSigmoid(round, f, round(e * cell![k]!));
    gates[p + 2 * units] = throughTanh(round, g, round(e * i));
    gates[p + 3 * units] = throughSigmoid(round, o, round(dh * t));
    dc[k] = round(e * f);
  }
}

/** Where the first gate of state i stands. */
export function gateIndex(i: number, units: number, gates: number): number {
  const j = i % units;
  return gates * (i - j) + j;
}

/** d s (1 - s), the slope of s = sigmoid. */
export function throughSigmoid(round: Arithmetic["round"], s: number, d: number): number {
  return round(d * round(s * round(1 - s)));
}

/** d (1 - t^2), the slope of t = tanh. */
export function throughTanh(round: Arithmetic["round"], t: number, d: number): number {
  return round(d * round(1 - round(t * t)));
}
