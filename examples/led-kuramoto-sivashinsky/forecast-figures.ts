import { figure, type Figure, type Panel, type Series } from "../lib/figure.ts";
import type { Results } from "./compute.ts";
import { JOINT, movie, STATE_BINS } from "./judge.ts";
import { meanExponents } from "./results.ts";
import { PAPER, TRAP } from "./study.ts";

const SPACE = { label: "x", domain: [0, PAPER.length] } as const;
const U = { label: "u", scheme: "rdbu", domain: [-3.2, 3.2] } as const;
const { points } = PAPER;

/** The colour of what is true. */
export const TRUTH = "#1f2430";

/** The colour of the study's law where it stands beside the truth. */
const LEARNED = "#c0392b";

/** A movie as a picture, time to the right. */
export function contour(
  frames: ArrayLike<number>,
  count: number,
  spacing: number,
  title: string,
  color: object = U,
): Panel {
  const values = new Float64Array(count * points);
  for (let k = 0; k < count; k++) for (let j = 0; j < points; j++) values[j * count + k] = frames[k * points + j]!;
  // Each frame is a cell about its time.
  const x = { label: "t", domain: [-spacing / 2, (count - 0.5) * spacing] } as const;
  return { kind: "heat", title, x, y: SPACE, color: { ...U, ...color }, values, columns: count };
}

/** Figures 8 and 38 to 40: forecasts against the truth. */
export function forecastFigure({ laws, truth }: Results): Figure {
  const { plan, forecast } = laws[0]!;
  const spacing = Math.max(1, plan.step);
  const count = Math.floor(200 / spacing) + 1;
  const panels = forecast.shown.flatMap((shown, m): Panel[] => {
    const exact = movie(truth, m);
    const same = new Float64Array(count * points);
    for (let i = 0; i < same.length; i++) same[i] = exact[Math.floor(i / points) * spacing * points + (i % points)]!;
    const off = same.map((value, i) => Math.abs(shown[i]! - value));
    return [
      contour(same, count, spacing, `truth, start ${m + 1}`),
      contour(shown, count, spacing, "latent forecast"),
      contour(off, count, spacing, "|difference|", { label: "|difference|", scheme: "magma", domain: [0, 4] }),
    ];
  });
  return figure({
    title: `Forecasts in ${PAPER.latentSize} numbers, coarse step ${plan.step}`,
    caption:
      "From one true state each; nothing is corrected afterwards. Once chaos has parted the two, after two to three Lyapunov times of 21, " +
      "the forecast is another run of the same kind.",
    columns: 3,
    panelWidth: 380,
    panelHeight: 260,
    panels,
  });
}

/** Figure 42: NAD in time. */
export function nadFigure(results: Results): Figure {
  const { laws } = results;
  const time = 1 / meanExponents(results).exponents[0]!;
  const [{ forecast, plan }] = laws as readonly [(typeof laws)[number]];
  const { t, nad, nadDeviation } = forecast.judgement;
  const last = t.findIndex((value) => value > 120);
  const name = `coarse step ${plan.step}`;
  const band = {
    name: `${name}, one standard deviation about it`,
    x: t.subarray(0, last),
    style: "dotted",
    color: "#8d96a3",
  } as const;
  const by = laws.map(({ plan: { step }, forecast: { judgement } }): Series => {
    const end = judgement.t.findIndex((value) => value > 120);
    return { name: `coarse step ${step}`, x: judgement.t.subarray(0, end), y: judgement.nad.subarray(0, end) };
  });
  const rules = [
    { y: 0.1, label: "0.1" },
    { y: 0.218, label: "unrelated states" },
    { x: time, label: "1 T" },
    { x: 2 * time, label: "2 T" },
  ];
  const valid = (bound: number, times: Float64Array): number =>
    times.filter((value) => value >= bound).length / times.length;
  const grid = Array.from({ length: 121 }, (_, k) => k);
  return figure({
    title: `Errors of latent forecasts, ${forecast.judgement.validTimes.length} initial conditions`,
    caption:
      "Left: mean over the initial conditions of |difference| over the range of u. Right: share of the forecasts whose root mean square error " +
      "is still below half a standard deviation. T: Lyapunov time.",
    panels: [
      {
        kind: "lines",
        title: "NAD",
        x: { label: "t" },
        y: { label: "NAD", domain: [0, 0.3] },
        series: [
          ...by,
          { ...band, y: nad.subarray(0, last).map((value, k) => value + nadDeviation[k]!) },
          { ...band, y: nad.subarray(0, last).map((value, k) => Math.max(0, value - nadDeviation[k]!)) },
        ],
        rules,
      },
      {
        kind: "lines",
        title: "valid forecasts",
        x: { label: "t" },
        y: { label: "share still valid", domain: [0, 1] },
        series: laws.map(({ plan: { step }, forecast: { judgement } }) => ({
          name: `coarse step ${step}`,
          x: grid,
          y: grid.map((bound) => valid(bound, judgement.validTimes)),
        })),
        rules: rules.slice(2),
      },
    ],
  });
}

/** Figure 41: the distribution of states and of their derivatives. */
export function densityFigure({ climate, laws }: Results): Figure {
  const { judgement } = laws[0]!.forecast;
  const width = (STATE_BINS.range[1] - STATE_BINS.range[0]) / STATE_BINS.bins;
  const centres = Array.from({ length: STATE_BINS.bins }, (_, k) => STATE_BINS.range[0] + (k + 0.5) * width);
  const cell = ((JOINT.xRange[1] - JOINT.xRange[0]) / JOINT.bins) ** 2;
  const joint = (shares: Float64Array, title: string): Panel => {
    // Shares are [x bin, y bin]; pictures have rows of y.
    const values = new Float64Array(shares.length);
    for (let a = 0; a < JOINT.bins; a++) {
      for (let b = 0; b < JOINT.bins; b++) values[b * JOINT.bins + a] = shares[a * JOINT.bins + b]! / cell;
    }
    return {
      kind: "heat",
      title,
      x: { label: "u_x", domain: JOINT.xRange },
      y: { label: "u_xx", domain: JOINT.yRange },
      color: { label: "density", scheme: "viridis", domain: [0, 0.45] },
      values,
      columns: JOINT.bins,
    };
  };
  const of = (name: string, shares: Float64Array, look: Partial<Series>): Series => ({
    name,
    x: centres,
    y: shares.map((share) => share / width),
    ...look,
  });
  return figure({
    title: `Statistics of latent forecasts to t = ${PAPER.horizon}`,
    caption:
      `Wasserstein distance of the states ${judgement.wasserstein.toFixed(4)}; L1 distance of the densities of u_x and u_xx ` +
      `${judgement.joint.toFixed(3)} on 100 x 100 cells.`,
    panelWidth: 380,
    panels: [
      {
        kind: "lines",
        title: "states",
        x: { label: "u" },
        y: { label: "density" },
        series: [
          of("truth", climate.states, { color: TRUTH }),
          of("latent forecasts", judgement.climate.states, { color: LEARNED, style: "dashed" }),
        ],
      },
      joint(climate.joint, "truth"),
      joint(judgement.climate.joint, "latent forecasts"),
    ],
  });
}

/** Spectra in space and in time. */
export function spectraFigure({ climate, laws, truth }: Results): Figure {
  const { judgement } = laws[0]!.forecast;
  const spacing = judgement.t[1]!;
  const frequency = (power: Float64Array, every: number): number[] =>
    Array.from(power, (_, k) => k / (2 * (power.length - 1) * every));
  const decibel = (power: Float64Array): Float64Array => power.map((value) => 10 * Math.log10(value));
  const both = (
    x: (power: Float64Array, every: number) => ArrayLike<number>,
    key: "spatial" | "temporal",
  ): Series[] => [
    { name: "truth", x: x(climate[key], truth.spacing), y: decibel(climate[key]), color: TRUTH },
    {
      name: "latent forecasts",
      x: x(judgement.climate[key], spacing),
      y: decibel(judgement.climate[key]),
      color: LEARNED,
      style: "dashed",
    },
  ];
  return figure({
    title: "Power spectra",
    caption:
      `Largest difference where the truth lies within 30 dB of its largest power: ${judgement.spatialDb.toFixed(2)} dB in space, ` +
      `${judgement.temporalDb.toFixed(2)} dB in time. What the code does not hold are waves a millionth as strong.`,
    panels: [
      {
        kind: "lines",
        title: "in space",
        x: { label: "wavenumber · L / 2π", domain: [1, 24] },
        y: { label: "power, dB", domain: [-120, 0] },
        series: both((power) => Array.from(power, (_, k) => k), "spatial"),
      },
      {
        kind: "lines",
        title: "in time, mean over the nodes",
        x: { label: "frequency", domain: [0, 0.25] },
        y: { label: "power, dB" },
        series: both(frequency, "temporal"),
      },
    ],
  });
}

/** Runs sorted by how much they move. */
export function trappingFigure({ climate, laws }: Results): Figure {
  const sorted = (name: string, activity: Float64Array, look: Partial<Series>): Series => ({
    name,
    x: Array.from(activity, (_, k) => (k + 0.5) / activity.length),
    y: activity,
    ...look,
  });
  return figure({
    title: "Is any run trapped?",
    caption:
      `Standard deviation in time, mean over the nodes, of every run in every window of ${TRAP.window}. A run on a spurious quiet orbit would lie ` +
      "below the line, though statistics pooled over all runs would hardly show it.",
    panels: [
      {
        kind: "lines",
        x: { label: "share of windows" },
        y: { label: "activity", domain: [0, 1.4] },
        series: [
          sorted("truth", climate.activity, { color: TRUTH, width: 3 }),
          ...laws.map(({ plan, forecast }) =>
            sorted(`coarse step ${plan.step}`, forecast.judgement.climate.activity, {}),
          ),
        ],
        rules: [{ y: TRAP.bound, label: "trapped below" }],
      },
    ],
  });
}
