import { saveFigure } from "../lib/figure.ts";
import { studyMetrics } from "../lib/metrics.ts";
import { studyOptions } from "../lib/options.ts";
import { studyParts } from "../lib/parts.ts";
import { writeReport } from "../lib/report.ts";
import { formatTable } from "../lib/table.ts";
import { compute } from "./compute.ts";
import { figuresOf } from "./figures.ts";
import { keepMetrics, tablesOf } from "./results.ts";
import { studyPlan } from "./study.ts";
import { discoverFile } from "./user-movie.ts";

const options = studyOptions("phase-field", {
  seed: 2022,
  flags: {
    dt: { default: 0, help: "with --data: time between frames; else the file's dt or t" },
    spacing: { default: 0, help: "with --data: distance of points; else the file's h, spacing or x, else 1" },
  },
});
if (options.data === undefined) await study();
else await discoverFile(options.data, options);

async function study(): Promise<void> {
  const plan = studyPlan(options.quick, options.epochs);
  const metrics = studyMetrics("phase-field", options);
  const results = await compute(plan, options.seed, options.workers, studyParts(options));
  keepMetrics(metrics, results);
  const tables = tablesOf(results);
  for (const table of Object.values(tables)) console.log(`\n${formatTable(table)}`);
  const figures = figuresOf(results);
  for (const [name, drawing] of Object.entries(figures)) await saveFigure(drawing, options.out, name, { png: true });
  const show = (...names: readonly string[]) => names.map((name) => figures[name]!);
  const made = metrics.values();
  const number = (name: string): string => Number(made[name]).toPrecision(2);
  const page = await writeReport(
    {
      title: "Phase fields: simulated, discovered, learned, integrated",
      lead:
        `Three models of phase fields. From movies with 5 % noise the weak form finds exactly the true terms in ` +
        `${Math.round(100 * Number(made["weak_exact_5pct"]))} % of the cases, coefficients at worst ${number("weak_coefficient_error_5pct")} off. ` +
        `From t = 2 to 6 of an unseen run the discovered equations are at most ${number("rollout_discovered_t6")} from the truth, nets with a ` +
        `learned free energy ${number("rollout_structured_t6")}, and these keep the mean to ${number("structured_mass_drift")}.`,
      sections: [
        { heading: "The models", figures: show("figure-1-fields", "figure-3-energy"), tables: [tables.runs] },
        { heading: "Discovery", figures: show("discovery"), tables: [tables.discoveries, tables.equations] },
        {
          heading: "Networks",
          text:
            "On these grids walls are two points wide, and the equations of Cahn-Hilliard and of the crystal are not functions of derivatives " +
            "at a point: the cube is taken of values on the grid, and its Laplacian of what interpolates the cubes. A net of derivatives that " +
            "gives the slope therefore cannot be exact; one that gives the potential can.",
          figures: show("slopes", "slopes-in-time", "hyper-parameters"),
          tables: [tables.nets, tables.sweep],
        },
        {
          heading: "Forecasts",
          figures: show("forecast-fields", "forecast-errors", "forecast-physics", "structure-factors"),
          tables: [tables.forecasts],
        },
      ],
      footer: `seed ${options.seed}, ${options.quick ? "quick" : "full"} run`,
    },
    options.out,
  );
  console.log(`\n${await metrics.write()}\n${page}`);
}
