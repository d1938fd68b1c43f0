import { saveFigure } from "../lib/figure.ts";
import { studyMetrics } from "../lib/metrics.ts";
import { studyOptions } from "../lib/options.ts";
import { studyParts } from "../lib/parts.ts";
import { writeReport } from "../lib/report.ts";
import { formatTable } from "../lib/table.ts";
import { compute } from "./compute.ts";
import { figuresOf } from "./figures.ts";
import { errorOf, keepMetrics, speedUps, tablesOf } from "./results.ts";
import { studyPlan } from "./study.ts";

const options = studyOptions("led-fitzhugh-nagumo", {
  seed: 2020,
  flags: { fresh: { default: false, help: "compute everything again, whatever was kept from runs before" } },
});
const plan = studyPlan(options.quick, options.epochs);
const metrics = studyMetrics("led-fitzhugh-nagumo", options);
const results = await compute(plan, options.seed, options.workers, studyParts(options));
if (results.data.origin === "own") {
  console.log("The authors' initial conditions are not at hand: the runs begin at smooth fronts of our own.");
}
keepMetrics(metrics, results);
const tables = tablesOf(results);
for (const table of Object.values(tables)) console.log(`\n${formatTable(table)}`);
const figures = figuresOf(results);
for (const [name, drawing] of Object.entries(figures)) await saveFigure(drawing, options.out, name, { png: true });

const speed = speedUps(results);
const page = await writeReport(
  {
    title: "Learned effective dynamics of the FitzHugh-Nagumo equations",
    lead:
      `A linear encoder takes 202 values to ${plan.coder.latentSize}, a reservoir of ${plan.units} units moves them by ${results.laws[0]!.step} units of time: ` +
      `its forecasts until t = ${plan.horizon} have a mean error of ${errorOf(results.latent).toExponential(1)} of the range, at ` +
      `${speed.honest[0]!.toFixed(0)} times the speed of our own micro solver (${speed.naive.toFixed(0)} times that of ${speed.against}).`,
    sections: [
      { heading: "Encoding", figures: [figures["figure-30-autoencoder"]!], tables: [tables.coding] },
      {
        heading: "Forecasts by the law alone",
        text:
          results.data.origin === "authors"
            ? "Data: the authors' six initial conditions; three to learn from, two to choose, one to judge."
            : "Data: six smooth fronts of our own, since the authors' initial conditions are not at hand.",
        figures: [figures["figure-32-portrait"]!, figures["figure-31-forecast"]!],
        tables: [tables.laws],
      },
      {
        heading: "Micro bursts",
        figures: [figures["figure-34-mnad"]!, figures["figure-33-nad"]!],
        tables: [tables.variants],
      },
      { heading: "Cost", figures: [figures["figure-34-speed-up"]!], tables: [tables.costs] },
      { heading: "A parameter that changes", figures: [figures["adaptive"]!], tables: [tables.adaptive] },
    ],
    footer: `seed ${options.seed}, ${options.quick ? "quick" : "full"} run`,
  },
  options.out,
);
console.log(`\n${await metrics.write()}\n${page}`);
