import { forecast, type Forecast, type ForecastPlan } from "./forecast.ts";
import { loadLaws } from "./law.ts";

/** One variant, as it crosses to a thread. */
export interface ForecastJob {
  readonly coder: Uint8Array;
  readonly propagator: Uint8Array;
  readonly step: number;
  readonly plan: ForecastPlan;
}

/** Forecasts by one law in one variant. */
export default function forecastJob({ coder, propagator, step, plan }: ForecastJob): Forecast {
  const { law, plain } = loadLaws(coder, propagator, step);
  return forecast(law, plan, plain);
}
