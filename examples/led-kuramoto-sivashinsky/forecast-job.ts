import { multiscale } from "@hml/integrators";
import { kuramotoSivashinsky } from "@hml/systems";
import { judge, type Judgement, type Movies, movie } from "./judge.ts";
import { modelFrom } from "./learn.ts";
import { PAPER } from "./study.ts";

const { points } = PAPER;

/** Forecasts from the first frames of the truth, as they cross to a thread. */
export interface ForecastJob {
  readonly coder: Uint8Array;
  readonly law: Uint8Array;
  /** Time of a latent step. */
  readonly step: number;
  /** Times T_m and T_mu of macro phases and micro bursts; none for Latent. */
  readonly phases: { readonly macro: number; readonly micro: number } | undefined;
  /** Step of the micro solver. */
  readonly dt: number;
  readonly truth: Movies;
  /** Standard deviation of the truth. */
  readonly deviation: number;
}

/** What came out: the judgement, and the first of the movies. */
export interface ForecastResult {
  readonly judgement: Judgement;
  readonly shown: readonly Float32Array[];
}

/** Movies that come back for figures. */
export const SHOWN = 2;

/** Forecasts all initial conditions side by side, and judges them. */
export default function forecastJob(job: ForecastJob): ForecastResult {
  const forecast = forecastOf(job);
  return {
    judgement: judge(forecast, job.truth, job.deviation),
    shown: Array.from({ length: SHOWN }, (_, m) => movie(forecast, m).slice()),
  };
}

/** Movies of a multiscale run of all members at once, frames as in the truth. */
export function forecastOf({ coder, law, step, phases, dt, truth }: ForecastJob): Movies {
  const { members, frames, spacing } = truth;
  const horizon = (frames - 1) * spacing;
  const schedule =
    phases === undefined
      ? { warmUp: 0, macro: Math.round(horizon / step), micro: 0 }
      : { warmUp: 0, macro: Math.round(phases.macro / step), micro: Math.round(phases.micro / step) };
  const u = new Float32Array(truth.u.length);
  let frame = 0;
  const flow = multiscale(kuramotoSivashinsky({ dt, members }), modelFrom(coder, law, step, members), schedule, {
    stateEvery: Math.round(spacing / step),
    onState(_t, state) {
      for (let m = 0; m < members; m++) {
        u.set(state.subarray(m * points, (m + 1) * points), (m * frames + frame) * points);
      }
      frame++;
    },
  });
  const state = new Float64Array(members * points);
  for (let m = 0; m < members; m++) state.set(movie(truth, m).subarray(0, points), m * points);
  flow.advance(state, 0, horizon);
  return { u, members, frames, spacing };
}
