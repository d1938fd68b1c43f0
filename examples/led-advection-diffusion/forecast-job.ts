import { multiscale, speedUp } from "@hml/integrators";
import type { Case } from "./cases.ts";
import { learnedLaw, type Nets } from "./law.ts";
import { cloudMaps, microSolver } from "./micro.ts";

/** One run of LED, or of the particles alone, as it crosses to a thread. */
export interface ForecastJob {
  readonly system: Case;
  readonly nets: Nets;
  readonly seed: number;
  /** Time at which all particles stand at 0. */
  readonly start: number;
  readonly particles: number;
  /** Steps by the law in a row, T_m / dt, and by the particles, T_mu / dt; no `micro` is Latent, no `macro` the particles. */
  readonly macro: number;
  readonly micro: number;
  /** Steps between the moments that are kept. */
  readonly every: number;
  /** Times after the start whose clouds are kept. */
  readonly snapshots: readonly number[];
}

/** What is kept of a run. */
export interface Forecast {
  readonly start: number;
  readonly interval: number;
  /** M1 and M2, `[time, moment, axis]`. */
  readonly moments: Float32Array;
  /** The law's own code at the same times: its forecast by one step in micro stages, by all in macro stages. */
  readonly codes: Float32Array;
  /** Clouds `[particle, axis]` at the snapshots. */
  readonly clouds: readonly Float32Array[];
  /** Seconds of a micro step of the run, and what it was faster than the particles alone, warm-up included. */
  readonly microSeconds: number;
  readonly speedUp: number;
}

/** Runs warm-up and forecast. */
export function forecast(job: ForecastJob): Forecast {
  const { system, seed, start, particles: count, every } = job;
  const { axes, sampling, latentSize } = system;
  const micro = microSolver(system, count, seed);
  const inner = learnedLaw(system, job.nets, count, seed);
  // `multiscale` keeps codes to itself, so they are watched where the law gives them.
  const code = new Float64Array(latentSize);
  const law: typeof inner = {
    ...inner,
    step(z, memory, out) {
      inner.step(z, memory, out);
      code.set(out);
    },
  };
  const warmUp = Math.round(system.warmUp / sampling);
  const steps = warmUp + Math.round(system.forecast / sampling);
  const entries = Math.floor(steps / every) + 1;
  const moments = new Float32Array(entries * 2 * axes);
  const codes = new Float32Array(entries * latentSize);
  const clouds: Float32Array[] = [];
  let entry = 0;
  const flow = multiscale(
    micro,
    law,
    { warmUp, macro: job.macro, micro: job.micro },
    {
      ...cloudMaps(axes, count),
      stateEvery: every,
      onState(t, cloud) {
        momentsOf(cloud, axes, moments.subarray(entry * 2 * axes));
        codes.set(code, entry * latentSize);
        if (job.snapshots.includes(Math.round((t - start) / sampling) * sampling))
          clouds.push(Float32Array.from(cloud));
        entry++;
      },
      clock: () => performance.now() / 1000,
    },
  );
  flow.advance(new Float64Array(micro.size), start, start + steps * sampling);
  const { report } = flow;
  return {
    start,
    interval: every * sampling,
    moments,
    codes,
    clouds,
    microSeconds: report.seconds.micro / report.microSteps,
    speedUp: speedUp(report),
  };
}

/** Mean and variance along each axis, `[moment, axis]`. */
export function momentsOf(cloud: Float64Array, axes: number, out: Float32Array): void {
  const count = cloud.length / axes;
  for (let k = 0; k < axes; k++) {
    let mean = 0;
    for (let i = 0; i < count; i++) mean += cloud[i * axes + k]! / count;
    let variance = 0;
    for (let i = 0; i < count; i++) variance += (cloud[i * axes + k]! - mean) ** 2 / count;
    out[k] = mean;
    out[axes + k] = variance;
  }
}
