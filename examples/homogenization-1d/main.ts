import { bdf, solve } from "@hml/integrators";
import { relativeMse } from "@hml/metrics";
import { learnedRhs, loadNet, netPresets } from "@hml/nets";
import { cellProblem } from "@hml/patch";
import type { Dataset } from "@hml/pde-features";
import { type Figure, saveFigure } from "../lib/figure.ts";
import { studyMetrics } from "../lib/metrics.ts";
import { studyOptions } from "../lib/options.ts";
import { duration, progress } from "../lib/progress.ts";
import { type Section, writeReport } from "../lib/report.ts";
import { formatTable, type Table } from "../lib/table.ts";
import { workerPool } from "../lib/workers.ts";
import { fineSolutions, generate, readData, type StudyData } from "./data.ts";
import { exactSolution } from "./exact.ts";
import { floorFigure, patchFigure, slopeFigure, timeFigure, trainingFigure, trajectoryFigure } from "./figures.ts";
import { type Floor, LIFTING_ORDERS, patchFloor, schemeFloors } from "./floor.ts";
import { initialConditions } from "./initial-conditions.ts";
import { judgeOf, type LearnedLaw, learnNet, learnSparse, relativeCurve } from "./learn.ts";
import { medium, PAPER, paperDynamics } from "./study.ts";
import type { TrainJob, TrainResult } from "../lib/train-job.ts";
import type { Trajectory, TrajectoryJob } from "./trajectory-job.ts";

/** 128-bit arithmetic, packages/patch/test/paper/burst1d.c. */
const BURST_A_EFF = 0.458258017492;

const options = studyOptions("homogenization-1d", { seed: PAPER.seed });
const metrics = studyMetrics("homogenization-1d", options);
// Twice the paper's fine spacing changes a burst by 2e-7 (50 points a period instead of 100): the quick run's only saving
// in the data. Its functional nets are trained for fewer epochs.
const spacing = options.quick ? 2 * PAPER.spacing : PAPER.spacing;
const epochs = {
  functional: options.epochs ?? (options.quick ? 60 : netPresets.recommended.functional.training.epochs),
  discretised: options.epochs ?? netPresets.recommended.discretised.training.epochs,
  flux: options.epochs ?? 60,
};
const sections: Section[] = [];
const figures: [name: string, figure: Figure][] = [];

const aStar = cellProblem(medium.coefficient).effective;
metrics.set("cell_a_star", aStar);
const initials = initialConditions(options.seed, PAPER.trajectories);
const last = initials.at(-1)!;

const study = options.data === undefined ? await generated("order 2", 2) : await readData(options.data);
const { data } = study;
const t = data.t;
const ours = judgeOf(data, study.fine);
const spectral = options.data === undefined ? await generated("sine-spectral", "spectral") : undefined;

if (options.data === undefined) checkBurst();
const { laws, onSpectral, sparse } = await learn();
report();
for (const [name, figure] of figures) await saveFigure(figure, options.out, name, { png: true });
const page = await writeReport(
  {
    title: "Learning the homogenised equation from patch dynamics, one dimension",
    lead: leadText(),
    sections,
    footer: `seed ${options.seed}, ${options.quick ? "quick" : "full"} run, functional nets ${epochs.functional} epochs, fine spacing ${spacing}`,
  },
  options.out,
);
console.log(`\n${await metrics.write()}\n${page}`);

/** Patch dynamics from the ten initial conditions, as a data set with its fine solution. */
async function generated(label: string, order: 2 | "spectral"): Promise<StudyData> {
  const pool = workerPool<TrajectoryJob, Trajectory>(new URL("./trajectory-job.ts", import.meta.url), options.workers);
  const started = performance.now();
  const bar = progress(`patch dynamics, lifting ${label}`, PAPER.trajectories);
  const made: Dataset = await generate(pool, initials, order, spacing, PAPER.frames, (done) => bar.update(done));
  await pool.close();
  const seconds = (performance.now() - started) / 1000;
  const { spacetimeFraction } = paperDynamics(order, spacing);
  const fraction = spacetimeFraction(PAPER.macroStep);
  bar.finish(`${PAPER.trajectories * PAPER.frames} macro steps, 1/${Math.round(1 / fraction)} of the full space-time`);
  if (order === 2) {
    metrics.set("dataset_seconds", seconds);
    metrics.set("dataset_macro_steps", PAPER.trajectories * PAPER.frames);
    metrics.set("spacetime_fraction", fraction);
  }
  return { data: made, ...fineSolutions(initials, aStar, made.t, made.x) };
}

/** One burst of a quadratic field: its effective coefficient against a* and against 128-bit arithmetic. */
function checkBurst(): void {
  const { rhs, nodes, size } = paperDynamics(2);
  const out = new Float64Array(size);
  rhs(
    0,
    nodes.map((x) => 20 * (x - 0.5) * (x - 0.5)),
    out,
  );
  const aEff = out[5]! / 40;
  metrics.set("burst_a_eff_error", aEff / aStar - 1);
  metrics.set("burst_reference_error", aEff / BURST_A_EFF - 1);
}

/** All laws: three nets and a sparse regression on the second-order data, two laws on the sine-spectral data. */
async function learn(): Promise<{
  laws: LearnedLaw[];
  onSpectral: LearnedLaw[];
  sparse: ReturnType<typeof learnSparse>;
}> {
  const started = performance.now();
  const pool = workerPool<TrainJob, TrainResult>(new URL("../lib/train-job.ts", import.meta.url), options.workers);
  const bar = progress("training", spectral === undefined ? 3 : 4);
  let done = 0;
  const counted = async (law: Promise<LearnedLaw>): Promise<LearnedLaw> => {
    const { name, rhsError } = await law;
    bar.update(++done, `${name}: RHS relative MSE ${rhsError.toExponential(1)}`);
    return law;
  };
  const { seed } = options;
  const nets = [
    counted(learnNet(pool, "discretised net", "discretised", ours, 2, epochs.discretised, seed + 1)),
    counted(learnNet(pool, "functional net", "functional", ours, 2, epochs.functional, seed)),
    counted(learnNet(pool, "flux net", "flux", ours, 2, epochs.flux, seed + 2)),
  ];
  const judge = spectral && judgeOf(spectral.data, spectral.fine);
  const spectralNets = judge
    ? [
        counted(
          learnNet(
            pool,
            "functional net, sine-spectral",
            "functional",
            judge,
            "sine-spectral",
            epochs.functional,
            seed + 3,
          ),
        ),
      ]
    : [];
  const [discretised, functional, flux] = await Promise.all(nets);
  const spectralFunctional = await Promise.all(spectralNets);
  await pool.close();
  metrics.set("train_seconds", (performance.now() - started) / 1000);
  bar.finish();
  const regression = learnSparse("sparse regression", ours, 2);
  return {
    laws: [functional!, discretised!, flux!, regression],
    onSpectral: judge
      ? [...spectralFunctional, learnSparse("sparse regression, sine-spectral", judge, "sine-spectral")]
      : [],
    sparse: regression,
  };
}

/** Numbers, tables and figures of what was learned. */
function report(): void {
  const [functional, discretised, flux] = laws as [LearnedLaw, LearnedLaw, LearnedLaw];
  metrics.set("functional_rhs_vs_patch", functional.rhsError);
  metrics.set("discretised_rhs_vs_patch", discretised.rhsError);
  metrics.set("functional_traj_vs_fine", functional.trajectoryError);
  metrics.set("discretised_traj_vs_fine", discretised.trajectoryError);
  const uxx = sparse.fit.names.indexOf("u_xx");
  metrics.set("regression_a_error", sparse.fit.coefficients[uxx]! / aStar - 1);
  metrics.set("regression_terms", sparse.fit.active.length);
  metrics.set("flux_traj_vs_fine", flux.trajectoryError);
  metrics.set("flux_net_mass_drift", fluxDrift(flux));
  if (onSpectral.length > 0) {
    metrics.set("best_traj_vs_fine_spectral", Math.min(...onSpectral.map((law) => law.trajectoryError)));
    metrics.set("functional_traj_vs_fine_spectral", onSpectral[0]!.trajectoryError);
    metrics.set("regression_traj_vs_fine_spectral", onSpectral[1]!.trajectoryError);
  }

  const judged = study.fine === undefined ? "the last trajectory of the data" : "the fine solution";
  const table: Table = {
    title: "Learned laws",
    columns: [
      { name: "law" },
      { name: "slopes against patch data", unit: "relative MSE", digits: 2 },
      { name: `last trajectory against ${judged}`, unit: "relative MSE", digits: 2 },
      { name: "training", unit: "s", digits: 2 },
    ],
    rows: [...laws, ...onSpectral].map((law) => [law.name, law.rhsError, law.trajectoryError, law.seconds]),
  };
  console.log(`\n${formatTable(table)}\n\n${sparse.fit.toString()}`);
  const error = sparse.fit.standardErrors[uxx]!;
  const equation =
    `Sparse regression keeps ${sparse.fit.active.length} of ${sparse.fit.names.length} candidate terms: ` +
    `${sparse.fit.toString()}, standard error ${error.toExponential(1)}; the homogenised coefficient is ${aStar.toFixed(12)}.`;
  sections.push({ heading: "What was learned", text: equation, tables: [table] });

  if (study.fine !== undefined && study.fineRate !== undefined) paperFigures(functional, discretised);
  if (spectral !== undefined) floors([...laws, ...onSpectral]);
  const variance = varianceOf(ours.rows.test.dudt);
  addFigure("training", "Training", trainingFigure(withHistory([...laws, ...onSpectral]), variance));
}

/** The paper's figures 2, 4 and 5, redone. */
function paperFigures(functional: LearnedLaw, discretised: LearnedLaw): void {
  const [, frames, points] = data.shape;
  const from = (data.shape[0] - 1) * frames;
  const exact = exactSolution(last, aStar);
  const frame = 20;
  const at = (n: number): Float64Array => data.u.subarray((from + n) * points, (from + n + 1) * points);
  const patch = patchFigure(at(frame), (x) => exact.value(x, t[frame]!), t[frame]!);
  addFigure("figure-2-patches", "Patch dynamics", patch);

  const shown = [10, 40, 150];
  const slopes = slopeFigure(
    [functional, discretised].map((law) => ({
      name: law.name,
      slope(k: number) {
        const out = new Float64Array(points);
        law.rhs(0, at(shown[k]!), out);
        return out;
      },
    })),
    shown.map((n) => ({
      label: `t = ${t[n]!.toFixed(2)}`,
      rate: (x: number) => exact.rate(x, t[n]!),
      patch: data.dudt.slice((from + n) * points, (from + n + 1) * points),
    })),
    data.x,
  );
  addFigure("figure-4-slopes", "Slopes", slopes);
  const forecasts = trajectoryFigure(
    [functional, discretised].map(({ name, forecast, trajectoryError }) => ({
      name,
      u: forecast,
      error: trajectoryError,
    })),
    ours.truth,
    frames,
    t.at(-1)!,
  );
  addFigure("figure-5-trajectory", "Forecast", forecasts);
  const curves = [
    { name: "patch dynamics itself", curve: relativeCurve(data.u.slice(from * points), ours.truth, frames) },
    ...[...laws, ...onSpectral].map(({ name, errorCurve }) => ({ name, curve: errorCurve })),
  ];
  addFigure("error-in-time", "Error in time", timeFigure(curves, t));
  metrics.set("patch_traj_vs_fine", relativeMse(data.u.slice(from * points), ours.truth));
}

/** What no learner can go below, and how the lifting lowers it. */
function floors(learned: readonly LearnedLaw[]): void {
  const bar = progress("error floors", 12 + LIFTING_ORDERS.length);
  const perfect = schemeFloors(last, aStar, [10, 20, 40]);
  bar.update(12);
  const patch: Floor[] = LIFTING_ORDERS.map((order, k) => {
    bar.update(12 + k, `patch dynamics under BDF, ${order}`);
    return patchFloor(order, spacing, last, aStar);
  });
  bar.finish();
  const find = (teeth: number, order: Floor["order"]): number =>
    perfect.find((floor) => floor.teeth === teeth && floor.order === order)!.error;
  const table: Table = {
    title: "What lifting buys: relative MSE of the last trajectory, nothing learned",
    columns: [
      { name: "lifting" },
      { name: "patch dynamics, 10 teeth, BDF", digits: 2 },
      { name: "perfect law, 10 teeth", digits: 2 },
      { name: "20 teeth", digits: 2 },
      { name: "40 teeth", digits: 2 },
    ],
    rows: LIFTING_ORDERS.map((order, k) => [
      String(order),
      patch[k]!.error,
      find(10, order),
      find(20, order),
      find(40, order),
    ]),
  };
  console.log(`\n${formatTable(table)}`);
  metrics.set("floor_order_2", find(10, 2));
  metrics.set("floor_spectral", find(10, "spectral"));
  metrics.set("patch_bdf_order_2", patch[0]!.error);
  metrics.set("patch_bdf_spectral", patch[3]!.error);
  const drawn = floorFigure(
    perfect,
    learned.map(({ name, trajectoryError }) => ({ name, error: trajectoryError })),
  );
  figures.push(["error-floor", drawn]);
  sections.push({ heading: "What lifting buys", tables: [table], figures: [drawn] });
}

/** Largest relative change of the total on a ring of ten cells, whatever the net has learned. */
function fluxDrift(flux: LearnedLaw): number {
  const cells = PAPER.teeth;
  const rhs = learnedRhs(loadNet(flux.file!), { size: cells, ends: "periodic" });
  const u0 = Float64Array.from(
    { length: cells },
    (_, i) => 2 + Math.sin((2 * Math.PI * i) / cells) + 0.5 * Math.cos((6 * Math.PI * i) / cells),
  );
  const { u, shape } = solve({ rhs, size: cells }, u0, [0, 0.5], { method: bdf(), rtol: 1e-8, atol: 1e-10 });
  const total = (frame: number): number =>
    u.subarray(frame * cells, (frame + 1) * cells).reduce((sum, value) => sum + value, 0);
  let drift = 0;
  for (let n = 1; n < shape[0]; n++) drift = Math.max(drift, Math.abs(total(n) - total(0)) / total(0));
  return drift;
}

function addFigure(name: string, heading: string, figure: Figure): void {
  figures.push([name, figure]);
  sections.push({ heading, figures: [figure] });
}

function withHistory(all: readonly LearnedLaw[]): { name: string; history: NonNullable<LearnedLaw["history"]> }[] {
  return all.flatMap(({ name, history }) => (history === undefined ? [] : [{ name, history }]));
}

function varianceOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
}

function leadText(): string {
  const made = metrics.values();
  if (options.data !== undefined) return `Laws learned from ${options.data}.`;
  return (
    `Fine-scale diffusion in a medium of period 1e-5 was simulated in nine small patches and short bursts, 1 part in ` +
    `${Math.round(1 / Number(made["spacetime_fraction"]))} of the full space-time, in ${duration(Number(made["dataset_seconds"]))}. ` +
    `Networks and a sparse regression learned the coarse law from it and forecast an unseen trajectory.`
  );
}
