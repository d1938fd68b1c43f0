import * as Plot from "@observablehq/plot";
import { type Figure, figure, lineChart, type LegendEntry, type PlotPanel } from "../lib/figure.ts";
import { consistentCoder } from "./coder.ts";
import type { Results } from "./compute.ts";
import { forecastStates } from "./forecast.ts";
import { loadLaws, portrait } from "./law.ts";
import { both, speedUpOf, speedUps } from "./results.ts";
import { PAPER, type Restart, STATE } from "./study.ts";
import { adaptiveFigure } from "./adaptive-figure.ts";

const { points, horizons } = PAPER;

/** All figures by name, in the order of the report. */
export function figuresOf(results: Results): Record<string, Figure> {
  return {
    "figure-30-autoencoder": codingFigure(results),
    "figure-32-portrait": portraitFigure(results),
    "figure-31-forecast": contourFigure(results),
    "figure-33-nad": nadFigure(results),
    "figure-34-mnad": errorFigure(results),
    "figure-34-speed-up": speedFigure(results),
    adaptive: adaptiveFigure(results),
  };
}

function codingFigure({ coding }: Results): Figure {
  const x = coding.map(({ latentSize }) => latentSize);
  return lineChart({
    title: "What a code of a few numbers holds of 202",
    caption:
      "Mean squared error on the test run, in variances of the fields. The paper's autoencoder has three layers of 100 on both sides; " +
      "ours has none before the code, decays its weights, and its decoder returns the code that it was given.",
    x: { label: "numbers of the code", type: "log", domain: [0.9, 9] },
    y: { label: "squared error", type: "log" },
    series: [
      { name: "principal components", x, y: coding.map(({ pca }) => pca), style: "line+points" },
      { name: "autoencoder 202-3x100, as in the paper", x, y: coding.map(({ paper }) => paper), style: "line+points" },
      { name: "linear encoder, 3x100-202", x, y: coding.map(({ linear }) => linear), style: "line+points" },
    ],
  });
}

function lawOf({ laws }: Results): ReturnType<typeof loadLaws>["law"] {
  return loadLaws(laws[0]!.coder, laws[0]!.file, laws[0]!.step).law;
}

/** The first forecast of the paper: from the beginning of the test run. */
function firstForecast(results: Results): {
  readonly t: Float64Array;
  readonly states: Float64Array;
  readonly truth: Float64Array;
} {
  const { t, states } = forecastStates(lawOf(results), results.data.test, horizons[0] - 1);
  const truth = new Float64Array(states.length);
  for (const [k, time] of t.entries())
    truth.set(results.data.test.subarray(time * STATE, (time + 1) * STATE), k * STATE);
  return { t, states, truth };
}

function portraitFigure(results: Results): Figure {
  const { t, states, truth } = firstForecast(results);
  const coder = consistentCoder(results.laws[0]!.coder);
  const size = coder.encoder.latentSize;
  const dots = (from: Float64Array, a: number, b: number): { x: number; y: number; t: number }[] => {
    const { codes, samples } = portrait(coder, from);
    return Array.from({ length: samples }, (_, k) => ({ x: codes[k * size + a]!, y: codes[k * size + b]!, t: t[k]! }));
  };
  const panel = (title: string, from: Float64Array, a: number, b: number): PlotPanel => ({
    kind: "plot",
    title,
    options: {
      marginLeft: 56,
      marginBottom: 46,
      grid: true,
      x: { label: `z${a + 1}`, inset: 8, labelAnchor: "center", labelArrow: "none" },
      y: { label: `z${b + 1}`, inset: 8, labelAnchor: "center", labelArrow: "none" },
      color: { scheme: "viridis" },
      marks: [Plot.frame({ stroke: "#9ca3af" }), Plot.dot(dots(from, a, b), { x: "x", y: "y", fill: "t", r: 3.4 })],
    },
  });
  return figure({
    title: `The latent portrait, from t = ${t[0]} (dark) to t = ${t.at(-1)} (bright)`,
    caption:
      "Codes every 5 units of time. Left the true states, right the law alone: both on the same cycle, at the same phase.",
    panels: [
      panel("true states, z1 and z2", truth, 0, 1),
      panel("forecast, z1 and z2", states, 0, 1),
      panel("true states, z3 and z4", truth, size - 2, size - 1),
      panel("forecast, z3 and z4", states, size - 2, size - 1),
    ],
    columns: 2,
    panelHeight: 320,
  });
}

function contourFigure(results: Results): Figure {
  const { t, states, truth } = firstForecast(results);
  const domain = { x: [0, 20] as const, y: [t[0]! - 2.5, t.at(-1)! + 2.5] as const };
  const field = (movie: Float64Array, which: number): Float64Array =>
    movie.filter((_, i) => Math.floor((i % STATE) / points) === which);
  const panels = ["activator", "inhibitor"].flatMap((name, which) => {
    const [exact, found] = [field(truth, which), field(states, which)];
    const bound = Math.max(...exact.map(Math.abs), ...found.map(Math.abs));
    const error = found.map((value, i) => Math.abs(value - exact[i]!) / results.data.ranges[which]!);
    const shared = {
      kind: "heat",
      x: { label: "x", domain: domain.x },
      y: { label: "t", domain: domain.y },
      columns: points,
    } as const;
    const color = { label: which === 0 ? "u" : "v", domain: [-bound, bound] as const, scheme: "rdbu" as const };
    return [
      { ...shared, title: `${name}, truth`, color, values: exact },
      { ...shared, title: `${name}, forecast`, color, values: found },
      {
        ...shared,
        title: `${name}, error over range`,
        color: { label: "NAD", scheme: "magma" as const },
        values: error,
      },
    ];
  });
  return figure({
    title: "The forecast from the beginning of the test run",
    caption: `The law alone after ${PAPER.warmUp} of true states, decoded every 5 units of time.`,
    panels,
    columns: 3,
  });
}

function nadFigure(results: Results): Figure {
  const { latent, variants, plan } = results;
  const first = plan.macro[0]!;
  const curves = [
    { name: "Latent", forecast: latent.forecasts[0]! },
    ...variants
      .filter(({ restart, macro }) => restart === "first-order" || macro === first)
      .map(({ macro, restart, forecasts }) => ({
        name: `T_m = ${macro}${restart === "first-order" ? "" : restart === "paper" ? ", paper's restart" : ", equal weights"}`,
        forecast: forecasts[0]!,
      })),
  ];
  // A tenth of a period is one point: the curves swing within each period.
  const every = 4;
  return lineChart({
    title: "Error of forecasts in time",
    caption:
      `NAD(t), the mean of both fields and ${plan.initialConditions} initial conditions, first training; T_mu = ${PAPER.micro}. ` +
      "Errors of phase add up; one unit of time is 0.0065.",
    x: { label: "t" },
    y: { label: "NAD", type: "log" },
    series: curves.map(({ name, forecast: { t, nad } }) => ({
      name,
      x: t.filter((_, k) => k % every === 0),
      y: nad[0].map((u, k) => both([u, nad[1][k]!])).filter((_, k) => k % every === 0),
      style: name.includes(",") ? ("dashed" as const) : ("line" as const),
      width: 1.4,
    })),
    width: 820,
    height: 420,
  });
}

const COLORS: Record<Restart, string> = { "first-order": "#0072b2", "equal-weights": "#d55e00", paper: "#4b5563" };
const NAMES: Record<Restart, string> = {
  "first-order": "first-order populations",
  "equal-weights": "equal weights",
  paper: "equal weights, plain decoder",
};

/** One group of the bar figures. */
const groupOf = (macro: number): string => (macro === 0 ? "Latent" : `T_m = ${macro}`);

function errorFigure(results: Results): Figure {
  const { plan, latent, variants } = results;
  const all = [...variants, latent];
  const groups = [...plan.macro, 0].map(groupOf);
  const panel = (field: 0 | 1): PlotPanel => {
    const dots = all.flatMap(({ macro, restart, forecasts }) =>
      forecasts.map(({ mnad }) => ({ group: groupOf(macro), restart, error: mnad[field], fill: COLORS[restart] })),
    );
    const kinds: Restart[] = ["first-order", "equal-weights", "paper"];
    const bars = groups.flatMap((group) =>
      kinds.flatMap((restart) => {
        const own = dots.filter((dot) => dot.group === group && dot.restart === restart);
        return own.length === 0
          ? []
          : [{ group, restart, error: own.reduce((s, d) => s + d.error, 0) / own.length, fill: COLORS[restart] }];
      }),
    );
    return {
      kind: "plot",
      title: field === 0 ? "activator" : "inhibitor",
      legend: legend(kinds),
      options: {
        marginLeft: 60,
        marginBottom: 40,
        fx: { domain: groups, label: null, padding: 0.12 },
        x: { domain: kinds, axis: null },
        y: { type: "sqrt", grid: true, label: "MNAD, square-root scale", labelAnchor: "center", labelArrow: "none" },
        marks: [
          Plot.barY(bars, { fx: "group", x: "restart", y: "error", fill: "fill", fillOpacity: 0.75 }),
          Plot.dot(dots, { fx: "group", x: "restart", y: "error", fill: "black", r: 2 }),
          Plot.ruleY([0]),
        ],
      },
    };
  };
  return figure({
    title: `Mean error until t = ${plan.horizon}`,
    caption: `Bars: mean over ${plan.seeds} trainings (dots) and ${plan.initialConditions} initial conditions; T_mu = ${PAPER.micro}. The paper has 0.04 for Latent and 0.01 for T_m = 10.`,
    panels: [panel(0), panel(1)],
    columns: 2,
    panelHeight: 340,
  });
}

function legend(kinds: readonly Restart[]): LegendEntry[] {
  return kinds.map((kind) => ({ name: NAMES[kind], color: COLORS[kind], style: "points" }));
}

function speedFigure(results: Results): Figure {
  const { variants } = results;
  const ours = variants.filter(({ restart }) => restart === "first-order");
  const rho = ours.map(({ macro }) => macro / PAPER.micro);
  const speed = speedUps(results);
  return lineChart({
    title: "Speed-up against our own lattice, restarts included",
    caption:
      `No scheme with micro bursts can exceed 1 + ρ. The law alone: ${speed.honest[0]!.toFixed(0)} against our lattice, ` +
      `${speed.naive.toFixed(0)} against ${speed.against}.`,
    x: { label: "ρ = T_m / T_mu", type: "log" },
    y: { label: "speed-up S", type: "log" },
    series: [
      { name: "measured", x: rho, y: ours.map(speedUpOf), style: "line+points" },
      { name: "1 + ρ", x: rho, y: rho.map((value) => 1 + value), style: "dashed" },
    ],
  });
}
