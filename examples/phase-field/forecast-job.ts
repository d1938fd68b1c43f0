import { etdrk4, timeStepper } from "@hml/integrators";
import { relativeL2, structureFactor } from "@hml/metrics";
import { solver, startOf } from "./data.ts";
import { type Law, problemOf } from "./laws.ts";
import { MODELS, type ModelName, PAPER } from "./study.ts";

/** A forecast from t = 2 to 6, as it crosses to a thread. */
export interface ForecastJob {
  readonly model: ModelName;
  readonly points: number;
  /** Seed of the unseen start, at t = 0; until t = 2 the model itself runs. */
  readonly seed: number;
  /** A law, the paper's own scheme and step, or none: the state stays as it was. */
  readonly law: Law | "paper's scheme" | "persistence";
  /** Steps of the law; those of the model itself are accurate to 1e-5 or so. */
  readonly dt: number;
  /** Time between two judgements. */
  readonly frame: number;
}

/** What a forecast is judged by, in time. */
export interface Forecast {
  readonly t: Float64Array;
  /** Relative L2 distance from the truth. */
  readonly error: Float64Array;
  /** The model's free energy of the forecast and of the truth. */
  readonly energy: Float64Array;
  readonly trueEnergy: Float64Array;
  /** Change of the mean since t = 2. */
  readonly drift: Float64Array;
  /** Length 2 pi / <k> by the structure factor, of the forecast and of the truth. */
  readonly length: Float64Array;
  readonly trueLength: Float64Array;
  /** Last state and truth, and their structure factors by wavenumber. */
  readonly last: Float64Array;
  readonly truth: Float64Array;
  readonly wavenumbers: Float64Array;
  readonly structure: Float64Array;
  readonly trueStructure: Float64Array;
  /** Seconds that the law took. */
  readonly seconds: number;
}

/** Runs a law beside the model, both from the same unseen state. */
export function forecast({ model, points, seed, law, dt, frame }: ForecastJob): Forecast {
  const [from, to] = PAPER.forecast;
  const exact = solver(model, points, "exact");
  const truth = startOf(model, points, seed);
  exact.advance(truth, 0, from);
  const state = truth.slice();
  const advance = advancing(law, model, points, dt);
  const mean = exact.mass(state) / exact.size;
  const shape = { shape: [points, points], extent: [points, points] };
  const rows: Array<readonly number[]> = [];
  let seconds = 0;
  const steps = Math.round((to - from) / frame);
  for (let n = 0; n <= steps; n++) {
    if (n > 0) {
      const [t0, t1] = [from + (n - 1) * frame, from + n * frame];
      exact.advance(truth, t0, t1);
      const began = performance.now();
      advance(state, t0, t1);
      seconds += (performance.now() - began) / 1000;
    }
    const alive = state.every(Number.isFinite);
    rows.push([
      from + n * frame,
      relativeL2(state, truth),
      alive ? exact.energy(state) : Number.NaN,
      exact.energy(truth),
      exact.mass(state) / exact.size - mean,
      alive ? structureFactor(state, shape).length : Number.NaN,
      structureFactor(truth, shape).length,
    ]);
  }
  const column = (k: number): Float64Array => Float64Array.from(rows, (row) => row[k]!);
  const reference = structureFactor(truth, shape);
  const alive = state.every(Number.isFinite);
  return {
    t: column(0),
    error: column(1),
    energy: column(2),
    trueEnergy: column(3),
    drift: column(4),
    length: column(5),
    trueLength: column(6),
    last: state,
    truth,
    wavenumbers: reference.wavenumbers,
    structure: alive ? structureFactor(state, shape).values : reference.values.map(() => Number.NaN),
    trueStructure: reference.values,
    seconds,
  };
}

/** A law as a flow, of fourth order in time; a state that is not finite stays as it is. */
function advancing(
  law: ForecastJob["law"],
  model: ModelName,
  points: number,
  dt: number,
): (u: Float64Array, t0: number, t1: number) => void {
  if (law === "persistence") return () => {};
  if (law === "paper's scheme") return solver(model, points, "paper").advance;
  const problem = problemOf(law, model, points);
  const flow = timeStepper(etdrk4(problem), dt);
  const state = new Float64Array(problem.size);
  return (u, t0, t1) => {
    if (!u.every(Number.isFinite)) return;
    problem.transform(u, state);
    flow.advance(state, t0, t1);
    problem.field(state, u);
  };
}

/** Steps for the forecasts of a law: as small as the exact model's, or what a net that is no differential operator needs. */
export function stepOf(law: Law, model: ModelName): number {
  return law.kind === "field" ? 0.1 : MODELS[model].exactDt;
}
