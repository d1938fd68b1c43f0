import { studyMetrics } from "../lib/metrics.ts";
import { studyOptions } from "../lib/options.ts";
import { studyParts } from "../lib/parts.ts";
import { saveFigure } from "../lib/figure.ts";
import { writeReport } from "../lib/report.ts";
import { formatTable } from "../lib/table.ts";
import { compute } from "./compute.ts";
import { figuresOf } from "./figures.ts";
import { keepMetrics, tablesOf } from "./results.ts";
import { PAPER, studyPlan } from "./study.ts";

const options = studyOptions("led-kuramoto-sivashinsky", {
  seed: 2020,
  flags: { fresh: { default: false, help: "compute everything again, whatever was kept from runs before" } },
});
const plan = studyPlan(options.quick, options.epochs);
const metrics = studyMetrics("led-kuramoto-sivashinsky", options);
const parts = studyParts(options);

const results = await compute(plan, options.seed, options.workers, parts);
keepMetrics(metrics, results);
const tables = tablesOf(results);
for (const table of Object.values(tables)) console.log(`\n${formatTable(table)}`);
const figures = figuresOf(results);
for (const [name, drawing] of Object.entries(figures)) await saveFigure(drawing, options.out, name, { png: true });

const { wasserstein, below, trapped } = results.laws[0]!.forecast.judgement;
const page = await writeReport(
  {
    title: "Learned effective dynamics of the Kuramoto-Sivashinsky equation",
    lead:
      `An autoencoder takes 64 values to ${PAPER.latentSize}, a small net without memory moves these by ${plan.law.step} units of time: ` +
      `the mean error of ${plan.initialConditions} forecasts stays below 0.1 for ${below.toFixed(1)} units of time, the distribution of ` +
      `states is ${wasserstein.toFixed(3)} from the true one after ${plan.horizon}, and ${(100 * trapped).toFixed(0)} % of the runs are trapped.`,
    sections: [
      { heading: "The attractor", figures: [figures["attractor"]!], tables: [tables.attractor] },
      { heading: "Encoding", figures: [figures["figure-37-autoencoder"]!], tables: [tables.coders] },
      {
        heading: "Forecasts",
        figures: [figures["figure-38-forecasts"]!, figures["figure-42-nad"]!],
        tables: [tables.laws],
      },
      {
        heading: "Statistics of long forecasts",
        figures: [figures["figure-41-densities"]!, figures["spectra"]!, figures["trapping"]!],
      },
      { heading: "Multiscale", figures: [figures["figure-43-multiscale"]!], tables: [tables.multiscale] },
      { heading: "Cost", figures: [figures["speed-up"]!], tables: [tables.costs] },
    ],
    footer: `seed ${options.seed}, ${options.quick ? "quick" : "full"} run`,
  },
  options.out,
);
console.log(`\n${await metrics.write()}\n${page}`);
