import { imex1, type PeriodicField, periodicField, random, timeStepper } from "@hml/integrators";
import { kernelEngine, realFft, realFftBytes } from "@hml/kernels";
import type { Frames } from "./cahn-hilliard-data.ts";

/** The three models of phase fields, all parameters 1 and epsilon = 0.1. */
export type PhaseModel = "ac" | "ch" | "pfc";

interface Model {
  readonly linear: (k2: number) => number;
  readonly outer: (k2: number) => number;
  readonly local: (u: number) => number;
  readonly dt: number;
  readonly frame: number;
  readonly low: number;
  readonly high: number;
}

/** u^_t = linear u^ + outer local(u)^; steps, distance of frames and initial values of the study. */
const MODELS: Readonly<Record<PhaseModel, Model>> = {
  ac: { linear: (k2) => 1 - k2, outer: () => -1, local: (u) => u * u * u, dt: 0.1, frame: 0.2, low: -1, high: 1 },
  ch: {
    linear: (k2) => k2 - k2 * k2,
    outer: (k2) => -k2,
    local: (u) => u * u * u,
    dt: 0.01,
    frame: 0.2,
    low: -1,
    high: 1,
  },
  pfc: {
    linear: (k2) => -k2 * ((1 - k2) * (1 - k2) - 0.1),
    outer: (k2) => -k2,
    local: (u) => u * u * (1 + u),
    dt: 0.05,
    frame: 1,
    low: -0.65,
    high: 0.35,
  },
};

/** A model on n x n periodic points a unit apart. */
export function phaseField(model: PhaseModel, n: number): PeriodicField {
  const { linear, outer, local } = MODELS[model];
  return periodicField({
    points: [n, n],
    length: [n, n],
    symbol: (kx, ky) => linear(kx * kx + ky * ky),
    outer: (kx, ky) => outer(kx * kx + ky * ky),
    nonlinear(_t, u, out) {
      for (let j = 0; j < u.length; j++) out[j] = local(u[j]!);
    },
    fft: (shape) => realFft(kernelEngine({ bytes: realFftBytes(shape) }), shape),
  });
}

/**
 * Frames of a run from uniform random values by the first-order implicit-explicit scheme, the frames `first`, `first + stride`,
 * ... up to `last` of those 0.2 apart (1 for the crystal), and the right-hand side on each.
 */
export function phaseFrames(
  model: PhaseModel,
  n: number,
  seed: number,
  { first, stride, last }: { readonly first: number; readonly stride: number; readonly last: number },
): Frames {
  const { dt, frame, low, high } = MODELS[model];
  const field = phaseField(model, n);
  const points = n * n;
  const source = random(seed);
  const state = field.coefficients(Float64Array.from({ length: points }, () => low + (high - low) * source()));
  const flow = timeStepper(imex1(field), dt);
  const count = Math.floor((last - first) / stride) + 1;
  const inputs = new Float64Array(count * points);
  const targets = new Float64Array(count * points);
  const slope = new Float64Array(state.length);
  for (let k = 0, t = 0; k < count; k++) {
    const next = (first + k * stride) * frame;
    flow.advance(state, t, next);
    t = next;
    field.nonlinear(t, state, slope);
    // The linear part is diagonal and real: its re, im are (l, 0).
    for (let i = 0; i < state.length; i++) slope[i] = slope[i]! + field.linear[i - (i % 2)]! * state[i]!;
    field.field(state, inputs.subarray(k * points, (k + 1) * points));
    field.field(slope, targets.subarray(k * points, (k + 1) * points));
  }
  return { inputs, targets, count };
}

/** Frames of several runs in one. */
export function together(runs: readonly Frames[]): Frames {
  const joined = (parts: readonly Float64Array[]): Float64Array => {
    const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  };
  return {
    inputs: joined(runs.map(({ inputs }) => inputs)),
    targets: joined(runs.map(({ targets }) => targets)),
    count: runs.reduce((sum, { count }) => sum + count, 0),
  };
}
