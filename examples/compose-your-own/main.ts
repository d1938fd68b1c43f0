import { figure, saveFigure } from "../lib/figure.ts";
import { studyMetrics } from "../lib/metrics.ts";
import { studyOptions } from "../lib/options.ts";
import { progress } from "../lib/progress.ts";
import { writeReport } from "../lib/report.ts";
import { formatTable, type Table } from "../lib/table.ts";
import { compose } from "./compose.ts";

const options = studyOptions("compose-your-own");
const metrics = studyMetrics("compose-your-own", options);

const bar = progress("walkers, projected", 1);
const { projected, law, forecast } = compose(options.seed);
bar.finish(`${projected.stats.steps} macro steps`);

/** Exact mean and variance from (m0, v0). */
const exact = (t: number, [m0, v0]: readonly [number, number]): readonly [number, number] => [
  m0 * Math.exp(-t),
  1 + (v0 - 1) * Math.exp(-2 * t),
];
const largestError = ({ t, u }: typeof projected, start: readonly [number, number], variable: 0 | 1): number =>
  t.reduce((worst, tk, k) => Math.max(worst, Math.abs(u[2 * k + variable]! - exact(tk, start)[variable])), 0);

const table: Table = {
  title: "Learned laws z' = a z + b of the walkers' mean and variance",
  columns: [
    { name: "variable" },
    { name: "a", digits: 4 },
    { name: "exact a" },
    { name: "b", digits: 4 },
    { name: "exact b" },
    { name: "projected: largest error", digits: 2 },
    { name: "forecast: largest error", digits: 2 },
  ],
  rows: (["mean", "variance"] as const).map((name, k) => [
    name,
    law[k]!.a,
    [-1, -2][k]!,
    law[k]!.b,
    [0, 2][k]!,
    largestError(projected, [2, 4], k as 0 | 1),
    largestError(forecast, [-1, 3], k as 0 | 1),
  ]),
};
console.log(formatTable(table));

for (const [k, name] of (["mean", "variance"] as const).entries()) {
  metrics.set(`${name}_rate`, law[k]!.a);
  metrics.set(`${name}_projected_error`, largestError(projected, [2, 4], k as 0 | 1));
  metrics.set(`${name}_forecast_error`, largestError(forecast, [-1, 3], k as 0 | 1));
}

const curve = Float64Array.from({ length: 121 }, (_, i) => i / 40);
const panels = (["mean", "variance"] as const).map((name, k) => ({
  kind: "lines" as const,
  title: `${name} of 20,000 walkers`,
  x: { label: "t" },
  y: { label: name },
  series: [
    { name: "exact", x: curve, y: curve.map((t) => exact(t, [2, 4])[k]!), color: "#9aa3b2" },
    {
      name: "exact, new start",
      x: curve,
      y: curve.map((t) => exact(t, [-1, 3])[k]!),
      color: "#9aa3b2",
      style: "dotted" as const,
    },
    {
      name: "bursts of walkers, projected",
      x: projected.t,
      y: projected.t.map((_, n) => projected.u[2 * n + k]!),
      style: "points" as const,
      color: "#d1495b",
    },
    {
      name: "forecast by the learned law",
      x: forecast.t,
      y: forecast.t.map((_, n) => forecast.u[2 * n + k]!),
      style: "points" as const,
      color: "#00798c",
    },
  ],
}));
const drawing = figure({
  title: "A user's own walkers, maps and learner",
  caption:
    "The fine model runs for 0.08 of every 0.15 of time (four bursts a macro step); the law is learned from the projected trajectory alone.",
  panels,
});
await saveFigure(drawing, options.out, "walkers", { png: true });
const page = await writeReport(
  {
    title: "Compose your own",
    lead: "A fine solver, restriction, lifting and learner of a user's own, under projective integration: compose.ts, under 80 lines.",
    sections: [{ heading: "Result", tables: [table], figures: [drawing] }],
    footer: `seed ${options.seed}`,
  },
  options.out,
);
console.log(`\n${await metrics.write()}\n${page}`);
