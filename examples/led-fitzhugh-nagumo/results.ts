import { speedUp } from "@hml/integrators";
import type { Metrics } from "../lib/metrics.ts";
import type { Table } from "../lib/table.ts";
import type { Results, Variant } from "./compute.ts";
import type { Forecast } from "./forecast.ts";
import { PAPER, type Restart } from "./study.ts";

/** The mean of both fields. */
export const both = ([u, v]: readonly [number, number]): number => (u + v) / 2;

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean error of a variant over seeds, initial conditions, time and fields. */
export const errorOf = ({ forecasts }: Pick<Variant, "forecasts">): number =>
  meanOf(forecasts.map(({ mnad }) => both(mnad)));

/** The error of forecasts until a time, the mean of both fields. */
function errorUntil({ t, nad }: Forecast, end: number): number {
  const frames = t.filter((time) => time <= end).length;
  return meanOf([0, 1].map((field) => meanOf(Array.from(nad[field]!.subarray(0, frames)))));
}

/**
 * The measured speed-up of a variant with bursts, with everything that belongs to the scheme: both sides were timed in the
 * same run, so that other work of the machine weighs on both.
 */
export function speedUpOf({ forecasts }: Pick<Variant, "forecasts">): number {
  return meanOf(forecasts.map(({ report }) => speedUp(report)));
}

/** What a law costs: micro solvers over it. */
export function speedUps({ costs }: Results): {
  readonly naive: number;
  readonly against: string;
  readonly honest: readonly number[];
  readonly decoded: readonly number[];
} {
  const numpy = Number.isFinite(costs.numpy);
  return {
    naive: (numpy ? costs.numpy : costs.naive) / costs.laws[0]!.latent,
    against: numpy ? "whole-array operations of NumPy" : "plain loops in TypeScript with new arrays in each step",
    honest: costs.laws.map(({ latent }) => costs.micro / latent),
    decoded: costs.laws.map(({ decoded }) => costs.micro / decoded),
  };
}

/** The variant with rho = 1, or with the shortest macro phases there are. */
function firstVariant({ variants, plan }: Results, restart: Restart): Variant {
  return variants.find((variant) => variant.macro === plan.macro[0] && variant.restart === restart)!;
}

/** All numbers of the study. */
export function keepMetrics(metrics: Metrics, results: Results): void {
  const { laws, latent, variants, costs, adaptive, fixed, plan } = results;
  metrics.set("data", results.data.origin === "authors" ? "the authors' initial conditions" : "own initial conditions");
  if (Number.isFinite(results.latticeError)) metrics.set("lb_reference_error", results.latticeError);
  metrics.set("lb_mass_drift", results.massDrift[0]);
  metrics.set("lb_mass_drift_led_walls", results.massDrift[1]);
  metrics.set("coding_error", results.coding.find(({ latentSize }) => latentSize === plan.coder.latentSize)!.linear);
  metrics.set("latent_mnad_451", meanOf(latent.forecasts.map((run) => errorUntil(run, PAPER.horizons[0]))));
  metrics.set("latent_mnad_451_from_start", meanOf(results.short.map(({ mnad }) => both(mnad))));
  metrics.set("latent_mnad_8000", errorOf(latent));
  metrics.set(
    "latent_mnad_8000_activator",
    latent.forecasts.map(({ mnad }) => mnad[0]),
  );
  metrics.set(
    "latent_mnad_8000_inhibitor",
    latent.forecasts.map(({ mnad }) => mnad[1]),
  );
  metrics.set("latent_mnad_8000_worst", Math.max(...latent.forecasts.flatMap(({ each }) => Array.from(each))));
  metrics.set("latent_mnad_8000_short_validation", errorOf({ forecasts: results.shortValidation }));
  const rho1 = firstVariant(results, "first-order");
  metrics.set("rho1_mnad_8000", errorOf(rho1));
  metrics.set(
    "rho1_mnad_8000_seeds",
    rho1.forecasts.map(({ mnad }) => both(mnad)),
  );
  metrics.set("rho1_equal_weights_mnad_8000", errorOf(firstVariant(results, "equal-weights")));
  metrics.set("rho1_paper_restart_mnad_8000", errorOf(firstVariant(results, "paper")));
  for (const { macro, restart, forecasts } of variants) {
    metrics.set(`mnad_tm${macro}_${restart.replace("-", "_")}`, errorOf({ forecasts }));
  }
  const speed = speedUps(results);
  metrics.set("speedup_naive", speed.naive);
  metrics.set("speedup_naive_against", speed.against);
  metrics.set("speedup_naive_typescript", costs.naive / costs.laws[0]!.latent);
  metrics.set("speedup_honest", speed.honest[0]!);
  metrics.set("speedup_honest_decoded", speed.decoded[0]!);
  metrics.set("speedup_rho1", speedUpOf(rho1));
  metrics.set("micro_us", costs.micro);
  metrics.set("latent_us", costs.laws[0]!.latent);
  for (const [k, { name }] of results.recurrent.entries()) {
    const key = name.toLowerCase().replace(" ", "_");
    const { short, long } = results.recurrentForecasts[k]!;
    metrics.set(`${key}_mnad_451`, both(short.mnad));
    metrics.set(`${key}_mnad_8000`, both(long.mnad));
    metrics.set(`${key}_speedup_honest`, speed.honest[k + 1]!);
    metrics.set(`${key}_train_seconds`, results.recurrent[k]!.seconds);
  }
  metrics.set("initial_conditions", plan.initialConditions);
  metrics.set("seeds", plan.seeds);
  metrics.set("train_seconds", meanOf(laws.map(({ seconds }) => seconds)));
  metrics.set("adaptive_mnad", meanOf(adaptive.map(({ mnad }) => both(mnad))));
  metrics.set("adaptive_mnad_worst", Math.max(...adaptive.flatMap(({ mnad }) => mnad)));
  metrics.set("fixed_mnad", meanOf(fixed.map(({ mnad }) => both(mnad))));
  metrics.set("adaptive_utilisation", meanOf(adaptive.map(({ utilisation }) => utilisation)));
  metrics.set("adaptive_train_seconds", meanOf(adaptive.map(({ trainSeconds }) => trainSeconds)));
  metrics.set("adaptive_speedup", meanOf(adaptive.map(({ report }) => speedUp(report))));
}

/** The tables of the report. */
export function tablesOf(results: Results): Record<"coding" | "laws" | "variants" | "costs" | "adaptive", Table> {
  const { plan, latent, variants, costs, adaptive, fixed } = results;
  const speed = speedUps(results);
  const restarts: Record<Restart, string> = {
    "first-order": "first-order populations",
    "equal-weights": "equal weights, the rest as above",
    paper: "equal weights of the plain decoder (the paper's way)",
  };
  const lawRow = (k: number, near: number, long: number, seconds: number): Table["rows"][number] => [
    costs.laws[k]!.name,
    k === 0 ? results.laws[0]!.step : results.recurrent[k - 1]!.step,
    near,
    long,
    speed.honest[k],
    speed.decoded[k],
    seconds,
  ];
  return {
    coding: {
      title: "Squared error of coders on the test run, in variances of the fields",
      columns: [
        { name: "latent size" },
        { name: "principal components" },
        { name: "paper's autoencoder" },
        { name: "linear encoder, consistent decoder" },
      ],
      rows: results.coding.map(({ latentSize, pca, paper, linear }) => [latentSize, pca, paper, linear]),
    },
    laws: {
      title: "Laws alone, after 75 of warm-up: mean error (MNAD) and what they save",
      columns: [
        { name: "law" },
        { name: "step" },
        { name: `until ${PAPER.horizons[0]}`, digits: 2 },
        { name: `until ${plan.horizon}`, digits: 2 },
        { name: "S honest" },
        { name: "S honest, every state decoded" },
        { name: "training", unit: "s", digits: 2 },
      ],
      rows: [
        lawRow(
          0,
          meanOf(results.short.map(({ mnad }) => both(mnad))),
          errorOf(latent),
          meanOf(results.laws.map(({ seconds }) => seconds)),
        ),
        ...results.recurrent.map(({ seconds }, k) => {
          const { short, long } = results.recurrentForecasts[k]!;
          return lawRow(k + 1, both(short.mnad), both(long.mnad), seconds);
        }),
      ],
    },
    variants: {
      title: `Forecasts until ${plan.horizon}, ${plan.initialConditions} initial conditions, ${plan.seeds} trainings`,
      columns: [
        { name: "T_m" },
        { name: "rho" },
        { name: "restart" },
        { name: "activator", digits: 2 },
        { name: "inhibitor", digits: 2 },
        { name: "worst seed", digits: 2 },
        { name: "S honest" },
      ],
      rows: [...variants, latent].map((variant) => {
        const errors = variant.forecasts.map(({ mnad }) => mnad);
        const alone = variant.macro === 0;
        return [
          alone ? "Latent" : String(variant.macro),
          alone ? "∞" : String(variant.macro / PAPER.micro),
          alone ? "none" : restarts[variant.restart],
          meanOf(errors.map(([u]) => u)),
          meanOf(errors.map(([, v]) => v)),
          Math.max(...errors.map(both)),
          alone ? speed.honest[0] : speedUpOf(variant),
        ];
      }),
    },
    costs: {
      title: "A unit of time",
      columns: [{ name: "what" }, { name: "cost", unit: "us" }],
      rows: [
        ["our lattice", costs.micro],
        ["plain loops in TypeScript, new arrays in each step", costs.naive],
        ["whole-array operations of NumPy", Number.isFinite(costs.numpy) ? costs.numpy : undefined],
        ...costs.laws.flatMap(({ name, latent: step, decoded }) => [
          [name, step],
          [`${name}, every state decoded`, decoded],
        ]),
      ],
    },
    adaptive: {
      title: "epsilon changes from 0.006 to 0.01 in mid-run",
      columns: [
        { name: "schedule" },
        { name: "mean error", digits: 2 },
        { name: "worst run", digits: 2 },
        { name: "share of time left to the law", digits: 2 },
        { name: "S honest", digits: 2 },
        { name: "new laws", digits: 2 },
      ],
      rows: [
        { name: "adaptive", runs: adaptive },
        { name: "fixed, rho = 1", runs: fixed },
      ].map(({ name, runs }) => [
        name,
        meanOf(runs.map(({ mnad }) => both(mnad))),
        Math.max(...runs.map(({ mnad }) => both(mnad))),
        meanOf(runs.map(({ utilisation }) => utilisation)),
        meanOf(runs.map(({ report }) => speedUp(report))),
        meanOf(runs.map(({ retrained }) => retrained.length)),
      ]),
    },
  };
}
