import { figure, type Figure, type Panel, type Series } from "../lib/figure.ts";
import type { Results } from "./compute.ts";
import {
  contour,
  densityFigure,
  forecastFigure,
  nadFigure,
  spectraFigure,
  trappingFigure,
  TRUTH,
} from "./forecast-figures.ts";
import { movie } from "./judge.ts";
import { meanExponents, type SpeedUps, speedUps } from "./results.ts";
import { PAPER } from "./study.ts";
import { SOLVER_STEPS } from "./timing.ts";

/** All figures by the names of their files. */
export function figuresOf(results: Results): Record<string, Figure> {
  return {
    attractor: attractorFigure(results),
    "figure-37-autoencoder": coderFigure(results),
    "figure-38-forecasts": forecastFigure(results),
    "figure-41-densities": densityFigure(results),
    "figure-42-nad": nadFigure(results),
    "figure-43-multiscale": multiscaleFigure(results),
    spectra: spectraFigure(results),
    trapping: trappingFigure(results),
    "speed-up": speedFigure(results),
  };
}

/** What there is to learn: a run, the Lyapunov exponents, the energy of linear modes. */
function attractorFigure(results: Results): Figure {
  const { truth, energy } = results;
  const { exponents, error } = meanExponents(results);
  const modes = Array.from({ length: 20 }, (_, k) => k + 1);
  return figure({
    title: "Kuramoto-Sivashinsky at L = 22",
    caption:
      `Largest exponent ${exponents[0]!.toFixed(4)} ± ${error.toFixed(4)}. Eight modes hold ${(100 * energy.variance[7]!).toFixed(2)} % of the ` +
      `variance; the paper's 99.8 % are ${(100 * energy.squaredEigenvalue[7]!).toFixed(2)} % of the squared eigenvalues.`,
    columns: 3,
    panelWidth: 380,
    panels: [
      contour(movie(truth, 0), 201, 1, "a run"),
      {
        kind: "lines",
        title: "Lyapunov exponents",
        x: { label: "number" },
        y: { label: "exponent" },
        series: [
          {
            name: "Lyapunov exponent",
            x: Array.from(exponents, (_, k) => k + 1),
            y: exponents,
            style: "line+points",
          },
        ],
        rules: [{ y: 0 }],
      },
      {
        kind: "lines",
        title: "what PCA leaves",
        x: { label: "modes" },
        y: { label: "1 − share", type: "log", domain: [1e-6, 1] },
        series: [
          { name: "of the variance", x: modes, y: modes.map((k) => 1 - energy.variance[k - 1]!), style: "line+points" },
          {
            name: "of the squared eigenvalues",
            x: modes,
            y: modes.map((k) => 1 - energy.squaredEigenvalue[k - 1]!),
            style: "line+points",
          },
        ],
        rules: [{ x: PAPER.latentSize, label: "8" }],
      },
    ],
  });
}

/** Figures 37 and 45: errors of autoencoders and PCA. */
function coderFigure({ bySize, bySamples, coder, pcaErrors }: Results): Figure {
  const sizes = Array.from({ length: 14 }, (_, k) => k + 1);
  const main: Series = {
    name: `the study's: ${coder.plan.hidden.join("-")}, ${coder.plan.samples} samples`,
    x: [PAPER.latentSize],
    y: [coder.error],
    style: "points",
    color: "#c0392b",
  };
  const linear = pcaErrors[PAPER.latentSize]!;
  const net = bySize[0]!.plan.hidden.join("-");
  const samples = bySamples.map(({ spread }) => spread.plan.samples);
  return figure({
    title: "Autoencoders and PCA on states not seen",
    caption:
      "Left: a code of eight numbers holds a state, since the attractor lies in a manifold of about that dimension; PCA has no such bend. " +
      "Right, at equal numbers of steps: samples of one run tell little that is new, and 5,000 of them, as in the paper, are learned by heart.",
    share: "y",
    panels: [
      {
        kind: "lines",
        title: "by size of the code",
        x: { label: "latent size" },
        y: { label: "mean squared error / variance", type: "log" },
        series: [
          { name: "PCA", x: sizes, y: sizes.map((k) => pcaErrors[k]!), style: "line+points" },
          {
            name: `autoencoder ${net}`,
            x: bySize.map((row) => row.plan.latentSize),
            y: bySize.map((row) => row.error),
            style: "line+points",
          },
          main,
        ],
      },
      {
        kind: "lines",
        title: "by number of samples, latent size 8",
        x: { label: "samples", type: "log" },
        y: { label: "mean squared error / variance", type: "log" },
        series: [
          { name: "PCA", x: [samples[0]!, coder.plan.samples], y: [linear, linear] },
          {
            name: `autoencoder ${net}`,
            x: samples,
            y: bySamples.map(({ spread }) => spread.error),
            style: "line+points",
          },
          {
            name: "the same, samples of one run every 0.25, as in the paper",
            x: samples,
            y: bySamples.map(({ oneRun }) => oneRun.error),
            style: "line+points",
          },
          { ...main, x: [coder.plan.samples] },
        ],
      },
    ],
  });
}

/** Figures 43 and 44: micro bursts between macro phases. */
function multiscaleFigure({ multiscale, laws, timing }: Results): Figure {
  const rho = multiscale.map(({ macro }) => macro / PAPER.micro);
  const latent = laws[0]!.forecast.judgement;
  const panel = (title: string, label: string, values: readonly number[], level: number): Panel => ({
    kind: "lines",
    title,
    x: { label: "ρ = T_m / T_μ", type: "log" },
    y: { label, domain: [0, 1.15 * Math.max(level, ...values)] },
    series: [
      { name: "multiscale", x: rho, y: values, style: "line+points" },
      { name: "Latent (no bursts)", x: [rho[0]!, rho.at(-1)!], y: [level, level], style: "dashed" },
    ],
  });
  return figure({
    title: `Bursts of the micro solver, T_μ = ${PAPER.micro}`,
    caption:
      "Each lifting puts back a state with the error of the code, so bursts cannot hold a chaotic run to its own truth. The speed-up, measured " +
      "against the solver with ten steps a sample, is at most 1 + ρ.",
    columns: 3,
    panelWidth: 380,
    panels: [
      panel(
        "error",
        "mean NAD to the end",
        multiscale.map(({ forecast }) => forecast.judgement.mnad),
        latent.mnad,
      ),
      panel(
        "distribution of states",
        "Wasserstein distance",
        multiscale.map(({ forecast }) => forecast.judgement.wasserstein),
        latent.wasserstein,
      ),
      {
        kind: "lines",
        title: "speed-up",
        x: { label: "ρ = T_m / T_μ", type: "log" },
        y: { label: "S honest", type: "log" },
        series: [
          { name: "multiscale", x: rho, y: timing.multiscale, style: "line+points" },
          { name: "1 + ρ", x: rho, y: rho.map((value) => 1 + value), style: "dotted", color: TRUTH },
        ],
      },
    ],
  });
}

/** Speed-ups against the coarse step. */
function speedFigure({ timing }: Results): Figure {
  const rows = timing.laws
    .map((law) => ({ step: law.step, gains: speedUps(timing, law) }))
    .toSorted((a, b) => a.step - b.step);
  const against = (name: string, of: (gains: SpeedUps) => number): Series => ({
    name,
    x: rows.map(({ step }) => step),
    y: rows.map(({ gains }) => of(gains)),
    style: "line+points",
  });
  return figure({
    title: "What is it faster than?",
    caption:
      "Laws of the same size at several coarse steps. The uppermost curve is the paper's way to count. Our own solver with the " +
      "paper's step is the second; with a step of 2, where it forecasts about as well as the best law, little is left at L = 22.",
    panels: [
      {
        kind: "lines",
        x: { label: "coarse step", type: "log" },
        y: { label: "speed-up", type: "log" },
        series: [
          against(timing.numpy === undefined ? "1000 steps of 2.5e-4" : "NumPy, dt = 0.025", ({ naive }) => naive),
          ...SOLVER_STEPS.map((dt, k) => against(`TypeScript, dt = ${dt}`, ({ solvers }) => solvers[k]!)),
          against("TypeScript, dt = 0.025, every latent step decoded", ({ decoded }) => decoded),
        ],
        rules: [{ y: 1, label: "1" }],
      },
    ],
  });
}
