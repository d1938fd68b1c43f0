import type { Metrics } from "../lib/metrics.ts";
import type { Cell, Table } from "../lib/table.ts";
import { type DiscoveryRow, FORECASTS, type ForecastRow, type Results } from "./compute.ts";
import { MODEL_NAMES, MODELS, type ModelName, PAPER } from "./study.ts";
import { type NetKind, type NetRow, NETS } from "./train-nets.ts";

const largest = (values: readonly number[]): number => values.reduce((most, value) => (value > most ? value : most));

/** Keeps the numbers of the study. */
export function keepMetrics(metrics: Metrics, results: Results): void {
  const { references, runs, discoveries, nets, sweep, forecasts } = results;
  if (references !== undefined) {
    metrics.set("reference_max_error", references.error);
    metrics.set("reference_files", references.files);
  }
  metrics.set("energy_max_increase", largest(runs.map(({ largestRise }) => largestRise)));
  const conserved = runs.filter(({ model }) => MODELS[model].equation.mobility === "conserved");
  metrics.set("mass_drift_per_step", largest(conserved.map(({ driftPerStep }) => driftPerStep)));
  for (const noise of noiseLevels(discoveries)) {
    const rows = exactData(discoveries).filter(({ job }) => job.noise === noise);
    const name = `${Math.round(100 * noise)}pct`;
    metrics.set(`weak_exact_${name}`, rows.filter(({ found }) => found.exact).length / rows.length);
    metrics.set(`weak_coefficient_error_${name}`, largest(rows.map(({ found }) => found.error)));
    for (const model of MODEL_NAMES) {
      const errors = rows.filter(({ job }) => job.model === model).map(({ found }) => found.error);
      metrics.set(`weak_coefficient_error_${name}_${model}`, largest(errors));
    }
    metrics.set(
      `weak_interval_coverage_${name}`,
      rows.reduce((sum, { found }) => sum + found.covered, 0) / rows.length,
    );
  }
  metrics.set("weak_seconds", median(discoveries.map(({ found }) => found.seconds)));
  metrics.set("scheme_aware_ac_error", largest(firstOrder(discoveries, true).map(({ found }) => found.error)));
  metrics.set("plain_first_order_ac_error", largest(firstOrder(discoveries, false).map(({ found }) => found.error)));
  for (const model of MODEL_NAMES) {
    const row = (kind: NetKind): NetRow | undefined => nets.find((net) => net.model === model && net.kind === kind);
    const slope = row("slope")!;
    metrics.set(`mlp_r2_${model}`, (row("potential") ?? slope).unseen.pooled);
    metrics.set(`mlp_slope_r2_${model}`, slope.unseen.pooled);
    const cnn = row("cnn")!;
    metrics.set(`cnn_r2_${model}`, cnn.leaky!);
    metrics.set(`cnn_unseen_r2_${model}`, cnn.unseen.pooled);
    metrics.set(`cnn_seconds_${model}`, cnn.seconds);
    metrics.set(`cnn_lstm_r2_${model}`, row("cnnLstm")!.unseen.pooled);
    metrics.set(`structured_r2_${model}`, row("structured")!.unseen.pooled);
  }
  metrics.set("cnn_parameters", nets.find(({ kind }) => kind === "cnn")!.parameters);
  metrics.set("cnn_steps", nets.find(({ kind }) => kind === "cnn")!.steps);
  const structured = nets.filter(({ kind }) => kind === "structured").map(({ unseen }) => unseen.pooled);
  metrics.set("structured_r2_min", Math.min(...structured));
  metrics.set("sweep_best_r2", largest(sweep.map(({ r2 }) => r2)));
  metrics.set("rollout_discovered_t6", largest(ends(forecasts, FORECASTS.discovered)));
  metrics.set("rollout_structured_t6", largest(ends(forecasts, NETS.structured)));
  const drifts = forecasts
    .filter(({ name, model }) => name === NETS.structured && MODELS[model].equation.mobility === "conserved")
    .flatMap(({ forecast }) => [...forecast.drift].map(Math.abs));
  metrics.set("structured_mass_drift", largest(drifts));
  metrics.set("rollout_starts", 1 + largest(forecasts.map(({ start }) => start)));
  for (const model of MODEL_NAMES) {
    const own = forecasts.filter((row) => row.model === model);
    const names = { mlp: mlpName(model), cnn: NETS.cnn, cnn_lstm: NETS.cnnLstm, ...FORECASTS };
    for (const [key, name] of Object.entries(names)) {
      if (key !== "discovered") metrics.set(`rollout_${key}_t6_${model}`, ends(own, name)[0]!);
    }
  }
}

/** The MLP that forecasts of a model are shown of. */
export function mlpName(model: ModelName): string {
  return MODELS[model].equation.mobility === "conserved" ? NETS.potential : NETS.slope;
}

/** Errors at the end of the forecasts of this name; an infinite one for a forecast that did not stay finite. */
export function ends(forecasts: readonly ForecastRow[], name: string): number[] {
  return forecasts
    .filter((row) => row.name === name)
    .map(({ forecast }) => forecast.error.at(-1)!)
    .map((error) => (Number.isFinite(error) ? error : Number.POSITIVE_INFINITY));
}

/** The noise levels, in increasing order. */
export function noiseLevels(rows: readonly DiscoveryRow[]): number[] {
  return [...new Set(exactData(rows).map(({ job }) => job.noise))].toSorted((a, b) => a - b);
}

/** Discoveries from movies without an error in time. */
export function exactData(rows: readonly DiscoveryRow[]): DiscoveryRow[] {
  return rows.filter(({ job }) => job.data === "exact");
}

function firstOrder(rows: readonly DiscoveryRow[], known: boolean): DiscoveryRow[] {
  return rows.filter(({ job }) => job.data === (known ? "paper, scheme known" : "paper"));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Tables of the report and the terminal. */
export function tablesOf(
  results: Results,
): Record<"runs" | "discoveries" | "equations" | "nets" | "sweep" | "forecasts", Table> {
  const { runs, discoveries, nets, sweep, forecasts } = results;
  return {
    runs: {
      title: "The models with the paper's settings, watched at every step",
      columns: [
        { name: "model" },
        { name: "points" },
        { name: "steps" },
        { name: "largest rise of the energy", digits: 2 },
        { name: "drift of the mean per step", digits: 2 },
        { name: "energy a point at the end", digits: 6 },
        { name: "time", unit: "s", digits: 2 },
      ],
      rows: runs.map((run) => [
        MODELS[run.model].title,
        `${run.points} x ${run.points}`,
        run.steps,
        run.largestRise,
        MODELS[run.model].equation.mobility === "conserved" ? run.driftPerStep : null,
        run.energy.at(-1)!,
        run.seconds,
      ]),
    },
    discoveries: {
      title: "Weak-form regression among 12 terms lap^p(u^q)",
      columns: [
        { name: "movie" },
        { name: "noise", unit: "%" },
        { name: "exactly the true terms" },
        { name: "largest coefficient error, worst seed", digits: 2 },
        { name: "median seed", digits: 2 },
        { name: "true values in the 95 % intervals", unit: "%" },
      ],
      rows: discoveryGroups(discoveries).map(({ title, rows }) => [
        title,
        Math.round(100 * rows[0]!.job.noise),
        `${rows.filter(({ found }) => found.exact).length} of ${rows.length}`,
        largest(rows.map(({ found }) => found.error)),
        median(rows.map(({ found }) => found.error)),
        Math.round((100 * rows.reduce((sum, { found }) => sum + found.covered, 0)) / rows.length),
      ]),
    },
    equations: {
      title: "Equations found, first seed",
      columns: [{ name: "movie" }, { name: "noise", unit: "%" }, { name: "equation" }],
      rows: discoveryGroups(discoveries).map(({ title, rows }) => [
        title,
        Math.round(100 * rows[0]!.job.noise),
        rows[0]!.found.text,
      ]),
    },
    nets: {
      title: "Networks: slopes of an unseen run",
      columns: [
        { name: "model" },
        { name: "net" },
        { name: "parameters" },
        { name: "steps" },
        { name: "R², unseen run", digits: 4 },
        { name: "worst frame", digits: 3 },
        { name: "R², the paper's leaky split", digits: 4 },
        { name: "the paper's R²", digits: 3 },
        { name: "training", unit: "s", digits: 3 },
      ],
      rows: nets.map((net) => [
        MODELS[net.model].title,
        NETS[net.kind],
        net.parameters,
        net.steps,
        net.unseen.pooled,
        net.unseen.frames.reduce((least, value) => Math.min(least, value)),
        net.leaky,
        net.kind === "cnn" ? PAPER.cnnR2[net.model] : null,
        net.seconds,
      ]),
    },
    sweep: {
      title: "Hyper-parameters of the MLP of the potential, Cahn-Hilliard",
      columns: [
        { name: "hidden layers" },
        { name: "activation" },
        { name: "rate", digits: 1 },
        { name: "parameters" },
        { name: "R², unseen run", digits: 4 },
        { name: "training", unit: "s", digits: 2 },
      ],
      rows: sweep.map(({ plan, parameters, r2, seconds }) => [
        plan.layers.join(", "),
        plan.activation,
        plan.learningRate,
        parameters,
        r2,
        seconds,
      ]),
    },
    forecasts: {
      title: "Forecasts from t = 2 of unseen starts, relative L2 distance from the model, worst start",
      columns: [
        { name: "law" },
        ...MODEL_NAMES.flatMap((model) => [
          { name: `${model.toUpperCase()}, t = 4`, digits: 2 },
          { name: `${model.toUpperCase()}, t = 6`, digits: 2 },
        ]),
        { name: "starts" },
        { name: "drift of the mean, CH and PFC", digits: 1 },
        { name: "time", unit: "s", digits: 2 },
      ],
      rows: forecastRows(forecasts),
    },
  };
}

interface Group {
  readonly title: string;
  readonly rows: readonly DiscoveryRow[];
}

/** Discoveries that differ in their seed only. */
function discoveryGroups(discoveries: readonly DiscoveryRow[]): Group[] {
  const groups = new Map<string, { title: string; rows: DiscoveryRow[] }>();
  for (const row of discoveries) {
    const { model, noise, data } = row.job;
    const made = { exact: "", paper: ", first-order data", "paper, scheme known": ", first-order data, scheme known" };
    const title = MODELS[model].title + made[data];
    const group = groups.get(`${title} ${noise}`) ?? { title, rows: [] };
    group.rows.push(row);
    groups.set(`${title} ${noise}`, group);
  }
  return [...groups.values()];
}

function forecastRows(forecasts: readonly ForecastRow[]): Table["rows"] {
  const names = [...new Set(forecasts.map(({ name }) => name))];
  return names.map((name) => {
    const rows = forecasts.filter((row) => row.name === name);
    const worst = (model: ModelName, time: number): number | null => {
      const own = rows.filter((row) => row.model === model);
      if (own.length === 0) return null;
      return largest(own.map(({ forecast: { t, error } }) => error[t.findIndex((each) => each >= time - 1e-9)]!));
    };
    const conserving = rows.filter(({ model }) => MODELS[model].equation.mobility === "conserved");
    const drift = conserving.flatMap(({ forecast }) => [...forecast.drift].map(Math.abs));
    const errors = MODEL_NAMES.flatMap((model) => [worst(model, 4), worst(model, 6)]);
    const starts = 1 + largest(rows.map(({ start }) => start));
    const seconds = median(rows.map(({ forecast }) => forecast.seconds));
    return ([name] as Cell[]).concat(errors, starts, drift.length === 0 ? null : largest(drift), seconds);
  });
}
