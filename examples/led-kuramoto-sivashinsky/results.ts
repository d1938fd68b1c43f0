import type { Metrics } from "../lib/metrics.ts";
import type { Table } from "../lib/table.ts";
import type { LawRow, Results } from "./compute.ts";
import { PAPER } from "./study.ts";
import { type LawTiming, SOLVER_STEPS, type Timing } from "./timing.ts";

/** Speed-ups of a law: the solver's time over that of the latent steps, over the same time. */
export interface SpeedUps {
  /** Over the solver with each of `SOLVER_STEPS`. */
  readonly solvers: readonly number[];
  /** Over its first, the paper's, with a decoding after every latent step. */
  readonly decoded: number;
  /** Over NumPy, or where there is none over the authors' steps of 2.5e-4 in TypeScript. */
  readonly naive: number;
}

/** Speed-ups of one law. */
export function speedUps({ solvers, numpy }: Timing, law: LawTiming): SpeedUps {
  const time = law.latent / law.step;
  const [tenSteps] = solvers;
  return {
    solvers: solvers.map((solver) => solver / time),
    decoded: tenSteps! / (time + law.decode / law.step),
    naive: (numpy ?? (tenSteps! * PAPER.dt) / AUTHORS_DT) / time,
  };
}

/** The step in the authors' code; the paper says 0.025. */
const AUTHORS_DT = 2.5e-4;

/** Mean of the exponents over the runs, and the standard error of the first. */
export function meanExponents({ lyapunov }: Results): { readonly exponents: Float64Array; readonly error: number } {
  const runs = lyapunov.length;
  const exponents = lyapunov[0]!.exponents.map((_, i) =>
    lyapunov.reduce((sum, spectrum) => sum + spectrum.exponents[i]! / runs, 0),
  );
  const variance = lyapunov.reduce((sum, spectrum) => sum + (spectrum.exponents[0]! - exponents[0]!) ** 2, 0);
  return { exponents, error: Math.sqrt(variance / (runs * (runs - 1))) };
}

/** The middle of some numbers. */
export function median(values: Float64Array): number {
  return values.toSorted()[values.length >> 1]!;
}

/** Keeps all numbers of the study. */
export function keepMetrics(metrics: Metrics, results: Results): void {
  const { exponents, error } = meanExponents(results);
  const { energy, pcaErrors, coder, laws, timing } = results;
  const [lambda] = exponents;
  const main = laws[0]!;
  const { judgement } = main.forecast;
  const eight = PAPER.latentSize;
  metrics.set("lyapunov_1", lambda!);
  metrics.set("lyapunov_1_standard_error", error);
  metrics.set("lyapunov_exponents", Array.from(exponents));
  metrics.set(
    "kaplan_yorke",
    results.lyapunov.reduce((sum, { kaplanYorke }) => sum + kaplanYorke, 0) / results.lyapunov.length,
  );
  metrics.set("pca8_variance", energy.variance[eight - 1]!);
  metrics.set("pca8_squared_eigenvalue", energy.squaredEigenvalue[eight - 1]!);
  metrics.set("ae_mse", coder.error);
  metrics.set("pca8_mse", pcaErrors[eight]!);
  metrics.set("pca8_over_ae", pcaErrors[eight]! / coder.error);
  const { bySamples } = results;
  metrics.set(
    "ae_samples",
    bySamples.map(({ spread }) => spread.plan.samples),
  );
  metrics.set(
    "ae_mse_by_samples",
    bySamples.map(({ spread }) => spread.error),
  );
  metrics.set(
    "ae_mse_by_samples_of_one_run",
    bySamples.map(({ oneRun }) => oneRun.error),
  );
  metrics.set("coarse_step", main.plan.step);
  metrics.set("initial_conditions", results.truth.members);
  metrics.set("nad_below_0p1_lyapunov_times", judgement.below * lambda!);
  metrics.set("nad_below_0p1_time", judgement.below);
  metrics.set("valid_time_median_lyapunov_times", median(judgement.validTimes) * lambda!);
  metrics.set("mnad", judgement.mnad);
  metrics.set("wasserstein_state", judgement.wasserstein);
  metrics.set("wasserstein_state_by_run", judgement.wassersteinByRun);
  metrics.set("wasserstein_floor", results.floor);
  metrics.set("uxuxx_l1", judgement.joint);
  metrics.set("spectrum_max_db", judgement.spatialDb);
  metrics.set("temporal_spectrum_max_db", judgement.temporalDb);
  metrics.set("trapped_fraction", judgement.trapped);
  metrics.set("trapped_fraction_last_window", judgement.trappedAtEnd);
  metrics.set("least_activity", judgement.climate.activity[0]!);
  metrics.set("least_activity_truth", results.climate.activity[0]!);
  metrics.set("finite_fraction", judgement.finite);
  const own = speedUps(timing, timing.laws[0]!);
  metrics.set("speedup_naive", own.naive);
  metrics.set(
    "naive_solver",
    timing.numpy === undefined ? "TypeScript, 1000 steps of 2.5e-4" : "NumPy, 10 steps of 0.025",
  );
  metrics.set("speedup_honest_10step", own.solvers[0]!);
  metrics.set("speedup_honest_10step_decoded", own.decoded);
  metrics.set("speedup_honest_1step", own.solvers[1]!);
  for (const [k, { dt, forecast }] of results.solvers.entries()) {
    metrics.set(`speedup_honest_dt${dt}`, own.solvers[k + 2]!);
    metrics.set(`solver_dt${dt}_nad_lyapunov_times`, forecast.judgement.below * lambda!);
    metrics.set(`solver_dt${dt}_wasserstein_state`, forecast.judgement.wasserstein);
  }
  const all = timing.laws.map((law) => speedUps(timing, law));
  const best = all.reduce((top, each, k) => (each.solvers[0]! > all[top]!.solvers[0]! ? k : top), 0);
  const fastest = laws[best]!;
  metrics.set("best_honest_10step", all[best]!.solvers[0]!);
  metrics.set("best_honest_1step", all[best]!.solvers[1]!);
  metrics.set("best_honest_coarse_step", fastest.plan.step);
  metrics.set("best_honest_nad_lyapunov_times", fastest.forecast.judgement.below * lambda!);
  metrics.set("best_honest_trapped_fraction", fastest.forecast.judgement.trapped);
  metrics.set("best_honest_wasserstein_state", fastest.forecast.judgement.wasserstein);
  metrics.set("train_seconds", coder.seconds + main.seconds);
  const others = [...laws.slice(1), ...results.bySize, ...bySamples.flatMap(({ spread, oneRun }) => [spread, oneRun])];
  metrics.set(
    "train_seconds_all",
    others.reduce((sum, { seconds }) => sum + seconds, coder.seconds + main.seconds),
  );
}

/** Tables for the terminal and the report. */
export function tablesOf(results: Results): Record<"attractor" | "coders" | "laws" | "multiscale" | "costs", Table> {
  const { exponents, error } = meanExponents(results);
  const { energy, pcaErrors, coder, bySize, bySamples, laws, multiscale, timing } = results;
  const [lambda] = exponents;
  const judged = ({ judgement }: LawRow["forecast"]): number[] => [
    judgement.below * lambda!,
    median(judgement.validTimes) * lambda!,
    judgement.wasserstein,
    judgement.joint,
    judgement.spatialDb,
    judgement.temporalDb,
    100 * judgement.trapped,
    100 * judgement.finite,
  ];
  const law = (name: string, seconds: number | null, forecast: LawRow["forecast"]) => [
    name,
    seconds,
    ...judged(forecast),
  ];
  const bursts = (name: string | number, rho: number | null, forecast: LawRow["forecast"], gain: number) => [
    name,
    rho,
    forecast.judgement.mnad,
    ...judged(forecast),
    gain,
  ];
  const quality = [
    { name: "NAD < 0.1", unit: "Lyapunov times" },
    { name: "median valid time", unit: "Lyapunov times" },
    { name: "WD of states", digits: 2 },
    { name: "L1 of u_x, u_xx", digits: 2 },
    { name: "spectrum", unit: "dB", digits: 2 },
    { name: "in time", unit: "dB", digits: 2 },
    { name: "trapped", unit: "%" },
    { name: "finite", unit: "%" },
  ];
  const rows = [
    ...bySize.map((row) => ({ row, from: "all" })),
    ...bySamples.flatMap(({ spread, oneRun }) => [
      { row: spread, from: "all" },
      { row: oneRun, from: "one" },
    ]),
    { row: coder, from: "all" },
  ];
  return {
    attractor: {
      title: "The attractor",
      columns: [{ name: "quantity" }, { name: "here", digits: 4 }, { name: "paper" }],
      rows: [
        ["largest Lyapunov exponent", lambda, "0.048"],
        ["its standard error", error, null],
        ["Lyapunov time", 1 / lambda!, "20.83"],
        ["variance in 8 PCA modes, %", 100 * energy.variance[7]!, null],
        ["squared eigenvalues in 8 PCA modes, %", 100 * energy.squaredEigenvalue[7]!, "99.8"],
      ],
    },
    coders: {
      title: "Autoencoders: mean squared error on states not seen, over the variance",
      columns: [
        { name: "units" },
        { name: "latent size" },
        { name: "samples" },
        { name: "of runs" },
        { name: "error", digits: 2 },
        { name: "PCA", digits: 2 },
        { name: "PCA / error", digits: 3 },
        { name: "training", unit: "s", digits: 2 },
      ],
      rows: rows.map(({ row: { plan, error: e, seconds }, from }) => {
        const linear = pcaErrors[plan.latentSize]!;
        return [plan.hidden.join(", "), plan.latentSize, plan.samples, from, e, linear, linear / e, seconds];
      }),
    },
    laws: {
      title: `Latent forecasts of ${results.truth.members} initial conditions to t = ${results.truth.frames - 1}`,
      columns: [{ name: "by" }, { name: "training", unit: "s", digits: 2 }, ...quality],
      rows: [
        ...laws.map(({ plan, seconds, forecast }) => law(`law, step ${plan.step}`, seconds, forecast)),
        ...results.solvers.map(({ dt, forecast }) => law(`solver, dt = ${dt}`, null, forecast)),
      ],
    },
    multiscale: {
      title: `Bursts of the micro solver of ${PAPER.micro} between macro phases of T_m, coarse step ${laws[0]!.plan.step}`,
      columns: [{ name: "T_m" }, { name: "rho" }, { name: "MNAD", digits: 3 }, ...quality, { name: "S honest" }],
      rows: [
        ...multiscale.map(({ macro, forecast }, k) =>
          bursts(macro, macro / PAPER.micro, forecast, timing.multiscale[k]!),
        ),
        bursts("Latent", null, laws[0]!.forecast, speedUps(timing, timing.laws[0]!).solvers[0]!),
      ],
    },
    costs: {
      title: `Cost. The solver takes ${timing.solvers
        .map((time, k) => `${time.toPrecision(3)} us (dt = ${SOLVER_STEPS[k]})`)
        .join(
          ", ",
        )} a unit of time${timing.numpy === undefined ? "" : `, NumPy's ${timing.numpy.toFixed(0)} us (dt = ${PAPER.dt})`}`,
      columns: [
        { name: "coarse step" },
        { name: "latent step", unit: "us" },
        { name: "encode", unit: "us" },
        { name: "decode", unit: "us" },
        { name: "S naive" },
        { name: "S honest, 10 steps" },
        { name: "with decoding" },
        { name: "S honest, 1 step" },
        ...SOLVER_STEPS.slice(2).map((dt) => ({ name: `dt = ${dt}` })),
      ],
      rows: timing.laws.map(costs(timing)),
    },
  };
}

/** A row of the table of costs. */
function costs(timing: Timing): (law: LawTiming) => number[] {
  return (law) => {
    const { naive, decoded, solvers } = speedUps(timing, law);
    const [tenSteps, ...longer] = solvers;
    return [law.step, law.latent, law.encode, law.decode, naive, tenSteps!, decoded, ...longer];
  };
}
