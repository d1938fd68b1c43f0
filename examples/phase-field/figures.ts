import { figure, type Figure, type Panel } from "../lib/figure.ts";
import type { Results } from "./compute.ts";
import { forecastFigures } from "./forecast-figures.ts";
import { exactData, mlpName, noiseLevels } from "./results.ts";
import { MODEL_NAMES, MODELS, type ModelName } from "./study.ts";
import { type NetRow, NETS } from "./train-nets.ts";

/** All figures by the names of their files. */
export function figuresOf(results: Results): Record<string, Figure> {
  return {
    "figure-1-fields": fieldFigure(results),
    "figure-3-energy": energyFigure(results),
    discovery: discoveryFigure(results),
    slopes: slopeFigure(results),
    "slopes-in-time": slopesInTime(results),
    "hyper-parameters": sweepFigure(results),
    ...forecastFigures(results),
  };
}

/** A field as a panel. */
export function fieldPanel(
  title: string,
  values: Float64Array,
  label: string,
  domain: readonly [number, number],
): Panel {
  const points = Math.round(Math.sqrt(values.length));
  return {
    kind: "heat",
    title,
    x: { label: "x", domain: [0, points] },
    y: { label: "y", domain: [0, points] },
    color: { label, scheme: "rdbu", domain },
    values,
    columns: points,
  };
}

/** Ends of a colour scale around zero that hold all values. */
export function symmetric(...fields: readonly Float64Array[]): readonly [number, number] {
  let most = 1e-12;
  for (const field of fields)
    for (const value of field) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  return [-most, most];
}

/** The three models from random starts. */
function fieldFigure({ runs }: Results): Figure {
  return figure({
    title: "The three models from random starts, with the paper's settings",
    caption:
      "Walls of Allen-Cahn move by their curvature and domains vanish; those of Cahn-Hilliard exchange mass, which stays; the " +
      "crystal grows a lattice of one wavenumber. Every model has its own scale.",
    columns: 4,
    panelWidth: 300,
    panelHeight: 212,
    panels: runs.flatMap(({ model, shown }) =>
      shown.map(({ t, u }) =>
        fieldPanel(`${MODELS[model].title}, t = ${Number(t.toFixed(2))}`, u, "u", symmetric(shown.at(-1)!.u)),
      ),
    ),
  });
}

/** Free energy and mean in time. */
function energyFigure({ runs }: Results): Figure {
  return figure({
    title: "Free energy and mean of the same runs",
    caption:
      "The energy falls at every step; the first steps, in which the noise of the start decays, are left out. The mean of the conserved " +
      "models stays to rounding, that of Allen-Cahn has no reason to.",
    columns: 2,
    panels: [
      ...runs.map(({ model, t, energy }): Panel => {
        const from = t.findIndex((value) => value >= MODELS[model].burnIn);
        return {
          kind: "lines",
          title: `${MODELS[model].title}, from t = ${MODELS[model].burnIn} on`,
          x: { label: "t" },
          y: { label: "free energy a point" },
          series: [{ name: MODELS[model].title, x: t.subarray(from), y: energy.subarray(from) }],
        };
      }),
      {
        kind: "lines",
        title: "change of the mean",
        x: { label: "t / end" },
        y: { label: "|change of the mean|", type: "log", domain: [1e-20, 1] },
        series: runs.map(({ model, t, mean }) => ({
          name: MODELS[model].title,
          x: t.map((value) => value / t.at(-1)!),
          y: mean.map((value) => Math.abs(value - mean[0]!)),
        })),
      },
    ],
  });
}

/** Coefficient errors of all discoveries, by noise. */
function discoveryFigure({ discoveries }: Results): Figure {
  const levels = noiseLevels(discoveries);
  const bounds = new Map([
    [0, 1e-3],
    [0.01, 1e-2],
    [0.05, 3e-2],
  ]);
  return figure({
    title: "Largest relative error of a coefficient, weak form among 12 terms",
    caption:
      "One point a movie. A movie in which other than the true terms were found is drawn at 1. Dashed: the bounds of the study, 0.1, 1 and 3 %.",
    columns: 3,
    panelWidth: 360,
    share: "both",
    panels: MODEL_NAMES.map((model): Panel => {
      const rows = exactData(discoveries).filter(({ job }) => job.model === model);
      return {
        kind: "lines",
        title: MODELS[model].title,
        x: { label: "noise", unit: "% of the field's deviation", domain: [-0.5, 5.5] },
        y: { label: "largest coefficient error", type: "log" },
        series: [
          {
            name: "a movie",
            x: rows.map(({ job }) => 100 * job.noise),
            y: rows.map(({ found }) => (found.exact ? found.error : 1)),
            style: "points",
          },
          {
            name: "bound",
            x: levels.map((noise) => 100 * noise),
            y: levels.map((noise) => bounds.get(noise) ?? Number.NaN),
            style: "dashed",
          },
        ],
      };
    }),
  });
}

/** The nets that figures show of a model. */
function shownNets({ nets }: Results, model: ModelName): NetRow[] {
  const names = [mlpName(model), NETS.cnn, NETS.structured];
  return names.map((name) => nets.find((net) => net.model === model && NETS[net.kind] === name)!);
}

/** Slopes of one frame of an unseen run and the errors of three nets. */
function slopeFigure(results: Results): Figure {
  return figure({
    title: "Slopes of an unseen run, and errors of three nets",
    caption: "Left the exact slope of one frame, then what nets are off by, each on its own scale; R² of this frame.",
    columns: 4,
    panelWidth: 300,
    panelHeight: 212,
    panels: MODEL_NAMES.flatMap((model) => {
      const exact = results.shown[model];
      return [
        fieldPanel(`${MODELS[model].title}: u_t`, exact, "u_t", symmetric(exact)),
        ...shownNets(results, model).map(({ kind, unseen }) => {
          const error = unseen.shown.map((value, i) => value - exact[i]!);
          const square = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);
          const r2 = 1 - square(error) / square(exact);
          return fieldPanel(`${NETS[kind]}, R² ${r2.toFixed(r2 > 0.999 ? 6 : 3)}`, error, "error", symmetric(error));
        }),
      ];
    }),
  });
}

/** What is left to explain, frame by frame. */
function slopesInTime(results: Results): Figure {
  const { runs, nets } = results;
  return figure({
    title: "What nets leave unexplained of the slopes of an unseen run",
    caption:
      "1 − R² of each frame; 1 is no better than the mean. Late frames change slowly, and their slopes are small differences of large terms. Gradient-flow nets are at the bottom.",
    columns: 3,
    panelWidth: 380,
    share: "y",
    panels: MODEL_NAMES.map((model): Panel => {
      const { burnIn } = MODELS[model];
      const end = runs.find((run) => run.model === model)!.t.at(-1)!;
      return {
        kind: "lines",
        title: MODELS[model].title,
        x: { label: "t" },
        y: { label: "1 − R²", type: "log" },
        rules: [{ y: 1 }],
        series: nets
          .filter((net) => net.model === model)
          .map(({ kind, unseen: { frames } }) => ({
            name: NETS[kind],
            x: Float64Array.from(frames, (_, n) => burnIn + (n * (end - burnIn)) / Math.max(1, frames.length - 1)),
            y: frames.map((r2) => 1 - r2),
          })),
      };
    }),
  });
}

/** The hyper-parameter study. */
function sweepFigure({ sweep }: Results): Figure {
  const groups = [...new Set(sweep.map(({ plan }) => `${plan.activation}, rate ${plan.learningRate}`))];
  return figure({
    title: "Hyper-parameters of the MLP of the potential, Cahn-Hilliard",
    caption: "Equal numbers of epochs. Each training is kept when it is done, so a study that was stopped goes on.",
    panels: [
      {
        kind: "lines",
        x: { label: "parameters", type: "log" },
        y: { label: "1 − R², unseen run", type: "log" },
        series: groups.map((name) => {
          const rows = sweep.filter(({ plan }) => `${plan.activation}, rate ${plan.learningRate}` === name);
          return {
            name,
            x: rows.map(({ parameters }) => parameters),
            y: rows.map(({ r2 }) => 1 - r2),
            style: "line+points",
          };
        }),
      },
    ],
  });
}
