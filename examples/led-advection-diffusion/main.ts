import { correlation } from "@hml/metrics";
import { type Figure, saveFigure } from "../lib/figure.ts";
import { studyMetrics } from "../lib/metrics.ts";
import { studyOptions } from "../lib/options.ts";
import { studyParts } from "../lib/parts.ts";
import { progress } from "../lib/progress.ts";
import { type Section, writeReport } from "../lib/report.ts";
import { formatTable, type Table } from "../lib/table.ts";
import { workerPool } from "../lib/workers.ts";
import { codeSeries, dwellStates, exactSeries, lagAtEnd, seriesOf } from "./analysis.ts";
import { studyCase } from "./cases.ts";
import { latentFigure } from "./figures-1d.ts";
import { cloudFigure, errorBars, errorInTime, momentFigure, portrait } from "./figures-3d.ts";
import { costFigure, pecletFigure } from "./figures-cost.ts";
import type { AnyJob, Jobs } from "./job.ts";
import { type Judged, judge, type Learned, learn, type Variant, type Workshop } from "./study.ts";
import { costTable, errorTable, lossTable } from "./tables.ts";

const options = studyOptions("led-advection-diffusion", { seed: 10 });
const { quick, seed } = options;
const metrics = studyMetrics("led-advection-diffusion", options);
const sections: Section[] = [];
const figures: [name: string, figure: Figure][] = [];

/** Initial conditions (phases of the wind) and seeds; the paper has 12 and 600 in 3D, 20 and 400 in 1D. */
const [STARTS, SEEDS] = quick ? [2, 2] : [4, 4];
const PECLET_SEEDS = quick ? 1 : 2;
const EPOCHS = quick ? { coder: 12, propagator: 40 } : { coder: 60, propagator: 160 };
const epochs = options.epochs === undefined ? EPOCHS : { coder: options.epochs, propagator: options.epochs };
const [BURST, LONG] = quick ? [10, 50] : [50, 250];

const LATENT: Variant = { name: "Latent", macro: 1, micro: 0 };
const PARTICLES: Variant = { name: "particles", macro: 0, micro: 1 };
const rho = (ratio: number): Variant => ({ name: `ρ = ${ratio}`, macro: ratio * BURST, micro: BURST });
const VARIANTS = [rho(LONG / BURST), ...(quick ? [] : [rho(9), rho(18)])];

const pool = workerPool<AnyJob, Jobs[keyof Jobs]["result"]>(new URL("job.ts", import.meta.url), options.workers);
// Four parts of learning a case; five variants in 1D, those and three more in 3D, one for each Peclet number.
const PARTS = 5 * 4 + STARTS * ((4 * VARIANTS.length + (quick ? 5 : 1)) * SEEDS + 3 * PECLET_SEEDS);
const bar = progress("parts of the study", PARTS);
let finished = 0;
const workshop: Workshop = {
  parts: studyParts(options),
  seed,
  // A job of a kind gives the result of that kind, which the type of the pool cannot say.
  run: (kind, job) => pool.run({ kind, job } as AnyJob) as Promise<Jobs[typeof kind]["result"]>,
  done: (what) => bar.update(++finished, what),
};

/** A case that has been learned and run in all variants. */
interface Studied {
  readonly learned: Learned;
  readonly judged: readonly Judged[];
}

const FEWER = { particles: quick ? 100 : 400 };
const few = (variant: Variant): Variant => ({ ...variant, ...FEWER, name: `N = ${FEWER.particles}, ${variant.name}` });
// The chains of parts run side by side.
const [three, one] = await Promise.all([
  studied("3D", [PARTICLES, ...VARIANTS, LATENT, few(PARTICLES), few(VARIANTS[0]!), few(LATENT)], SEEDS),
  studied("1D", [PARTICLES, ...VARIANTS, LATENT], SEEDS),
]);
const [peclet1, peclet10, peclet100] = await Promise.all([
  studied("Pe 1", [LATENT], PECLET_SEEDS),
  studied("Pe 10", [LATENT], PECLET_SEEDS),
  studied("Pe 100", [LATENT], PECLET_SEEDS),
]);
const metastable = await clusters(three.learned);
bar.finish();
// Times are taken alone, when the threads have nothing else to do.
const priced = await prices([one, three, peclet100, peclet10, peclet1]);
await pool.close();

theNets();
oneDimension(one);
threeDimensions(three);
otherNumber(three);
peclet();
costs();

for (const [name, drawing] of figures) await saveFigure(drawing, options.out, name, { png: true });
const page = await writeReport(
  {
    title: "Learned effective dynamics of advected and diffusing particles",
    lead:
      "Particles in an oscillating wind are coarse-grained by an autoencoder of sets and moved on by an LSTM, alone (Latent) or in turn with short bursts " +
      "of the particles. Every error is measured against the exact law of the particles, from the Fokker-Planck equation.",
    sections,
    footer: `seed ${seed}, ${quick ? "quick" : "full"} run, ${STARTS} initial conditions x ${SEEDS} seeds`,
  },
  options.out,
);
console.log(`\n${await metrics.write()}\n${page}`);

/** Learns a case and runs its variants. */
async function studied(
  name: Parameters<typeof studyCase>[0],
  variants: readonly Variant[],
  seeds: number,
): Promise<Studied> {
  const system = studyCase(name, quick);
  // One dimension is learned in half the time.
  const coder = Math.ceil(system.axes === 1 ? epochs.coder / 2 : epochs.coder);
  const learned = await learn(workshop, system, { ...epochs, coder });
  const { warmUp, period } = learned.system;
  const judged = await Promise.all(
    variants.map((variant) => {
      // The law of the particles repeats itself: a period of them tells all.
      const short = { ...learned, system: { ...learned.system, forecast: Math.ceil(period) } };
      return judge(workshop, variant.macro > 0 ? learned : short, variant, STARTS, seeds, snapshots(warmUp));
    }),
  );
  return { learned, judged };
}

/** Times after the start at which clouds are kept: in the first period after the warm-up. */
function snapshots(warmUp: number): number[] {
  return [1, 4, 8, 11].map((time) => warmUp + time);
}

/** Clusters of the latent states after the transient. */
async function clusters({ system, codes, settings }: Learned) {
  const { latentSize, sampling, samples } = system;
  const from = Math.round(10 / sampling);
  const points = codes.slice(from * latentSize, Math.min(samples, from + 630) * latentSize);
  const job = { dimension: latentSize, neighbours: 15, most: 8 };
  const { parts, run } = workshop;
  const found = await parts.get("clusters", { settings, ...job, from }, () => run("clusters", { ...job, points }));
  const lawJob = { system, start: 0, interval: sampling, entries: samples + 1 };
  const law = await parts.get("clusters-law", lawJob, () => run("law", lawJob));
  // Entry n of the codes is the state after n + 1 coarse steps.
  return { found, points, states: dwellStates(found.labels, found.clusters, law, from + 1) };
}

/** Costs of coarse steps, one case after the other. */
async function prices(all: readonly Studied[]) {
  const found = [];
  for (const { learned } of all) {
    const { system, settings, nets } = learned;
    const rounds = quick ? 5 : system.dt < 1e-3 ? 10 : 40;
    const measured = await workshop.parts.get("costs", { settings, rounds }, () =>
      workshop.run("costs", { system, nets, rounds }),
    );
    found.push({ name: system.name, costs: measured });
  }
  return found;
}

function theNets(): void {
  const all = [one, three, peclet100, peclet10, peclet1].map(({ learned }) => learned);
  const table = lossTable(all);
  metrics.set(
    "train_seconds",
    all.reduce((sum, { seconds }) => sum + seconds.coder + seconds.propagator, 0),
  );
  section("The nets", [], [table]);
}

function oneDimension({ learned, judged }: Studied): void {
  const { period, warmUp } = learned.system;
  const latent = judged.at(-1)!;
  const repaired = variantOf(judged, quick ? rho(LONG / BURST).name : rho(9).name);
  const window = Math.round(period / latent.runs[0]![0]!.interval);
  const from = Math.round(warmUp / latent.runs[0]![0]!.interval);
  const fits = latent.runs.flatMap((runs, k) => {
    const exact = exactSeries(latent.laws[k]!, 1, 0).subarray(from, from + window);
    return runs.map((run) => Math.abs(correlation(codeSeries(run, 0, 1).subarray(from, from + window), exact)));
  });
  metrics.set("ad1_correlation_first_period", mean(fits));
  metrics.set("ad1_correlation_worst_run", Math.min(...fits));
  const lag = (variant: Judged): number =>
    mean(
      variant.runs.flatMap((runs, k) =>
        runs.map((run) =>
          Math.abs(
            lagAtEnd(seriesOf(run, 1, 0, 1), exactSeries(variant.laws[k]!, 1, 0), window, period / run.interval),
          ),
        ),
      ),
    ) * latent.runs[0]![0]!.interval;
  metrics.set("ad1_lag_latent", lag(latent));
  metrics.set("ad1_lag_rho9", lag(repaired));
  metrics.set("ad1_wd_particles", judged[0]!.m1);
  metrics.set("ad1_wd_latent", latent.m1);
  metrics.set("ad1_wd_rho9", repaired.m1);
  addFigure("figure-2-latent", latentFigure(latent, repaired, warmUp, period));
  addFigure("figure-21-errors-1d", errorBars(judged, "One dimension: errors of the variants", `${SEEDS} seeds`));
  addFigure("figure-22-error-in-time-1d", errorInTime(judged.slice(1), period));
  section("One dimension", figures.slice(-3), [errorTable(judged)]);
}

function threeDimensions({ learned, judged: all }: Studied): void {
  const judged = all.slice(0, 2 + VARIANTS.length);
  const { axes, warmUp, forecast, period } = learned.system;
  const latent = judged.at(-1)!;
  const names = ["particles", ...(quick ? ["rho5"] : ["rho5", "rho9", "rho18"]), "latent"];
  for (const [k, name] of names.entries()) {
    const { m1, m2, m1Histogram, m2Level, m2InTime, speedUp } = judged[k]!;
    metrics.set(`ad3_wd_m1_${name}`, m1);
    metrics.set(`ad3_wd_m2_${name}`, m2);
    metrics.set(`ad3_l1_m1_${name}`, m1Histogram);
    metrics.set(`ad3_m2_level_${name}`, m2Level);
    metrics.set(`ad3_m2_in_time_${name}`, m2InTime);
    if (k > 0) metrics.set(`ad3_speedup_${name}`, speedUp);
  }
  metrics.set("ad3_m2_error", Math.max(...judged.slice(1).map(({ m2Level }) => m2Level)));
  metrics.set("ad3_clusters", metastable.found.clusters);
  metrics.set("ad3_laplacian_eigenvalues", Array.from(metastable.found.eigenvalues));
  const end = warmUp + forecast;
  addFigure("figure-3-moments", momentFigure([judged[1]!, latent], axes, end - Math.min(2 * period, forecast), end));
  addFigure("figure-4-errors-3d", errorBars(judged, "Three dimensions: errors of the variants", `${SEEDS} seeds`));
  addFigure("figure-24-error-in-time-3d", errorInTime(judged.slice(1), 2 * period));
  addFigure(
    "figure-23-portrait",
    portrait(metastable.points, learned.system.latentSize, metastable.found, metastable.states),
  );
  const times = snapshots(warmUp);
  addFigure("figure-25-clouds", cloudFigure(judged[0]!, latent, axes, times));
  section("Three dimensions", figures.slice(-5), [errorTable(judged)]);
}

function otherNumber({ judged }: Studied): void {
  const fewer = judged.slice(-3);
  const same = fewer.map(({ variant }) => variantOf(judged, variant.name.replace(/^.*, /, "")));
  metrics.set("ad3_n400_ratio", Math.max(...[1, 2].map((k) => fewer[k]!.m1 / same[k]!.m1)));
  for (const [k, name] of ["particles", "rho5", "latent"].entries()) {
    metrics.set(`ad3_n400_ratio_${name}`, fewer[k]!.m1 / same[k]!.m1);
  }
  const pairs = [0, 1, 2].flatMap((k) => [same[k]!, fewer[k]!]);
  addFigure(
    "figure-27-other-number",
    errorBars(pairs, "The same nets with another number of particles", `${SEEDS} seeds`),
  );
  section("Another number of particles", figures.slice(-1), [errorTable(pairs)]);
}

function peclet(): void {
  const rows = [peclet100, peclet10, peclet1].map(({ learned, judged }) => ({
    name: learned.system.name,
    judged: judged[0]!,
    costs: priceOf(learned.system.name),
  }));
  for (const { name, judged, costs: price } of rows) {
    const stem = `peclet_${name.slice(3)}`;
    metrics.set(`${stem}_wd`, judged.m1);
    metrics.set(`${stem}_wd_m2`, judged.m2);
    metrics.set(`${stem}_speedup`, price.micro / price.latent);
  }
  addFigure("figure-5-peclet", pecletFigure(rows));
  const table = errorTable(
    rows.map(({ judged }) => judged),
    rows.map(({ name }) => name),
  );
  section("Peclet numbers", figures.slice(-1), [table]);
}

function costs(): void {
  const price = priceOf("3D");
  metrics.set("ad3_speedup_honest", price.micro / price.latent);
  metrics.set("ad3_speedup_decoded", price.micro / (price.latent + price.decode));
  metrics.set("ad3_speedup_naive", (price.numpy ?? price.naive) / price.latent);
  metrics.set(
    "ad3_speedup_naive_solver",
    price.numpy === undefined ? "loops in TypeScript" : `NumPy ${price.numpyVersion}`,
  );
  metrics.set("ad3_speedup_loops", price.naive / price.latent);
  metrics.set("ad3_density_speedup", price.micro / price.coarseDensity);
  metrics.set("ad3_latent_over_density", price.coarseDensity / price.latent);
  metrics.set("ad3_micro_us", 1e6 * price.micro);
  metrics.set("ad3_latent_us", 1e6 * price.latent);
  addFigure("figure-26-costs", costFigure(priced.slice(0, 2)));
  section("What a coarse step costs", figures.slice(-1), [costTable(priced)]);
}

function priceOf(name: string) {
  return priced.find((row) => row.name === name)!.costs;
}

function variantOf(judged: readonly Judged[], name: string): Judged {
  return judged.find(({ variant }) => variant.name === name)!;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function addFigure(name: string, drawing: Figure): void {
  figures.push([name, drawing]);
}

function section(heading: string, shown: readonly [string, Figure][], tables: readonly Table[]): void {
  for (const table of tables) console.log(`\n${formatTable(table)}`);
  sections.push({ heading, figures: shown.map(([, drawing]) => drawing), tables });
}
