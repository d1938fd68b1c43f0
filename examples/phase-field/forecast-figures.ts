import { type Axis, figure, type Figure, type Panel, type Series } from "../lib/figure.ts";
import { FORECASTS, type ForecastRow, type Results } from "./compute.ts";
import { fieldPanel, symmetric } from "./figures.ts";
import { mlpName } from "./results.ts";
import { MODEL_NAMES, MODELS, type ModelName } from "./study.ts";
import { NETS } from "./train-nets.ts";

/** Figures of the forecasts from t = 2 to 6. */
export function forecastFigures(results: Results): Record<string, Figure> {
  return {
    "forecast-fields": fieldFigure(results),
    "forecast-errors": errorFigure(results),
    "forecast-physics": physicsFigure(results),
    "structure-factors": structureFigure(results),
  };
}

/** Forecasts of a model from the first start. */
function ofModel({ forecasts }: Results, model: ModelName): ForecastRow[] {
  return forecasts.filter((row) => row.model === model && row.start === 0);
}

function named(rows: readonly ForecastRow[], name: string): ForecastRow {
  return rows.find((row) => row.name === name)!;
}

/** Truth and errors at t = 6. */
function fieldFigure(results: Results): Figure {
  return figure({
    title: "Forecasts of an unseen run: the field at t = 6, and errors",
    caption:
      "From the true state at t = 2 on. Each error has its own scale; the number is its relative L2 size. " +
      "All laws are integrated by the same scheme of fourth order.",
    columns: 5,
    panelWidth: 270,
    panelHeight: 182,
    panels: MODEL_NAMES.flatMap((model) => {
      const rows = ofModel(results, model);
      const { truth } = rows[0]!.forecast;
      const names = [mlpName(model), NETS.cnn, NETS.structured, FORECASTS.discovered];
      return [
        fieldPanel(`${MODELS[model].title}, t = 6`, truth, "u", symmetric(truth)),
        ...names.map((name) => {
          const { last, error } = named(rows, name).forecast;
          const difference = last.map((value, i) => value - truth[i]!);
          const short = name === FORECASTS.discovered ? "equation found" : name;
          return fieldPanel(`${short}: ${error.at(-1)!.toExponential(1)}`, difference, "error", symmetric(difference));
        }),
      ];
    }),
  });
}

/** Errors in time, all laws. */
function errorFigure(results: Results): Figure {
  return figure({
    title: "Forecasts of an unseen run: distance from the model",
    caption:
      "Relative L2 distance from the model integrated accurately. Persistence keeps the state of t = 2. The dashed line is the model itself with the " +
      "paper's first-order steps: for Allen-Cahn the scheme that made the paper's data is further off than what is learned.",
    columns: 3,
    panelWidth: 380,
    share: "y",
    panels: MODEL_NAMES.map(
      (model): Panel => ({
        kind: "lines",
        title: MODELS[model].title,
        x: { label: "t" },
        y: { label: "relative L2 error", type: "log" },
        series: ofModel(results, model).map(({ name, forecast: { t, error } }): Series => {
          const later = t.map((value, n) => (n === 0 ? Number.NaN : value));
          const style = name === FORECASTS.paper ? "dashed" : name === FORECASTS.persistence ? "dotted" : "line";
          return { name, x: t, y: error.map((value, n) => (Number.isFinite(later[n]) ? value : Number.NaN)), style };
        }),
      }),
    ),
  });
}

/** Energy, mean and length of domains in time. */
function physicsFigure(results: Results): Figure {
  const lines = (
    model: ModelName,
    title: string,
    y: Axis,
    of: (row: ForecastRow) => Float64Array,
    truth?: (row: ForecastRow) => Float64Array,
  ): Panel => {
    const rows = ofModel(results, model).filter(({ name }) => name !== FORECASTS.persistence);
    const first = rows[0]!;
    return {
      kind: "lines",
      title: `${MODELS[model].title}: ${title}`,
      x: { label: "t" },
      y,
      series: [
        ...rows.map((row): Series => ({ name: row.name, x: row.forecast.t, y: of(row) })),
        ...(truth === undefined
          ? []
          : [{ name: "truth", x: first.forecast.t, y: truth(first), style: "dotted", color: "black" } as const]),
      ],
    };
  };
  return figure({
    title: "Forecasts of an unseen run: energy, mean, and length of domains",
    caption:
      "Energy by the true free energy. The mean of Allen-Cahn is not conserved. A net that is no conservation law lets the mean of " +
      "Cahn-Hilliard and of the crystal drift; gradient-flow nets and the equations found keep it to rounding (where a curve is missing, exactly).",
    columns: 3,
    panelWidth: 380,
    panels: [
      ...MODEL_NAMES.map((model) =>
        lines(
          model,
          "free energy",
          { label: "free energy" },
          ({ forecast }) => forecast.energy,
          ({ forecast }) => forecast.trueEnergy,
        ),
      ),
      ...MODEL_NAMES.map((model) =>
        lines(model, "drift of the mean", { label: "|drift|", type: "log", domain: [1e-19, 1] }, ({ forecast }) =>
          forecast.drift.map(Math.abs),
        ),
      ),
      ...MODEL_NAMES.map((model) =>
        lines(
          model,
          "length",
          { label: "2π / ⟨k⟩" },
          ({ forecast }) => forecast.length,
          ({ forecast }) => forecast.trueLength,
        ),
      ),
    ],
  });
}

/** Structure factors at t = 6. */
function structureFigure(results: Results): Figure {
  return figure({
    title: "Structure factors at t = 6",
    caption: "Radial mean of |u_k|²; dotted the truth.",
    columns: 3,
    panelWidth: 380,
    panels: MODEL_NAMES.map((model): Panel => {
      const rows = ofModel(results, model).filter(({ name }) => name !== FORECASTS.paper);
      const { wavenumbers, trueStructure } = rows[0]!.forecast;
      const shells = wavenumbers.filter((k) => k > 0 && k < Math.PI).length + 1;
      const inside = (values: Float64Array): Float64Array => values.subarray(1, shells);
      return {
        kind: "lines",
        title: MODELS[model].title,
        x: { label: "k" },
        y: { label: "S(k)", type: "log", domain: [1e-10, 1e3] },
        series: [
          ...rows.map(
            ({ name, forecast }): Series => ({ name, x: inside(wavenumbers), y: inside(forecast.structure) }),
          ),
          { name: "truth", x: inside(wavenumbers), y: inside(trueStructure), style: "dotted", color: "black" },
        ],
      };
    }),
  });
}
