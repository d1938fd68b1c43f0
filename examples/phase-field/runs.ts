import { solver, startOf } from "./data.ts";
import { MODELS, type ModelName } from "./study.ts";

/** One run of a model with the paper's scheme, watched at every step. */
export interface Watched {
  readonly model: ModelName;
  readonly points: number;
  readonly steps: number;
  readonly t: Float64Array;
  /** Free energy over the area, and mean, at each step. */
  readonly energy: Float64Array;
  readonly mean: Float64Array;
  /** Largest rise of the free energy in a step, over its largest size; 0 when it never rises. */
  readonly largestRise: number;
  /** Largest change of the mean since the start, over the number of steps. */
  readonly driftPerStep: number;
  /** Fields and their slopes at a few times. */
  readonly shown: ReadonlyArray<{ readonly t: number; readonly u: Float64Array; readonly slope: Float64Array }>;
  readonly seconds: number;
}

/** Runs a model with the time step and the end of the paper, and keeps the fields at the parts `shown` of the whole time. */
export function watched(model: ModelName, points: number, seed: number, shown: readonly number[]): Watched {
  const { dt, end } = MODELS[model];
  const began = performance.now();
  const flow = solver(model, points, "paper");
  const u = startOf(model, points, seed);
  const steps = Math.round(end / dt);
  const wanted = new Set(shown.map((part) => Math.round(part * steps)));
  const t = Float64Array.from({ length: steps + 1 }, (_, n) => n * dt);
  const energy = new Float64Array(steps + 1);
  const mean = new Float64Array(steps + 1);
  const kept: Array<Watched["shown"][number]> = [];
  for (let n = 0; n <= steps; n++) {
    if (n > 0) flow.advance(u, t[n - 1]!, t[n]!);
    energy[n] = flow.energy(u) / flow.size;
    mean[n] = flow.mass(u) / flow.size;
    if (wanted.has(n)) {
      const slope = new Float64Array(flow.size);
      flow.rhs(0, u, slope);
      kept.push({ t: t[n]!, u: u.slice(), slope });
    }
  }
  const scale = energy.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const rises = energy.subarray(1).map((value, n) => (value - energy[n]!) / scale);
  return {
    model,
    points,
    steps,
    t,
    energy,
    mean,
    largestRise: rises.reduce((most, rise) => Math.max(most, rise), 0),
    driftPerStep: mean.reduce((most, value) => Math.max(most, Math.abs(value - mean[0]!)), 0) / steps,
    shown: kept,
    seconds: (performance.now() - began) / 1000,
  };
}
