import type { Rhs } from "@hml/integrators";
import { mse, relativeL2 } from "@hml/metrics";
import { type NetPreset, planePresets } from "@hml/nets";
import { patchModes, report, spectral } from "@hml/patch";
import { snapshots, type SparseFit, splitTrajectories } from "@hml/pde-features";
import { type Figure, saveFigure } from "../lib/figure.ts";
import { studyMetrics } from "../lib/metrics.ts";
import { studyOptions } from "../lib/options.ts";
import { progress } from "../lib/progress.ts";
import { type Section, writeReport } from "../lib/report.ts";
import { formatTable, type Table } from "../lib/table.ts";
import type { TrainJob, TrainResult } from "../lib/train-job.ts";
import { workerPool } from "../lib/workers.ts";
import { generate, schemeFlow } from "./data.ts";
import { magnitudeFigure, patchFigure, slopeFigure, timeFigure, trainingFigure, trajectoryFigure } from "./figures.ts";
import { aggregate, judge, type Judgement, judgeOf } from "./judge.ts";
import { features, lawRhs, netRhs, sparseLaw, trainingData } from "./laws.ts";
import { lattice, type Law, PAPER, PAPER_LAW, RIGHT_LAW, scheme } from "./study.ts";
import { fieldAt } from "./waves.ts";

/** A law and what the test trajectories say of it. */
interface Judged extends Judgement {
  readonly name: string;
  readonly seconds: number;
}

/** A net to be trained. */
interface Plan {
  readonly name: string;
  readonly preset: NetPreset;
  readonly epochs: number;
  readonly data: "healed" | "unhealed";
  readonly seed: number;
}

const options = studyOptions("homogenization-2d", { seed: 2020 });
const metrics = studyMetrics("homogenization-2d", options);
const sections: Section[] = [];
const figures: [name: string, figure: Figure][] = [];
const trajectories = options.quick ? 24 : PAPER.trajectories;
const held = options.quick ? { test: 4, validation: 2 } : { test: PAPER.testTrajectories, validation: 8 };

/** Curves of the figure in time that are no learned laws. */
const curvesInTime: { name: string; curve: Float64Array; dashed: true }[] = [];

theMedium();
const started = performance.now();
const bar = progress("gap-tooth trajectories", trajectories);
const study = generate(options.seed, trajectories, (done) => bar.update(done));
bar.finish(`${trajectories} x ${PAPER.frames} snapshots`);
metrics.set("dataset_seconds", (performance.now() - started) / 1000);
metrics.set("dataset_trajectories", trajectories);

const splits = { healed: splitTrajectories(study.healed, held), unhealed: splitTrajectories(study.unhealed, held) };
const waves = study.waves.slice(-held.test);
const right = judgeOf(splits.healed.test, waves, RIGHT_LAW);
const { t } = splits.healed.test;
const paper = judgeOf(splits.healed.test, waves, PAPER_LAW).truth;
theData();

const { nets, curves } = await trainNets();
const regressionStart = performance.now();
const fit = sparseLaw(snapshots(splits.healed.train));
const regression = judged("sparse regression", fit.rhs(features), (performance.now() - regressionStart) / 1000);
const fitUnhealed = sparseLaw(snapshots(splits.unhealed.train));
const perfect = judged("homogenised law itself", lawRhs(RIGHT_LAW), 0);
theLaws();

for (const [name, drawing] of figures) await saveFigure(drawing, options.out, name, { png: true });
const page = await writeReport(
  {
    title: "Learning the homogenised equation from gap-tooth data, two dimensions",
    lead: leadText(),
    sections,
    footer: `seed ${options.seed}, ${options.quick ? "quick" : "full"} run, ${trajectories} trajectories`,
  },
  options.out,
);
console.log(`\n${await metrics.write()}\n${page}`);

/** The homogenised tensor, and the rates at which the patches themselves let the lowest waves decay. */
function theMedium(): void {
  metrics.set("tensor_xx", RIGHT_LAW.xx);
  metrics.set("tensor_xy", RIGHT_LAW.xy);
  metrics.set("tensor_yy", RIGHT_LAW.yy);
  const modes = patchModes(scheme.grid, lattice.rhs, spectral());
  const rate = (k: number, l: number): number => {
    for (let m = 0; m < modes.count; m++) {
      const [a, b] = modes.waves(m);
      if (a === k && b === l) return -modes.eigenvalues(m).re[0]!;
    }
    throw new RangeError(`no mode (${k}, ${l})`);
  };
  const lowest = [
    [0, 1],
    [1, 0],
    [1, -1],
    [1, 1],
  ] as const;
  const rates = lowest.map(([k, l]) => rate(k, l));
  metrics.set("macro_rates", rates);
  const of = (law: Law, [k, l]: readonly [number, number]): number => law.xx * k * k + law.xy * k * l + law.yy * l * l;
  const table: Table = {
    title: "Decay rates of macroscale waves",
    columns: [
      { name: "wave" },
      { name: "gap-tooth scheme", digits: 10 },
      { name: "homogenised law", digits: 7 },
      { name: "paper's eq. (27)", digits: 5 },
    ],
    rows: lowest.map((wave, n) => [`(${wave.join(", ")})`, rates[n], of(RIGHT_LAW, wave), of(PAPER_LAW, wave)]),
  };
  console.log(`\n${formatTable(table)}\n`);
  sections.push({
    heading: "The medium and its homogenised law",
    text: [
      `Cell problem: u_t = ${RIGHT_LAW.xx.toFixed(6)} u_xx + ${RIGHT_LAW.xy.toFixed(6)} u_xy + ${RIGHT_LAW.yy.toFixed(6)} u_yy. The paper's ` +
        "eq. (27) has x and y exchanged and no cross term: its coefficients were read from sorted eigenvalues.",
      ...report(scheme.grid, spectral(), { micro: lattice.rhs, period: 3 }).text.split("\n"),
    ],
    tables: [table],
  });
}

/** How far the gap-tooth data lie from both truths, and what the unhealed snapshot does. */
function theData(): void {
  const [count, frames] = splits.healed.test.shape;
  const { u, dudt } = splits.healed.test;
  const own = aggregate(u, right.truth.u, count, frames);
  const theirs = aggregate(u, paper.u, count, frames);
  metrics.set("gaptooth_t1", own.at(-1)!);
  metrics.set("gaptooth_vs_paper_truth_t1", theirs.at(-1)!);
  metrics.set("gaptooth_slopes", relativeL2(dudt, right.truth.dudt));
  const [, , points] = splits.unhealed.train.shape;
  const squares = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);
  const first = splits.unhealed.train.dudt.filter((_, i) => Math.floor(i / points) % frames === 0);
  metrics.set("unhealed_share_of_squares", squares(first) / squares(splits.unhealed.train.dudt));
  curvesInTime.push(
    { name: "gap-tooth scheme", curve: own, dashed: true },
    { name: "paper's eq. (27)", curve: aggregate(paper.u, right.truth.u, count, frames), dashed: true },
  );
  const state = scheme.sample((x, y) => fieldAt(waves.at(-1)!, x, y));
  schemeFlow().advance(state, 0, 0.05);
  addFigure("figure-6-patches", "The patches", patchFigure(state, 0.05));
}

/** Trains all nets, on threads. */
async function trainNets(): Promise<{ nets: Judged[]; curves: Parameters<typeof trainingFigure>[0] }> {
  const { code, recommended } = planePresets;
  const plan = (name: string, preset: NetPreset, data: Plan["data"], quickEpochs: number, k: number): Plan => ({
    name,
    preset,
    epochs: options.epochs ?? (options.quick ? quickEpochs : preset.training.epochs),
    data,
    seed: options.seed + k,
  });
  // The longest first, so that no thread waits for it at the end.
  const plans = [
    plan("discretised net, paper", code.discretised, "unhealed", 2, 5),
    plan("functional net, paper", code.functional, "unhealed", 4, 3),
    plan("functional net, paper's loss, healed", code.functional, "healed", 4, 4),
    plan("functional net, relative loss", recommended.functional, "healed", 8, 2),
    plan("divergence net, relative loss", recommended.divergence, "healed", 4, 0),
    plan("divergence net, another seed", recommended.divergence, "healed", 4, 1),
  ];
  const began = performance.now();
  const pool = workerPool<TrainJob, TrainResult>(new URL("../lib/train-job.ts", import.meta.url), options.workers);
  const counter = progress("training", plans.length);
  let done = 0;
  const trained = await Promise.all(
    plans.map(async ({ name, preset, epochs, data, seed }) => {
      const part = splits[data];
      const { spec } = preset;
      const result = await pool.run({
        spec,
        data: trainingData(spec, snapshots(part.train)),
        validation: trainingData(spec, snapshots(part.validation)),
        settings: { ...preset.training, epochs },
        seed,
      });
      counter.update(++done, name);
      const zero =
        preset.training.loss === "relative"
          ? 1
          : mse(part.validation.dudt, new Float64Array(part.validation.dudt.length));
      return { name, result, losses: Array.from(result.history.validation, (loss) => loss / zero) };
    }),
  );
  await pool.close();
  counter.finish();
  metrics.set("train_seconds", (performance.now() - began) / 1000);
  return {
    nets: trained.map(({ name, result }) => judged(name, netRhs(result.file), result.seconds)),
    curves: trained.map(({ name, losses }) => ({ name, losses })),
  };
}

function judged(name: string, rhs: Rhs, seconds: number): Judged {
  return { name, seconds, ...judge(right, rhs) };
}

/** Numbers, tables and figures of the laws. */
function theLaws(): void {
  const named = (name: string): Judged => nets.find((net) => net.name === name)!;
  const best = named("divergence net, relative loss");
  const discretised = named("discretised net, paper");
  const functional = named("functional net, paper");
  const frameAt = (time: number): number => Math.round(time / PAPER.frameStep);
  metrics.set("best_net_t1", best.curve.at(-1)!);
  metrics.set("best_net_small20", best.small20);
  metrics.set("best_net_mean_drift", best.meanDrift);
  metrics.set("second_seed_t1", named("divergence net, another seed").curve.at(-1)!);
  metrics.set("second_seed_small20", named("divergence net, another seed").small20);
  metrics.set("relative_functional_small20", named("functional net, relative loss").small20);
  metrics.set("paper_functional_t1", functional.curve.at(-1)!);
  metrics.set("paper_functional_small20", functional.small20);
  metrics.set("healed_functional_t1", named("functional net, paper's loss, healed").curve.at(-1)!);
  metrics.set("healed_functional_small20", named("functional net, paper's loss, healed").small20);
  metrics.set("paper_discretised_t1", discretised.curve.at(-1)!);
  metrics.set("paper_discretised_small20", discretised.small20);
  metrics.set("regression_max_error", regressionError(fit));
  metrics.set("regression_terms", fit.active.length);
  metrics.set("regression_t1", regression.curve.at(-1)!);
  metrics.set("unhealed_regression_max_error", regressionError(fitUnhealed));
  metrics.set("unhealed_regression_terms", fitUnhealed.active.length);

  const laws = [...nets, regression, perfect];
  const table: Table = {
    title: "Laws on the test trajectories, against the homogenised law",
    columns: [
      { name: "law" },
      { name: "slopes, largest fifth", digits: 2 },
      { name: "slopes, smallest fifth", digits: 2 },
      ...[0.1, 0.2, 0.5, 1].map((time) => ({ name: `t = ${time}`, digits: 2 })),
      { name: "median at t = 1", digits: 2 },
      { name: "drift of the mean", digits: 2 },
      { name: "training", unit: "s", digits: 2 },
    ],
    rows: laws.map((law) => [
      law.name,
      law.large20,
      law.small20,
      ...[0.1, 0.2, 0.5, 1].map((time) => law.curve[frameAt(time)]!),
      law.medianEnd,
      law.meanDrift,
      law.seconds,
    ]),
  };
  console.log(`\n${formatTable(table)}\n\n${equations()}`);
  sections.push({
    heading: "What was learned",
    text: [
      "Slopes: median relative L2 error over the fifth of snapshots with the largest, and with the smallest slopes. Forecasts: root of the " +
        "squared errors over the squared truth, summed over the test trajectories.",
      equations(),
    ],
    tables: [table],
  });

  const shown = [best, functional];
  const last = held.test - 1;
  const frames = splits.healed.test.shape[1];
  const row = (time: number): number => last * frames + frameAt(time);
  const small = right.byMagnitude[Math.floor(right.byMagnitude.length / 10)]!;
  addFigure(
    "figure-7-slopes",
    "Slopes",
    slopeFigure(shown, right.truth.dudt, slopesOf(PAPER_LAW), [
      { row: row(0.02), label: `exact ∂u/∂t, t = ${t[frameAt(0.02)]}` },
      { row: small, label: `exact ∂u/∂t of a small snapshot, t = ${t[small % frames]!.toFixed(2)}` },
    ]),
  );
  addFigure(
    "figure-8-trajectory",
    "Forecast",
    trajectoryFigure(
      shown,
      right.truth.u,
      paper.u,
      [0.1, 0.2, 0.5, 1].map((time) => ({ row: row(time), label: `exact u, t = ${time}` })),
    ),
  );
  const all = [...curvesInTime, ...laws.filter((law) => law !== perfect)];
  addFigure("error-in-time", "Error in time", timeFigure(all, t));
  addFigure("error-by-size", "Error by size", magnitudeFigure([...nets, regression], right.truth.dudt));
  addFigure("training", "Training", trainingFigure(curves));
}

/** Slopes of a law on the test snapshots of the data. */
function slopesOf(law: Law): Float64Array {
  return judge(right, lawRhs(law)).slopes;
}

/** Largest relative error of the three coefficients that a regression should find, whatever else it keeps. */
function regressionError(found: SparseFit): number {
  const wanted = { u_xx: RIGHT_LAW.xx, u_xy: RIGHT_LAW.xy, u_yy: RIGHT_LAW.yy };
  const errors = Object.entries(wanted).map(([name, value]) =>
    Math.abs(found.coefficients[found.names.indexOf(name)]! / value - 1),
  );
  return Math.max(...errors);
}

function equations(): string {
  const errors = fit.active.map((k) => `${fit.names[k]} ± ${fit.standardErrors[k]!.toExponential(1)}`).join(", ");
  return (
    `Sparse regression keeps ${fit.active.length} of ${fit.names.length} candidates: ${fit.toString()} (standard errors ${errors}). ` +
    `With the unhealed snapshots: ${fitUnhealed.toString()}.`
  );
}

function addFigure(name: string, heading: string, drawing: Figure): void {
  figures.push([name, drawing]);
  sections.push({ heading, figures: [drawing] });
}

function leadText(): string {
  const made = metrics.values();
  return (
    `Diffusion on a lattice of ${scheme.grid.patches[0]} x ${scheme.grid.patches[1]} patches, 1 % of the square, ${trajectories} trajectories in ` +
    `${Number(made["dataset_seconds"]).toFixed(1)} s; networks and a sparse regression learned the macroscale law, judged against the exact ` +
    "homogenised law and, beside it, the law that the paper takes for it."
  );
}
